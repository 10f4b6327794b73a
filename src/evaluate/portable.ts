// The room without what needs files, for hosts that have none.
export { boardEnergyOf, boardPowerOf, clockShare, type BoardPower } from "./board.ts";
export { nameOfKind, summariseByKind, type KindSummary } from "./by-kind.ts";
export { disclosureOf, type Disclosure } from "./disclosure.ts";
export { chipOf, type Chip } from "./chip.ts";
export { footprintOf, type Footprint } from "./footprint.ts";
export { evaluate, evaluatePass, type PassPart } from "./evaluate.ts";
export { accountOf, type EnergyLine, type OperatorLine } from "./account.ts";
export { countedOf, type Counted } from "./counted.ts";
export { intervalsOf, price, pricingOf, repricedMetrics, totalsOf, type Priced, type Pricing } from "./price.ts";
export { chipFigures } from "./figures.ts";
export { powerOf, type Power } from "./power.ts";
export { clearGemmCache } from "./gemm-cache.ts";
export {
  gemmNumbers,
  gemmRecords,
  gemmSeconds,
  gemmSimulator,
  gemmTrace,
  GEMM_RESULTS,
  type GemmNumbers,
  type GemmSimulator,
  type Machine,
  type TracedGemm,
} from "./gemm-numbers.ts";
export { knownMetricsOf, metricsOf, unknownsOf } from "./metrics.ts";
export { summarisePhases, type PhaseSummary } from "./phases.ts";
export { simulatePricedGemms, type PricedOptions } from "./priced-gemms.ts";
export { simulateStream, type StreamedGemm, type StreamOptions, type StreamProblem } from "./gemm-stream.ts";
export { rooflineOf, type RooflineParts } from "./roofline.ts";
export { launchSeconds, operatorLatency, rowsOperator } from "./operator-latency.ts";
export { bytesMoved, runVector, type VectorRun } from "./vector-operator.ts";
export type * from "./types.ts";
export type { ScheduleOutcome } from "./schedule.ts";
