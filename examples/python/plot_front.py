"""Draws the front of a run: python3 examples/python/plot_front.py RUN X Y FILE.png

For example: plot_front.py runs/clip-vit-b16 latency_s carbon_total_kgCO2e front.png. Needs matplotlib (Debian: python3-matplotlib).
Notice: front.csv has the metrics by their keys, with units, and an empty cell where one is not known.
"""

import csv
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

if len(sys.argv) != 5:
    sys.exit(__doc__)
run, x, y, file = sys.argv[1:]
with open(Path(run) / "front.csv", newline="", encoding="utf-8") as table:
    rows = list(csv.DictReader(table))
missing = [key for key in (x, y) if rows and key not in rows[0]]
if missing:
    sys.exit(f"front.csv has no {', '.join(missing)}; it has {', '.join(rows[0])}.")
points = sorted((float(row[x]), float(row[y])) for row in rows if row[x] and row[y])
figure, axes = plt.subplots(figsize=(6, 4))
axes.plot(*zip(*points), "o", markersize=4)
axes.set_xlabel(x)
axes.set_ylabel(y)
axes.set_title(f"{Path(run).name}: {len(points)} designs")
figure.tight_layout()
figure.savefig(file, dpi=150)
print(f"{file}: {len(points)} designs")
