"""python3 -m unittest discover python/tests, with ECOTILE="node dist/bundle/cli/main.js"."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from ecotile import Ecotile, EcotileError, ServerGone  # noqa: E402

ECOTILE = os.environ.get("ECOTILE", "ecotile").split()
STUDY = {
    "name": "python",
    "model": "bert-mini",
    "hardware": "catransformers-22nm",
    "space": {"array.rows": [8, 16, 32, 64], "array.cols": [8, 16, 32], "localBuffer.size": ["32 KiB", "64 KiB"]},
    "objectives": ["min latency", "min carbon"],
    "constraints": ["latency <= 8 ms"],
    "search": {"strategy": "nsga2", "trials": 10, "batch": 4, "population": 4, "seed": 5},
}


def cli(*words):
    run = subprocess.run([*ECOTILE, *words], stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def told_all(run, most=None):
    """Every trial in its order, evaluated by ecotile itself."""
    trials = []
    for trial, point in run:
        trials.append((trial, point))
        [outcome] = run.outcomes([point])
        run.tell(trial, metrics=outcome.metrics, infeasible=outcome.infeasible)
        if most is not None and len(trials) == most:
            break
    return trials


class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.ecotile = Ecotile(allow_files=cls.folder.name)
        run = cls.ecotile.open(STUDY)
        cls.trials = told_all(run)
        cls.front = run.front()
        run.close()

    @classmethod
    def tearDownClass(cls):
        cls.ecotile.close()
        cls.folder.cleanup()

    def path(self, name):
        return Path(self.folder.name) / name

    def test_numbers_of_the_command_line(self):
        settings = {"array.rows": 64, "deployment.region": "taiwan"}
        whole = cli("simulate", "bert-mini", "catransformers-22nm", "--set", "array.rows=64", "--region", "taiwan", "--json")
        [design] = self.ecotile.evaluate("bert-mini", "catransformers-22nm", [settings])
        self.assertGreater(len(design.metrics), 10)
        # repr tells doubles apart to the last bit.
        self.assertEqual({key: repr(value) for key, value in design.metrics.items()}, {key: repr(whole[key]) for key in design.metrics})
        [product] = self.ecotile.gemm("scale-sim", [(1, 197, 768, 768)])
        self.assertEqual(product["cycles"], cli("gemm", "scale-sim", "--shape", "1,197,768,768", "--json")["cycles"])

    def test_front_of_the_search(self):
        study = self.path("study.yaml")
        study.write_text(json.dumps(STUDY))
        out = self.path("run")
        subprocess.run([*ECOTILE, "search", str(study), "--out", str(out), "--quiet"], stdout=subprocess.DEVNULL, check=True)
        found = json.loads((out / "front.json").read_text())["front"]
        self.assertEqual([each["trial"] for each in found], [each["trial"] for each in self.front])
        self.assertEqual([each["metrics"]["carbon_total_kgCO2e"] for each in found], [each["metrics"]["carbon_total_kgCO2e"] for each in self.front])
        run = self.ecotile.open("study.yaml")
        self.assertEqual(told_all(run), self.trials)

    def test_a_killed_server_loses_nothing(self):
        with Ecotile() as ecotile:
            run = ecotile.open(STUDY)
            trials = []
            while True:
                asked = run.ask(2)
                if not asked:
                    break
                for trial, point in reversed(asked):
                    [outcome] = run.outcomes([point])
                    if trial % 3 == 1:
                        os.kill(ecotile.pid, signal.SIGKILL)
                    run.tell(trial, metrics=outcome.metrics, infeasible=outcome.infeasible)
                trials += asked
            self.assertEqual(ecotile.generation, 4)
            self.assertEqual(trials, self.trials)
            self.assertEqual(run.front(), self.front)

    def test_a_killed_script_loses_nothing(self):
        journal = self.path("killed.jsonl")
        code = f"""
import os, signal, sys
sys.path.insert(0, {str(HERE.parent)!r})
from ecotile import Ecotile
ecotile = Ecotile()
run = ecotile.open({STUDY!r}, journal={str(journal)!r})
for i, (trial, point) in enumerate(run):
    [outcome] = run.outcomes([point])
    run.tell(trial, metrics=outcome.metrics, infeasible=outcome.infeasible)
    if i == 5:
        os.kill(os.getpid(), signal.SIGKILL)
"""
        killed = subprocess.run([sys.executable, "-c", code])
        self.assertEqual(killed.returncode, -signal.SIGKILL)
        with open(journal, "ab") as file:
            file.write(b'{"trial": 6, "met')
        run = self.ecotile.open(STUDY, journal=journal)
        self.assertEqual(told_all(run), self.trials[6:])
        self.assertEqual(run.front(), self.front)
        run.close()
        again = self.ecotile.open(STUDY, journal=journal)
        self.assertEqual((again.ask(3), again.stopped, again.front()), ([], "max-trials", self.front))
        with self.assertRaisesRegex(ValueError, "journal of another run"):
            self.ecotile.open(STUDY, seed=6, journal=journal)

    def test_an_objective_of_python(self):
        run = self.ecotile.open(STUDY, strategy="random", objectives=[("distance", "min")])
        for trial, point in run:
            if point["array.cols"] == 32:
                run.tell(trial, infeasible="too wide")
            else:
                run.tell(trial, metrics={"distance": abs(point["array.rows"] - 30), "latency_s": 0.001})
        self.assertEqual({each["point"]["array.rows"] for each in run.front()}, {32})

    def test_errors_say_what_is_wrong(self):
        with self.assertRaisesRegex(EcotileError, 'Did you mean "array.rows"') as caught:
            self.ecotile.evaluate("bert-mini", "catransformers-22nm", [{"array.rwos": 8}])
        self.assertEqual(caught.exception.problems[0]["code"], "spec/unknown-path")
        run = self.ecotile.open(STUDY)
        [asked] = run.ask()
        with self.assertRaisesRegex(ValueError, "lack carbon_total_kgCO2e"):
            run.tell(asked.trial, metrics={"latency_s": 1.0})
        with self.assertRaisesRegex(ValueError, "not JSON compliant|Out of range"):
            run.tell(asked.trial, metrics={"latency_s": float("nan"), "carbon_total_kgCO2e": 1.0})
        with self.assertRaisesRegex(ServerGone, "cannot be started"):
            Ecotile(command=["/no/such/program"]).hello()
        with self.assertRaisesRegex(ServerGone, "no such file"):
            Ecotile(allow_files=self.path("nowhere")).hello()


if __name__ == "__main__":
    unittest.main()
