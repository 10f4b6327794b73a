import type { Dataflow, PeArray } from "../../../src/spec/hardware.ts";

/**
 * Array time on paper: the fold-time table of the design, written down without looking at the simulator core, for
 * memories that never make the array wait. README.md derives each line. Unit: cycles, from the first in which a word
 * enters the array to the last in which a result leaves it, both counted.
 *
 *   R × C  array; r × c  part of it that a fold occupies (full-array: r = R, c = C); T  words in each stream
 */
export interface ArrayCase {
  readonly dataflow: Dataflow;
  readonly rows: number;
  readonly cols: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly overlap: PeArray["overlap"];
  readonly skew: PeArray["skew"];
  readonly drain: PeArray["drain"];
}

export interface Fold {
  readonly rows: number;
  readonly cols: number;
  readonly length: number;
}

/** Folds in the order in which they run: columns outside, rows inside. */
export function foldsOf(problem: ArrayCase): Fold[] {
  const { m, n, k, rows, cols } = problem;
  const [down, across, length] = {
    "weight-stationary": [k, n, m] as const,
    "input-stationary": [k, m, n] as const,
    "output-stationary": [m, n, k] as const,
  }[problem.dataflow];
  const folds: Fold[] = [];
  for (let col = 0; col < across; col += cols) {
    for (let row = 0; row < down; row += rows) {
      const isPadded = problem.skew === "full-array";
      folds.push({
        rows: isPadded ? rows : Math.min(rows, down - row),
        cols: isPadded ? cols : Math.min(cols, across - col),
        length,
      });
    }
  }
  return folds;
}

export function paperCycles(problem: ArrayCase): number {
  const folds = foldsOf(problem);
  return problem.dataflow === "output-stationary" ? outputStationary(problem, folds) : operandHeld(problem, folds);
}

/** Weight- and input-stationary. */
function operandHeld({ rows: R, overlap }: ArrayCase, folds: readonly Fold[]): number {
  switch (overlap) {
    case "none":
      return sum(folds.map((fold) => R + fold.rows + fold.cols + fold.length - 2));
    case "weights":
      return R + sum(folds.map((fold) => fold.length + fold.rows + fold.cols - 2));
    case "folds":
      return lastEnd(folds, {
        before: folds[0]!.rows,
        step: (fold, next) => Math.max(fold.length, next.rows),
        span: (fold) => fold.length + R + fold.cols - 2,
      });
  }
}

function outputStationary({ rows: R, overlap, drain }: ArrayCase, folds: readonly Fold[]): number {
  const span = (fold: Fold): number => fold.length + fold.rows + fold.cols - 2 + (drain === "shift" ? R : 0);
  if (overlap !== "folds") return sum(folds.map(span));
  return lastEnd(folds, {
    before: 0,
    step: (fold) => (drain === "shift" ? Math.max(fold.length, fold.rows) : fold.length),
    span,
  });
}

/** Folds follow each other in `step`; a wide fold may still be busy when a narrow one after it has ended. */
function lastEnd(
  folds: readonly Fold[],
  time: { before: number; step: (fold: Fold, next: Fold) => number; span: (fold: Fold) => number },
): number {
  let start = time.before;
  let end = 0;
  folds.forEach((fold, index) => {
    end = Math.max(end, start + time.span(fold));
    const next = folds[index + 1];
    if (next !== undefined) start += time.step(fold, next);
  });
  return end;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
