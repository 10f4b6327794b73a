/*
 * A loop order is a number, 0 to 5: mnk, mkn, nmk, nkm, kmn, knm, outermost loop first.
 * Dimensions are 0 m, 1 n, 2 k.
 */
export function outermost(order: i32): i32 {
  return order >> 1;
}

export function middle(order: i32): i32 {
  if (order == 0 || order == 5) return 1;
  return order == 2 || order == 4 ? 0 : 2;
}

export function innermost(order: i32): i32 {
  return 3 - outermost(order) - middle(order);
}

/** The one of (m, n, k) that `dimension` names. */
export function pick(dimension: i32, m: f64, n: f64, k: f64): f64 {
  return dimension == 0 ? m : dimension == 1 ? n : k;
}

/** Whether the loop over dimension `a` stands inside the loop over dimension `b`. */
export function isInside(order: i32, a: i32, b: i32): bool {
  return a == innermost(order) || b == outermost(order);
}
