"""Trials between a run of ecotile and an Optuna study.

python3 examples/python/optuna_trials.py export RUN FILE.db     every trial of a run into an Optuna study (needs optuna)
python3 examples/python/optuna_trials.py import FILE.db STUDY   points of an Optuna study, as lines for `ecotile evaluate --points -`

Notice: the storage is opened to be read only, and nothing in it is run: what it holds is JSON. Its schema is that of Optuna 3.1
(Debian's); another one is refused by its number. Parameters of the Optuna study are paths of ecotile (`array.rows`).
"""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

SCHEMA_VERSION = 12  # of Optuna 3.0 and later: version_info.schema_version
ECOTILE = os.environ.get("ECOTILE", "ecotile").split()


def export(run: str, file: str) -> None:
    import optuna
    from optuna.distributions import CategoricalDistribution
    from optuna.trial import TrialState, create_trial

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    record = json.loads((Path(run) / "front.json").read_text(encoding="utf-8"))["study"]
    words = [*ECOTILE, "report", run, "--all", "--format", "json"]
    trials = json.loads(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)["trials"]
    choices = {each["path"]: CategoricalDistribution(each["values"]) for each in record["parameters"]}
    keys = [each["metric"] for each in record["objectives"]]
    directions = ["maximize" if each["direction"] == "max" else "minimize" for each in record["objectives"]]
    study = optuna.create_study(storage=f"sqlite:///{file}", study_name=record["name"], directions=directions)
    for each in trials:
        metrics = each["outcome"].get("metrics", {})
        # A design over a limit has values, and would be on Optuna's front; it is a failed trial there.
        is_good = each["feasible"]
        study.add_trial(
            create_trial(
                state=TrialState.COMPLETE if is_good else TrialState.FAIL,
                params=each["point"],
                distributions={path: choices[path] for path in each["point"]},
                values=[metrics[key] for key in keys] if is_good else None,
                user_attrs={**metrics, **({} if is_good else {"violations": each["violations"]})},
            )
        )
    print(f"{file}: {len(trials)} trials of {record['name']}")


def points(file: str, name: str) -> None:
    storage = sqlite3.connect(f"file:{quote(str(Path(file).resolve()))}?mode=ro", uri=True)
    [(found,)] = storage.execute("SELECT schema_version FROM version_info")
    if found != SCHEMA_VERSION:
        sys.exit(f"{file} has schema {found} of Optuna's storage; schema {SCHEMA_VERSION} (Optuna 3.1) is read.")
    studies = dict(storage.execute("SELECT study_name, study_id FROM studies"))
    if name not in studies:
        sys.exit(f"{file} has no study {name}; it has: {', '.join(sorted(studies))}.")
    rows = storage.execute(
        "SELECT t.number, p.param_name, p.param_value, p.distribution_json FROM trials t"
        " JOIN trial_params p ON p.trial_id = t.trial_id WHERE t.study_id = ? ORDER BY t.number, p.param_id",
        (studies[name],),
    )
    found_points: dict = {}
    for number, path, value, distribution in rows:
        found_points.setdefault(number, {})[path] = value_of(value, json.loads(distribution))
    for number, point in found_points.items():
        print(json.dumps({"id": number, "point": point}))


def value_of(stored: float, distribution: dict):
    """Optuna stores the place of a choice, and numbers as they are."""
    if distribution["name"] == "CategoricalDistribution":
        return distribution["attributes"]["choices"][int(stored)]
    return int(stored) if distribution["name"] == "IntDistribution" else stored


if len(sys.argv) == 4 and sys.argv[1] == "export":
    export(*sys.argv[2:])
elif len(sys.argv) == 4 and sys.argv[1] == "import":
    points(*sys.argv[2:])
else:
    sys.exit(__doc__)
