"""Optuna chooses the designs, ecotile evaluates them: python3 examples/python/optuna_drives_ecotile.py [TRIALS]

Notice: Optuna sees two objectives and no hardware; a design that ecotile rules out is a failed trial, with the reason beside it.
Optuna's own storage keeps the trials, so that a script that was killed goes on (storage="sqlite:///chip.db", load_if_exists=True).
"""

import sys

import optuna
from optuna.trial import TrialState

from ecotile import Ecotile

MODEL, HARDWARE = "bert-mini", "catransformers-22nm"
trials = int(sys.argv[1]) if len(sys.argv) > 1 else 60
optuna.logging.set_verbosity(optuna.logging.WARNING)
sampler = optuna.samplers.NSGAIISampler(population_size=20, seed=7)
study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)
with Ecotile() as ecotile:
    for _ in range(trials):
        trial = study.ask()
        design = {
            "array.rows": 2 ** trial.suggest_int("log2_rows", 3, 7),
            "array.cols": 2 ** trial.suggest_int("log2_cols", 3, 6),
            "localBuffer.size": trial.suggest_categorical("localBuffer", ["16 KiB", "32 KiB", "64 KiB", "128 KiB"]),
            "clock": f"{trial.suggest_int('clock_MHz', 200, 800, step=100)} MHz",
        }
        [found] = ecotile.evaluate(MODEL, HARDWARE, [design])
        if found.feasible:
            study.tell(trial, [found.metrics["latency_s"], found.metrics["carbon_total_kgCO2e"]])
        else:
            trial.set_user_attr("violation", found.violations[0]["detail"])
            study.tell(trial, state=TrialState.FAIL)
for best in sorted(study.best_trials, key=lambda each: each.values[0]):
    latency, carbon = best.values
    print(f"trial {best.number}: {latency!r} s, {carbon!r} kgCO2e, {best.params}")
