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

/** The larger, or smaller, of two numbers that are never NaN: a choice costs less than Math.max, which minds signs of zero. */
// @ts-ignore: decorator
@inline
export function larger(a: f64, b: f64): f64 {
  return a > b ? a : b;
}
// @ts-ignore: decorator
@inline
export function smaller(a: f64, b: f64): f64 {
  return a < b ? a : b;
}
