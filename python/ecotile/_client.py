"""The client: one process of ``ecotile serve``, asked one request after the other (docs/serve.md)."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Dict, IO, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

Scalar = Union[str, int, float, bool]
Point = Dict[str, Scalar]
Named = Union[str, Mapping[str, Any]]
"""A preset's name, a file where files are allowed, or what a file holds."""

PROTOCOL = 1
ATTEMPTS = 3
"""How often a request is sent whose process is killed each time."""


class EcotileError(Exception):
    """A request that was answered with an error: its message, its code, and the problems with their places."""

    def __init__(self, message: str, code: int, problems: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.problems = list(problems)


class ServerGone(Exception):
    """The process of ``ecotile serve`` has ended, or cannot be started."""


class Design(NamedTuple):
    """What is known of a design: the numbers of ``ecotile simulate --json`` by their keys, or why it cannot be used."""

    feasible: bool
    violations: List[Dict[str, str]]
    metrics: Dict[str, float]
    unknown: Dict[str, str]


class Asked(NamedTuple):
    """A design that is to be evaluated."""

    trial: int
    point: Point


class Outcome(NamedTuple):
    """What became of a trial: metrics by their keys, or, where there are none, the reason."""

    metrics: Optional[Dict[str, float]] = None
    infeasible: Union[None, str, Dict[str, Any]] = None

    def told(self, trial: int) -> Dict[str, Any]:
        """As ``tell`` has it."""
        if self.metrics is not None:
            return {"trial": trial, "metrics": self.metrics}
        return {"trial": trial, "infeasible": "no metrics" if self.infeasible is None else self.infeasible}


class Ecotile:
    """One process of ``ecotile serve``. Use it in a ``with`` block, or call :meth:`close`.

    A process that was killed is started again by the next request, and open runs go on where they were.

    :param command: how ecotile is started, for example ``("node", "dist/bundle/cli/main.js")``; default: ``ecotile``, or the
        words of the environment variable ``ECOTILE``
    :param allow_files: folder of which requests may name files
    :param allow_command: whether a study's accuracy command may run
    """

    def __init__(
        self,
        command: Optional[Sequence[str]] = None,
        allow_files: Optional[Union[str, "os.PathLike[str]"]] = None,
        allow_command: bool = False,
    ) -> None:
        words = list(command) if command is not None else os.environ.get("ECOTILE", "ecotile").split()
        files = [] if allow_files is None else ["--allow-files", os.fspath(allow_files)]
        self._argv = [*words, "serve", *files, *(["--allow-command"] if allow_command else [])]
        self._lock = threading.RLock()
        self._process: Optional["subprocess.Popen[bytes]"] = None
        self._stderr: Optional[IO[bytes]] = None
        self._next_id = 0
        self.generation = 0
        """How often the process was started: runs of an earlier one are gone."""

    def __enter__(self) -> "Ecotile":
        return self

    def __exit__(
        self, kind: Optional[type], value: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the process; the next request starts another."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            for pipe in (process.stdin, process.stdout):
                try:
                    assert pipe is not None
                    pipe.close()
                except OSError:
                    pass
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if self._stderr is not None:
                self._stderr.close()

    @property
    def pid(self) -> Optional[int]:
        """Of the process; None: it does not run."""
        return None if self._process is None else self._process.pid

    def _start(self) -> "subprocess.Popen[bytes]":
        if self._process is not None:
            return self._process
        self._stderr = tempfile.TemporaryFile()
        try:
            process = subprocess.Popen(
                self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr
            )
        except OSError as error:
            self._stderr.close()
            raise ServerGone(f"{self._argv[0]} cannot be started: {error}") from error
        self._process = process
        self.generation += 1
        found = self._exchange(process, "hello", {})["protocol"]
        if found != PROTOCOL:
            self.close()
            raise ServerGone(f"ecotile serve speaks protocol {found}, and this client {PROTOCOL}.")
        return process

    def _exchange(self, process: "subprocess.Popen[bytes]", method: str, params: Mapping[str, Any]) -> Dict[str, Any]:
        self._next_id += 1
        request = {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params}
        line = json.dumps(request, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:
            answer = b""
        if not answer.endswith(b"\n"):
            raise self._gone()
        value = json.loads(answer)
        if value.get("id") != self._next_id and "error" not in value:
            raise self._gone()
        if "error" in value:
            error = value["error"]
            raise EcotileError(error["message"], error["code"], error.get("data", {}).get("problems", ()))
        result: Dict[str, Any] = value["result"]
        return result

    def _gone(self) -> ServerGone:
        said = ""
        if self._stderr is not None:
            self._stderr.seek(0)
            said = self._stderr.read().decode(errors="replace").strip()[-2000:]
        self.close()
        return ServerGone("ecotile serve has ended." + (f" It said:\n{said}" if said else ""))

    def call(self, method: str, **params: Any) -> Dict[str, Any]:
        """Any method by its name and parameters.

        :raises EcotileError: it was answered with an error
        :raises ServerGone: the process ended meanwhile
        """
        with self._lock:
            return self._exchange(self._start(), method, params)

    def _call_again(self, method: str, **params: Any) -> Dict[str, Any]:
        """The same of what is a function of its parameters alone: asked once more where the process was killed."""
        with self._lock:
            try:
                return self.call(method, **params)
            except ServerGone:
                return self.call(method, **params)

    def hello(self) -> Dict[str, Any]:
        """Version, digests of core and tables, methods, limits, what is allowed."""
        return self._call_again("hello")

    def evaluate(
        self,
        model: Named,
        hardware: Named,
        designs: Sequence[Mapping[str, Any]] = ({},),
        deployment: Optional[Mapping[str, Any]] = None,
        accuracy: bool = False,
    ) -> List[Design]:
        """Designs as ``ecotile simulate`` evaluates them, in their order.

        :param designs: settings by path, for example ``{"array.rows": 64}``
        :param accuracy: whether it is predicted too
        """
        more: Dict[str, Any] = {} if deployment is None else {"deployment": dict(deployment)}
        if accuracy:
            more["accuracy"] = True
        settings = [dict(design) for design in designs]
        answer = self._call_again("evaluate", model=model, hardware=hardware, designs=settings, **more)
        return [Design(each["feasible"], each["violations"], each["metrics"], each["unknown"]) for each in answer["designs"]]

    def gemm(
        self,
        hardware: Named,
        shapes: Sequence[Tuple[int, int, int, int]],
        objective: str = "latency",
        effort: str = "fast",
    ) -> List[Dict[str, Any]]:
        """Products of matrices (batch, m, n, k), as ``ecotile gemm --json`` has them."""
        sizes = [list(shape) for shape in shapes]
        answer = self._call_again("gemm", hardware=hardware, shapes=sizes, objective=objective, effort=effort)
        results: List[Dict[str, Any]] = answer["results"]
        return results

    def open(
        self,
        study: Named,
        seed: Optional[int] = None,
        strategy: Optional[str] = None,
        objectives: Optional[Sequence[Tuple[str, str]]] = None,
        journal: Optional[Union[str, "os.PathLike[str]"]] = None,
    ) -> "Run":
        """A study whose designs are evaluated here.

        :param objectives: pairs of a metric and ``"min"`` or ``"max"``, instead of the study's; metrics may be one's own
        :param journal: file in which every outcome is kept before it is told: a run that is opened again with it, after a
            kill of this or of the other process, goes on where it was
        """
        params: Dict[str, Any] = {"study": study}
        if seed is not None:
            params["seed"] = seed
        if strategy is not None:
            params["strategy"] = strategy
        if objectives is not None:
            params["objectives"] = [{"metric": metric, "direction": direction} for metric, direction in objectives]
        return Run(self, params, None if journal is None else Path(journal))


class Run:
    """A study whose strategy asks, and is told. Made by :meth:`Ecotile.open`."""

    def __init__(self, client: Ecotile, params: Dict[str, Any], journal: Optional[Path]) -> None:
        self._client = client
        self._params = params
        self._journal = journal
        self._told: Dict[int, Dict[str, Any]] = {}
        self._points: Dict[int, Point] = {}
        self._open: Dict[int, Point] = {}
        """Handed out, and not told."""
        self._waiting: List[Asked] = []
        """Proposed before this process was killed, and not told."""
        self._run = ""
        self._generation = -1
        self.study: Dict[str, Any] = {}
        """What ``open`` has answered: strategy, seed, trials, batch, objectives, constraints, parameters."""
        self.stopped: Optional[str] = None
        """Why there will be no more designs; None: there may be."""
        self._read_journal()
        self._ensure()

    # The journal: a line with what is run, then one for each trial.

    def _head(self) -> Dict[str, Any]:
        hello = self._client.hello()
        made = {key: hello[key] for key in ("version", "core", "tables")}
        return {"run": self._params, **made}

    def _read_journal(self) -> None:
        if self._journal is None:
            return
        head = self._head()
        if not self._journal.exists() or self._journal.stat().st_size == 0:
            self._append(head)
            return
        lines = self._journal.read_bytes().split(b"\n")
        # What stands behind the last line feed was being written when the process was killed.
        torn = lines.pop()
        found = [json.loads(line) for line in lines]
        if not found:
            self._journal.write_bytes(b"")
            self._append(head)
            return
        if found[0] != json.loads(json.dumps(head)):
            raise ValueError(f"{self._journal} is the journal of another run, or was made by another version of ecotile.")
        if torn:
            with open(self._journal, "r+b") as file:
                file.truncate(sum(len(line) + 1 for line in lines))
        for entry in found[1:]:
            self._points[entry["trial"]] = entry.pop("point")
            self._told[entry["trial"]] = entry

    def _append(self, *entries: Mapping[str, Any]) -> None:
        if self._journal is None:
            return
        with open(self._journal, "ab") as file:
            for entry in entries:
                file.write(json.dumps(entry, allow_nan=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    # The other process, which may have been started again.

    def _ensure(self) -> None:
        """Opens the run in the present process, and tells it what is known: equal outcomes give equal trials."""
        client = self._client
        with client._lock:
            client._start()
            if self._generation != client.generation:
                self._replay()

    def _replay(self) -> None:
        client = self._client
        generation = client.generation
        self.study = client.call("open", **self._params)
        self._run = self.study["run"]
        missing: List[Asked] = []
        while True:
            answer = client.call("ask", run=self._run, count=10_000)
            self.stopped = answer["stopped"]
            known = []
            for each in answer["designs"]:
                trial, point = each["trial"], each["point"]
                if trial not in self._told:
                    missing.append(Asked(trial, point))
                    continue
                if self._points[trial] != point:
                    raise ValueError(f"Trial {trial} is not the design that was told of: the journal is of another run.")
                known.append(self._told[trial])
            if known:
                client.call("tell", run=self._run, results=known)
            if missing or not answer["designs"]:
                break
        # What was handed out here already is not handed out again.
        self._waiting = [each for each in missing if each.trial not in self._open]
        self._generation = generation

    def _call(self, method: str, **params: Any) -> Dict[str, Any]:
        with self._client._lock:
            for left in reversed(range(ATTEMPTS)):
                try:
                    self._ensure()
                    answer = self._client.call(method, run=self._run, **params)
                except ServerGone:
                    if left == 0:
                        raise
                    continue
                self.stopped = answer.get("stopped", self.stopped)
                return answer
        raise AssertionError("unreachable")

    def ask(self, count: int = 1) -> List[Asked]:
        """At most ``count`` designs that were not handed out yet; none: the present batch must be told first, or the study has ended."""
        with self._client._lock:
            self._ensure()
            if not self._waiting:
                answer = self._call("ask", count=count)
                # Where the process was killed in between, what it had handed out comes again.
                fresh = [Asked(each["trial"], each["point"]) for each in answer["designs"]]
                self._waiting += [each for each in fresh if each.trial not in self._open]
            asked, self._waiting = self._waiting[:count], self._waiting[count:]
            self._open.update({each.trial: each.point for each in asked})
            return asked

    def tell(self, trial: int, metrics: Optional[Mapping[str, float]] = None, infeasible: Union[None, str, Mapping[str, Any]] = None) -> None:
        """The outcome of a trial: its metrics by key, or why it has none. Kept in the journal first."""
        if (metrics is None) == (infeasible is None):
            raise ValueError("tell takes metrics, or infeasible.")
        reason = dict(infeasible) if isinstance(infeasible, Mapping) else infeasible
        told = Outcome(None if metrics is None else dict(metrics), reason).told(trial)
        with self._client._lock:
            if trial not in self._open:
                if self._told.get(trial) == told:
                    return
                raise ValueError(f"Trial {trial} was not handed out, or has been told.")
            self._check(told)
            point = self._open[trial]
            self._append({**told, "point": point})
            self._points[trial], self._told[trial] = point, told
            del self._open[trial]
            self._call("tell", results=[told])

    def _check(self, told: Mapping[str, Any]) -> None:
        """What would be refused must not be in the journal."""
        json.dumps(told, allow_nan=False)
        if "infeasible" in told:
            reason = told["infeasible"]
            if not isinstance(reason, str) and not ("constraint" in reason and set(reason) <= {"constraint", "by", "unit", "missed"}):
                raise ValueError("infeasible is a reason, or a map of constraint, by, unit and missed.")
            return
        metrics = told["metrics"]
        asked = [each["metric"] for each in [*self.study["objectives"], *self.study["constraints"]]]
        missing = [metric for metric in dict.fromkeys(asked) if metric not in metrics]
        if missing:
            raise ValueError(f"The metrics of trial {told['trial']} lack {', '.join(missing)}, which the study asks for.")
        odd = [metric for metric, value in metrics.items() if isinstance(value, bool) or not isinstance(value, (int, float))]
        if odd:
            raise ValueError(f"Metrics are numbers; {', '.join(odd)} of trial {told['trial']} is none.")

    def outcomes(self, points: Sequence[Mapping[str, Scalar]]) -> List[Outcome]:
        """What the study's own search would find of some points."""
        answer = self._call("outcomes", points=[dict(point) for point in points])
        return [
            Outcome(metrics=each["metrics"])
            if each["kind"] == "evaluated"
            else Outcome(infeasible={key: value for key, value in each.items() if key != "kind"})
            for each in answer["outcomes"]
        ]

    def front(self) -> List[Dict[str, Any]]:
        """Non-dominated feasible trials of all that were told, best first: ``trial``, ``point``, ``metrics``."""
        front: List[Dict[str, Any]] = self._call("front")["front"]
        return front

    def __iter__(self) -> Iterator[Asked]:
        """Every design of the study, one after the other; tell each before the next."""
        while True:
            asked = self.ask()
            if not asked:
                return
            yield from asked

    def close(self) -> None:
        """Ends the run; its journal stays."""
        with self._client._lock:
            if self._generation == self._client.generation and self._client.pid is not None:
                self._client.call("close", run=self._run)
            self._generation = -1
