/**
 * Least squares with a penalty per column and some coefficients held at zero or above:
 *
 *   minimise  Σ (y − X w)² + Σ penalty_j · w_j²   with  w_j ≥ 0 where nonNegative_j
 *
 * Active set: solve, set the most negative of the bounded coefficients to zero, repeat. Uses + − × ÷ √ only.
 *
 * @param rows  design matrix, one array of equal length per observation
 */
export function boundedRidge(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  penalty: readonly number[],
  nonNegative: readonly boolean[],
): readonly number[] {
  const width = penalty.length;
  const gram = Array.from({ length: width }, () => new Float64Array(width));
  const moment = new Float64Array(width);
  rows.forEach((row, index) => addObservation(gram, moment, row, y[index]!));
  let free = Array.from({ length: width }, (_, j) => j);
  for (;;) {
    const solution = solvePositive(gram, moment, penalty, free);
    const worst = free.reduce((found, j, k) => {
      if (!nonNegative[j] || solution[k]! >= 0) return found;
      return found < 0 || solution[k]! < solution[found]! ? k : found;
    }, -1);
    if (worst < 0) {
      const full = new Array<number>(width).fill(0);
      free.forEach((j, k) => (full[j] = solution[k]!));
      return full;
    }
    free = free.filter((_, k) => k !== worst);
  }
}

function addObservation(gram: Float64Array[], moment: Float64Array, row: readonly number[], y: number): void {
  const used: number[] = [];
  row.forEach((value, j) => value !== 0 && used.push(j));
  for (const i of used) {
    moment[i]! += row[i]! * y;
    for (const j of used) gram[i]![j]! += row[i]! * row[j]!;
  }
}

/** Cholesky solution of (G + diag(penalty)) w = m on the columns in `free`. */
export function solvePositive(
  gram: readonly Float64Array[],
  moment: Float64Array,
  penalty: readonly number[],
  free: readonly number[],
): Float64Array {
  return factorised(gram, penalty, free)(moment);
}

/** Factor of G + diag(penalty) on the columns in `free`, for solutions of several moments. */
function factorised(
  gram: readonly Float64Array[],
  penalty: readonly number[],
  free: readonly number[],
): (moment: Float64Array) => Float64Array {
  const n = free.length;
  const factor = Array.from({ length: n }, () => new Float64Array(n));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = gram[free[i]!]![free[j]!]! + (i === j ? penalty[free[i]!]! : 0);
      for (let k = 0; k < j; k++) sum -= factor[i]![k]! * factor[j]![k]!;
      factor[i]![j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / factor[j]![j]!;
    }
  }
  return (moment) => {
    const w = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let sum = moment[free[i]!]!;
      for (let k = 0; k < i; k++) sum -= factor[i]![k]! * w[k]!;
      w[i] = sum / factor[i]![i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = w[i]!;
      for (let k = i + 1; k < n; k++) sum -= factor[k]![i]! * w[k]!;
      w[i] = sum / factor[i]![i]!;
    }
    return w;
  };
}

/** Inverse of G + diag(penalty), positive definite, on the columns in `free`; rows and columns of the others are zero. */
export function invertPositive(
  gram: readonly Float64Array[],
  penalty: readonly number[],
  free: readonly number[],
): readonly Float64Array[] {
  const solve = factorised(gram, penalty, free);
  const inverse = gram.map(() => new Float64Array(gram.length));
  for (const j of free) {
    const unit = new Float64Array(gram.length);
    unit[j] = 1;
    solve(unit).forEach((value, k) => (inverse[free[k]!]![j] = value));
  }
  return inverse;
}

/** XᵀX. */
export function gramOf(rows: readonly (readonly number[])[], width: number): readonly Float64Array[] {
  const gram = Array.from({ length: width }, () => new Float64Array(width));
  const moment = new Float64Array(width);
  for (const row of rows) addObservation(gram, moment, row, 0);
  return gram;
}
