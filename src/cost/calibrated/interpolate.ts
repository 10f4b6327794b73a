import { exp, log } from "../../math/index.ts";
/** Points of a curve, ascending in x; all values > 0. Stored as logarithms. */
export interface LogCurve {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Values found before: a search asks for few sizes very often. */
  readonly memo: Map<number, number>;
}

export function logCurve(points: readonly (readonly [number, number])[]): LogCurve {
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  return { x: sorted.map(([x]) => log(x)), y: sorted.map(([, y]) => log(y)), memo: new Map() };
}

const LARGEST_MEMO = 1000;

/** Straight line between neighbours on log-log paper; beyond the ends the last piece goes on. */
export function interpolate(curve: LogCurve, at: number): number {
  const known = curve.memo.get(at);
  if (known !== undefined) return known;
  const value = read(curve, log(at));
  if (curve.memo.size >= LARGEST_MEMO) curve.memo.clear();
  curve.memo.set(at, value);
  return value;
}

function read({ x, y }: LogCurve, target: number): number {
  if (x.length === 1) return exp(y[0]!);
  let i = 1;
  while (i < x.length - 1 && x[i]! < target) i += 1;
  const share = (target - x[i - 1]!) / (x[i]! - x[i - 1]!);
  return exp(y[i - 1]! + share * (y[i]! - y[i - 1]!));
}
