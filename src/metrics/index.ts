export {
  addBreakdowns,
  breakdown,
  combined,
  known,
  knownNumber,
  numberOrNull,
  outsideDomain,
  totalOf,
  unpriced,
  type Breakdown,
  type Known,
  type Unknown,
} from "./quantity.ts";
