/** See check.mjs. */
export function faultOf(
  hardware: Float64Array,
  problem: Float64Array,
  before: Float64Array,
  after: Float64Array,
): string | null;
