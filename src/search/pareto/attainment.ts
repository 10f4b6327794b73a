import type { Costs } from "./costs.ts";

/**
 * The surface of two objectives that a share of the runs attains: for each value of the first objective, the least value
 * of the second that at least `share` of the fronts reach with no more of the first. Costs, lower is better.
 *
 * @source Fonseca and Fleming, On the performance assessment of stochastic multiobjective optimizers, PPSN 1996
 * @param fronts one front a run
 * @param share  in (0, 1]; 0.5 gives the median surface
 * @returns corners of the staircase, by the first objective
 */
export function attainmentSurface(fronts: readonly (readonly Costs[])[], share: number): readonly Costs[] {
  if (!(share > 0 && share <= 1)) throw new RangeError(`a share of ${share} runs`);
  const needed = Math.ceil(share * fronts.length);
  const steps = [...new Set(fronts.flatMap((front) => front.map((costs) => costs[0]!)))].sort((a, b) => a - b);
  const corners: Costs[] = [];
  for (const x of steps) {
    const reached = fronts
      .map((front) => front.reduce((least, [a, b]) => (a! <= x ? Math.min(least, b!) : least), Infinity))
      .sort((a, b) => a - b);
    const y = reached[needed - 1]!;
    if (y < (corners.at(-1)?.[1] ?? Infinity)) corners.push([x, y]);
  }
  return corners;
}
