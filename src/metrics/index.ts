export {
  addBreakdowns,
  breakdown,
  combined,
  known,
  knownNumber,
  lowerBound,
  numberOrNull,
  outsideDomain,
  sumOf,
  totalOf,
  unpriced,
  type Breakdown,
  type Known,
  type MissingPart,
  type Unknown,
} from "./quantity.ts";
export type * from "./metric.ts";
export { MEASURED_METRICS, METRICS, metricOfKey, nameOfMetric, shownMetrics, type PricedTotal } from "./table.ts";
