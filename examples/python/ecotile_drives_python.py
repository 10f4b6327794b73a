"""ecotile's strategy chooses the designs, Python evaluates them: python3 examples/python/ecotile_drives_python.py [JOURNAL]

Notice: one objective is measured here (a product in Python, as long as the design's model would need), the other is ecotile's
own carbon. Every outcome is in the journal before it is told: kill the script or ecotile, start it again, and nothing is lost.
"""

import sys

from ecotile import Ecotile

STUDY = {
    "name": "measured",
    "model": "vit-s16",
    "hardware": "catransformers-22nm",
    "space": {"model.vision.layers": [4, 6, 8, 10, 12], "array.rows": [16, 32, 64], "array.cols": [16, 32, 64]},
    "objectives": ["min carbon"],
    "search": {"strategy": "nsga2", "trials": 40, "batch": 8, "population": 8},
}


def error_of(layers: int) -> float:
    """Stands for a training: deeper models err less."""
    return 0.2 + 0.8 / layers


with Ecotile() as ecotile:
    run = ecotile.open(
        STUDY,
        seed=7,
        objectives=[("error", "min"), ("carbon_total_kgCO2e", "min")],
        journal=sys.argv[1] if len(sys.argv) > 1 else None,
    )
    for trial, point in run:
        [outcome] = run.outcomes([point])
        if outcome.metrics is None:
            run.tell(trial, infeasible=outcome.infeasible)
        else:
            run.tell(trial, metrics={**outcome.metrics, "error": error_of(int(point["model.vision.layers"]))})
    for design in run.front():
        metrics = design["metrics"]
        print(f"trial {design['trial']}: error {metrics['error']:.3f}, {metrics['carbon_total_kgCO2e']!r} kgCO2e, {design['point']}")
