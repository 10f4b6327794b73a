"""How far apart are accuracies of one model that differ in their seed alone? python3 seed_deviation.py [SEEDS]

The figure behind SEED_DEVIATION of fashion_vit.py: models of examples/evaluators/study.yaml, each fine-tuned at fidelity 1
with so many seeds (default 8) and asked about the same test images; the standard deviation within a model, from the mean of
the variances. The parent is the same: that another one would move all models is not in it. Some 10 s for each on one core.
"""

import math
import os
import statistics
import sys

from fashion_vit import PARENT, Evaluator, torch

# Layers, FFN, bits of weights: corners and the middle of the study.
MODELS = [(1, 24, 2), (1, 96, 8), (2, 48, 4), (3, 48, 8), (4, 24, 4), (4, 96, 2), (4, 96, 8)]


class Asked:
    """A request of the study (protocol.py), without its line."""

    def __init__(self, layers: int, ffn: int, bits: int, seed: int):
        self.shape = {
            **{"hidden": 48, "head_size": 16, "patch": 7, "image": 28, "channels": 1, "classes": 10},
            **{"heads": [PARENT["heads"]] * layers, "ffn": [ffn] * layers},
        }
        self.formats = {
            **{"weights": [bits] * layers, "activations": [None] * layers, "embedding": None, "head": None},
            **{"scales": "static", "is_trained": True},
        }
        self.fidelity = 1.0
        self.repeat = seed


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    default = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    torch.set_num_threads(1)
    evaluator = Evaluator(os.path.join(default, "ecotile-fashion-vit"))
    variances = []
    for layers, ffn, bits in MODELS:
        found = [evaluator.measure(Asked(layers, ffn, bits, seed))["accuracy"] for seed in range(1, seeds + 1)]
        variances.append(statistics.variance(found))
        mean, deviation = 100 * statistics.mean(found), 100 * math.sqrt(variances[-1])
        model = f"{layers} layers, FFN {ffn}, weights of {bits} bit"
        print(f"{model}: {mean:.2f} %, deviation {deviation:.2f} points", flush=True)
    deviation = 100 * math.sqrt(statistics.mean(variances))
    print(f"all {len(MODELS)} models, {seeds} seeds each: deviation {deviation:.2f} points")


if __name__ == "__main__":
    main()
