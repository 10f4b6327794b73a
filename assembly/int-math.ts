/** ⌈a / b⌉ for whole a ≥ 0, b ≥ 1 below 2^53: the quotient of two such numbers is never rounded across a whole number. */
export function ceilDiv(a: f64, b: f64): f64 {
  return Math.ceil(a / b);
}

/** ⌈log2 x⌉ for whole x ≥ 1. */
export function ceilLog2(x: f64): f64 {
  let power: f64 = 1;
  let result: f64 = 0;
  while (power < x) {
    power *= 2;
    result += 1;
  }
  return result;
}

/*
 * The larger, or smaller, of two numbers that are never NaN. Math.max and Math.min mind signs of zero, which costs several
 * instructions; where the host has vectors, one instruction chooses, without a branch.
 */
// @ts-ignore: decorator
@inline
export function larger(a: f64, b: f64): f64 {
  if (ASC_FEATURE_SIMD) return f64x2.extract_lane(f64x2.pmax(f64x2.splat(a), f64x2.splat(b)), 0);
  return a < b ? b : a;
}
// @ts-ignore: decorator
@inline
export function smaller(a: f64, b: f64): f64 {
  if (ASC_FEATURE_SIMD) return f64x2.extract_lane(f64x2.pmin(f64x2.splat(a), f64x2.splat(b)), 0);
  return b < a ? b : a;
}
