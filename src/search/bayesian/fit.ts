import { log, square } from "../../math/index.ts";
import { gaussianProcess, type GaussianProcess, type Observations } from "./gaussian-process.ts";

const SHORTEST = 0.05;
const LONGEST = 50;
const STEPS = [4, 2, 1.3];
/** Weight of the prior: lengths near `TYPICAL`, so that inputs that few observations tell of are not made up. */
const PRIOR = 0.1;
const TYPICAL = 2;

/**
 * Lengths of the highest posterior, by coordinate search from the given ones. Deterministic.
 *
 * @param lengths start; changed in place
 */
export function fitProcess(observations: Observations, lengths: Float64Array): GaussianProcess {
  const scoreOf = (process: GaussianProcess | null): number => {
    if (process === null) return -Infinity;
    const prior = lengths.reduce((sum, length) => sum + square(log(length / TYPICAL)), 0);
    return process.logLikelihood - PRIOR * prior;
  };
  let best = gaussianProcess(observations, lengths);
  let score = scoreOf(best);
  for (const step of STEPS)
    for (let d = 0; d < lengths.length; d += 1)
      for (const factor of [step, 1 / step]) {
        const before = lengths[d]!;
        lengths[d] = Math.min(LONGEST, Math.max(SHORTEST, before * factor));
        const process = gaussianProcess(observations, lengths);
        const found = scoreOf(process);
        if (found > score) [best, score] = [process, found];
        else lengths[d] = before;
      }
  if (best !== null) return best;
  // Equal inputs with long lengths: short ones always work.
  lengths.fill(SHORTEST);
  return gaussianProcess(observations, lengths)!;
}
