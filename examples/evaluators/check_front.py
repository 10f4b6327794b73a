"""Is the front that a search finds the one that asking for every model finds? python3 check_front.py [FOLDER]

Runs examples/evaluators/study.yaml three times in FOLDER (default runs/fashion-check): by brute force (all models), by the
study's own search, and by that search again, killed (SIGKILL) in the middle and resumed. Exit code 1 where a design of the
brute-force front has no match, where the killed run differs in a byte, or where it asked again for what it had been told.
Needs an installed `ecotile`, or the variable ECOTILE with the words that start it. About a quarter of an hour on one core.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ECOTILE = shlex.split(os.environ.get("ECOTILE", "ecotile"))


def write_study(folder: Path, name: str, trials: int | None = None) -> Path:
    """The study with paths that hold elsewhere, a log of what its program is asked, and another limit of trials."""
    text = (HERE / "study.yaml").read_text()
    log = folder / f"{name}.log"
    log.unlink(missing_ok=True)
    text = text.replace("model: fashion-vit.yaml", f"model: {HERE / 'fashion-vit.yaml'}")
    text = text.replace("fashion_vit.py]", f"{HERE / 'fashion_vit.py'}, --log, {log}]")
    if trials is not None:
        text = re.sub(r"trials: \d+", f"trials: {trials}", text)
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return path


def command(study: Path, *options: str) -> list[str]:
    return [*ECOTILE, "search", str(study), "--out", str(study.with_suffix("")), "--quiet", *options]


def answered(folder: Path, name: str) -> list[str]:
    """What the program was asked and has answered: model, fidelity and repeat of each."""
    log = folder / f"{name}.log"
    lines = map(json.loads, log.read_text().splitlines()) if log.exists() else []
    return [json.dumps([line["model"], line.get("fidelity"), line.get("repeat")], sort_keys=True) for line in lines]


def front(folder: Path, name: str) -> list[dict]:
    return [each["metrics"] for each in json.loads((folder / name / "front.json").read_text())["front"]]


def search(folder: Path, name: str, trials: int | None = None, *options: str) -> None:
    start = time.monotonic()
    subprocess.run(command(write_study(folder, name, trials), *options), check=True)
    asked = len(answered(folder, name))
    print(f"{name}: {asked} answers in {time.monotonic() - start:.0f} s, {len(front(folder, name))} designs on the front\n")


def killed_search(folder: Path, name: str, after: int) -> list[str]:
    """A search whose process group is killed once so many answers are there, and then resumed; what had been answered then.

    A program whose search is killed still ends the model that it trains, and logs an answer that nobody hears: that model is
    asked for again.
    """
    study = write_study(folder, name)
    running = subprocess.Popen(command(study), start_new_session=True, stdout=subprocess.DEVNULL)
    while len(answered(folder, name)) < after and running.poll() is None:
        time.sleep(0.05)
    # Into the training of the next model.
    time.sleep(1)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    told = answered(folder, name)
    print(f"{name}: killed after {len(told)} answers")
    subprocess.run(command(study, "--resume"), check=True, stdout=subprocess.DEVNULL)
    print(f"{name}: resumed, {len(answered(folder, name))} answers in all\n")
    return told


def misses(wanted: list[dict], found: list[dict]) -> list[str]:
    """Designs without a match: one that costs no more, and is not less accurate than 90 % of repetitions would be."""
    carbon = "carbon_total_kgCO2e"
    lines = []
    for design in wanted:
        matches = [
            other
            for other in found
            if other[carbon] <= design[carbon] * (1 + 1e-9) and other["accuracy"] >= design["accuracy_low"]
        ]
        best = max((other["accuracy"] for other in matches), default=None)
        print(
            f"  {design[carbon]:.4f} kgCO2e  {100 * design['accuracy']:.2f} % ({100 * design['accuracy_low']:.2f} to "
            f"{100 * design['accuracy_high']:.2f})  found for no more: {'none' if best is None else f'{100 * best:.2f} %'}"
        )
        if best is None:
            lines.append(f"nothing found for {design[carbon]:.4f} kgCO2e is as accurate as {design['accuracy']:.4f}")
    return lines


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "runs/fashion-check").resolve()
    folder.mkdir(parents=True)
    search(folder, "brute-force", 10_000, "--strategy", "exact")
    search(folder, "search")
    told = killed_search(folder, "killed", after=len(answered(folder, "search")) // 2)
    print("Designs that brute force finds, and what the search found in their place:")
    problems = misses(front(folder, "brute-force"), front(folder, "search"))
    once, again = answered(folder, "search"), answered(folder, "killed")
    if any(again.count(question) > 1 for question in told):
        problems.append("the killed search asked again for what it had been told")
    if set(once) != set(again):
        problems.append("the killed search asked for other models")
    studies = [json.loads((folder / name / "front.json").read_text())["front"] for name in ("search", "killed")]
    if studies[0] != studies[1]:
        problems.append("the killed search has another front")
    print("\n".join(problems) or "\nThe front is that of brute force within noise, and the kill has lost nothing.")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
