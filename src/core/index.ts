// ecotile/core: the simulator and its cost model for hosts without files. How it is used: docs/core.md.
export { loadCore, type LoadedCore, type ProductOptions } from "./load-core.ts";
export type { CoreSource } from "./source.ts";
export {
  readMachine,
  readSpecs,
  settingPaths,
  type SettingPath,
  type Settings,
  type WrittenMachine,
  type WrittenSpecs,
} from "./specs.ts";
export { energyCoefficients, FACTOR_NAMES } from "../cost/index.ts";
export { CostError } from "../cost/index.ts";
export { InputError, SpecError, type Problem } from "../errors/index.ts";
export {
  intervalsOf,
  metricsOf,
  powerOf,
  pricingOf,
  rooflineOf,
  summariseByKind,
  summarisePhases,
  type Evaluation,
  type GemmNumbers,
  type Infeasible,
  type Machine,
} from "../evaluate/portable.ts";
export {
  CoreMemoryError,
  CoreVersionError,
  GemmProblemError,
  UnmodelledHardwareError,
  type CoreRecords,
  type GemmProblem,
  type MappingEffort,
  type MappingObjective,
  type RanRecords,
  type RecordStatus,
} from "../sim/portable.ts";
export { simulatedJson, type Simulation } from "../simulate/index.ts";
export {
  applySettings,
  deploymentOf,
  hardwareOf,
  listPresets,
  modelOf,
  parseSetting,
  presetText,
  regions,
  type Deployment,
  type Hardware,
  type ModelSpec,
  type Region,
  type Setting,
  type SpecParts,
  type SpecSet,
  type Technology,
  type Written,
} from "../spec/portable.ts";
