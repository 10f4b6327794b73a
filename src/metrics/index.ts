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
export type * from "./metric.ts";
export { MEASURED_METRICS, METRICS, metricOfKey, nameOfMetric, shownMetrics, type PricedTotal } from "./table.ts";
