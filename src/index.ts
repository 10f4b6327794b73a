// The public interface. Rooms and their contracts: docs/architecture.md.
export {
  createPredictor,
  predictorFor,
  type AccuracyEstimate,
  type AccuracyEvaluator,
  type Formats,
  type Standing,
} from "./accuracy/index.ts";
export { CostError, energyCoefficients, FACTOR_NAMES } from "./cost/index.ts";
export { InputError, SpecError } from "./errors/index.ts";
export {
  evaluate,
  intervalsOf,
  metricsOf,
  powerOf,
  pricingOf,
  rooflineOf,
  simulatePricedGemms as simulateGemms,
  simulateStream,
  summariseByKind,
  summarisePhases,
  type Design,
  type Evaluation,
  type Infeasible,
  type PricedOptions as SimulateOptions,
  type StreamedGemm,
  type StreamOptions,
  type StreamProblem,
} from "./evaluate/index.ts";
export { formatMapping } from "./mapping/format.ts";
export type { Mapping, Tile } from "./mapping/mapping.ts";
export {
  createCore,
  simulateMapping,
  type EnergyCoefficients,
  type GemmProblem,
  type GemmResult,
} from "./sim/index.ts";
export {
  applySettings,
  defaultDeployment,
  listPresets,
  loadHardware,
  loadModel,
  loadStudy,
  parseHardware,
  parseModel,
  parseSetting,
  PLAIN_SCHEDULE,
  PLAIN_TECHNOLOGY,
  specSetOf,
  type Deployment,
  type Hardware,
  type ModelSpec,
  type ScheduleSettings,
  type Setting,
  type SpecParts,
  type SpecSet,
  type Study,
  type Technology,
} from "./spec/index.ts";
export {
  createSpace,
  createStrategy,
  hypervolume,
  igdPlus,
  runStrategy,
  strategyChecks,
  type EvaluateBatch,
  type Outcome,
  type Point,
  type Strategy,
  type StrategyCheck,
  type StrategyOptions,
  type StudyResult,
  type Trial,
  type TrialStore,
} from "./search/index.ts";
export {
  importScaleSim,
  importTimeloop,
  importTopology,
  importZigZag,
  type HardwareImport,
  type ImportOptions,
  type Remark,
  type TopologyImport,
} from "./peers/index.ts";
export { createMemoryStore } from "./store/index.ts";
export {
  createAskTell,
  createDesignFarm,
  RunInterrupted,
  runStudy,
  writeReport,
  type AskedDesign,
  type AskTell,
  type AskTellState,
  type DesignFarm,
  type OwnMetrics,
  type RunOptions,
  type RunProgress,
  type RunSoFar,
  type StudyRun,
  type ToldOutcome,
} from "./study/index.ts";
export { createDesignEvaluator, designContext, type DesignEvaluator } from "./worker/index.ts";
export {
  buildWorkload,
  importHuggingFace,
  type HuggingFaceImport,
  type HuggingFaceOptions,
  type Operator,
  type Workload,
} from "./workload/index.ts";
