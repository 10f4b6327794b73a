export * from "./quantity.ts";
export { parseBandwidth, rateAtClock, sumOf, toRate, type Bandwidth } from "./bandwidth.ts";
export { formatQuantity, formatRate, formatSize } from "./format.ts";
export { parseExact, parseQuantity, splitQuantity, type Parsed, type UnitFailure } from "./parse.ts";
export { SECONDS_PER_DAY, SECONDS_PER_YEAR, UNIT_TABLES, type QuantityKind } from "./tables.ts";
