import { exp, log } from "../../math/index.ts";
import { cholesky, solveLower, solveUpper } from "./cholesky.ts";

/** Inputs of equal length, each 0 to 1 (or −1 where a parameter does not exist), and what was measured there. */
export interface Observations {
  readonly inputs: readonly Float64Array[];
  readonly values: readonly number[];
  /** Variance of the noise of each value, in its unit squared; left out: none has noise. */
  readonly variances?: readonly number[];
}

/** A length for each input; the variance of the signal, which is looked at only where values have noise. */
export interface Scales {
  readonly lengths: Float64Array;
  signal: number;
}

export interface Prediction {
  readonly mean: number;
  readonly deviation: number;
}

export interface GaussianProcess {
  predict(input: Float64Array): Prediction;
  /** Log marginal likelihood, up to a constant: at the best signal variance where there is no noise. */
  readonly logLikelihood: number;
}

const NUGGET = 1e-6;
const SQRT5 = Math.sqrt(5);

/**
 * Gaussian process with constant mean, Matérn 5/2 kernel and one length per input:
 *
 *   k(x, x') = s² (1 + √5 r + 5/3 r²) exp(−√5 r),   r² = Σ ((x_d − x'_d) / length_d)²
 *
 * The signal variance s² is the one of highest likelihood. Where values have noise it is given, and v_i / s² is added to
 * the diagonal of the kernel's matrix, v_i the variance of the i-th value's noise. What is predicted is without noise.
 *
 * @source Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, eq. 4.17 and algorithm 2.1
 * @returns null where the kernel matrix is not positive definite
 */
export function gaussianProcess(
  { inputs, values, variances }: Observations,
  { lengths, signal }: Scales,
): GaussianProcess | null {
  const n = inputs.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) l[i * n + j] = kernel(inputs[i]!, inputs[j]!, lengths);
    l[i * n + i] = 1 + NUGGET + (variances === undefined ? 0 : variances[i]! / signal);
  }
  if (!cholesky(l, n)) return null;
  const white = solveLower(
    l,
    n,
    Float64Array.from(values, (value) => value - mean),
  );
  const squares = white.reduce((sum, value) => sum + value * value, 0);
  const variance = variances === undefined ? Math.max(squares / n, 1e-300) : signal;
  let logDeterminant = 0;
  for (let i = 0; i < n; i += 1) logDeterminant += log(l[i * n + i]!);
  const weights = solveUpper(l, n, white);
  return {
    logLikelihood: -(n / 2) * log(variance) - logDeterminant - (variances === undefined ? 0 : squares / (2 * variance)),
    predict: (input) => {
      const covariances = Float64Array.from(inputs, (other) => kernel(input, other, lengths));
      let estimate = mean;
      for (let i = 0; i < n; i += 1) estimate += covariances[i]! * weights[i]!;
      const explained = solveLower(l, n, covariances).reduce((sum, value) => sum + value * value, 0);
      return { mean: estimate, deviation: Math.sqrt(variance * Math.max(0, 1 + NUGGET - explained)) };
    },
  };
}

function kernel(a: Float64Array, b: Float64Array, lengths: Float64Array): number {
  let squared = 0;
  for (let d = 0; d < a.length; d += 1) {
    const gap = (a[d]! - b[d]!) / lengths[d]!;
    squared += gap * gap;
  }
  const r = SQRT5 * Math.sqrt(squared);
  return (1 + r + (r * r) / 3) * exp(-r);
}
