import { log, square } from "../../math/index.ts";
import { gaussianProcess, type GaussianProcess, type Observations, type Scales } from "./gaussian-process.ts";

const SHORTEST = 0.05;
const LONGEST = 50;
const STEPS = [4, 2, 1.3];
/** Weight of the prior: lengths near `TYPICAL`, so that inputs that few observations tell of are not made up. */
const PRIOR = 0.1;
const TYPICAL = 2;

/** Scales to start from, of so many inputs. */
export function firstScales(inputCount: number): Scales {
  return { lengths: new Float64Array(inputCount).fill(1), signal: 0 };
}

/** What of the values' variance is no noise; a tenth of it at least. */
function signalOf({ values, variances = [] }: Observations): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const all = values.reduce((sum, value) => sum + square(value - mean), 0) / values.length;
  const noise = variances.reduce((sum, each) => sum + each, 0) / values.length;
  return Math.max(all - noise, all / 10, 1e-300);
}

/**
 * Lengths, and with noise the signal's variance, of the highest posterior, by coordinate search from the given ones. Deterministic.
 *
 * @param scales start; changed in place
 */
export function fitProcess(observations: Observations, scales: Scales): GaussianProcess {
  const { lengths } = scales;
  const scoreOf = (process: GaussianProcess | null): number => {
    if (process === null) return -Infinity;
    const prior = lengths.reduce((sum, length) => sum + square(log(length / TYPICAL)), 0);
    return process.logLikelihood - PRIOR * prior;
  };
  if (observations.variances !== undefined) scales.signal = signalOf(observations);
  let best = gaussianProcess(observations, scales);
  let score = scoreOf(best);
  for (const step of STEPS) {
    if (observations.variances !== undefined)
      for (const factor of [step, 1 / step]) {
        const before = scales.signal;
        scales.signal = before * factor;
        const process = gaussianProcess(observations, scales);
        const found = scoreOf(process);
        if (found > score) [best, score] = [process, found];
        else scales.signal = before;
      }
    for (let d = 0; d < lengths.length; d += 1)
      for (const factor of [step, 1 / step]) {
        const before = lengths[d]!;
        lengths[d] = Math.min(LONGEST, Math.max(SHORTEST, before * factor));
        const process = gaussianProcess(observations, scales);
        const found = scoreOf(process);
        if (found > score) [best, score] = [process, found];
        else lengths[d] = before;
      }
  }
  if (best !== null) return best;
  // Equal inputs with long lengths: short ones always work.
  lengths.fill(SHORTEST);
  return gaussianProcess(observations, scales)!;
}
