// The room without what needs files, for hosts that have none.
export { pathKey, problemAtSpan, spanAt, type SourceDocument } from "./document.ts";
export { FAMILY_METRIC } from "./family-metric.ts";
export type { Deployment } from "./deployment.ts";
export type {
  Buffer,
  Dataflow,
  Dram,
  EnergyPerByte,
  Hardware,
  Operand,
  PeArray,
  Port,
  VectorUnit,
} from "./hardware.ts";
export { peakOperationsOf, pesOf } from "./hardware.ts";
export { isTrained } from "./model.ts";
export type {
  BertModel,
  ClipModel,
  DecoderModel,
  ListedOperator,
  ListedProduct,
  ListedVector,
  ModelSpec,
  OperatorsModel,
  TextTower,
  Tower,
  VisionTower,
  VitModel,
} from "./model.ts";
export type * from "./study.ts";
export { askedMetrics, metricsOfDeployment } from "./study.ts";
export { hasHost, STACKS, type HostTimes, type Runtime, type Stack, type StackName } from "./runtime.ts";
export { isFused, isPlainSchedule, PLAIN_SCHEDULE, scheduleOf, type ScheduleSettings } from "./schedule.ts";
export { MAPPING_EFFORTS, MAPPING_OBJECTIVES, type MappingEffort, type MappingObjective } from "./mapping-objective.ts";
export { PACKAGING_PROFILES, PLAIN_TECHNOLOGY, type PackagingProfile, type Technology } from "./technology.ts";
export {
  applySettings,
  parseSetting,
  parseSweptSetting,
  problemsOfSetting,
  settingsOfPoint,
  type SweptSetting,
} from "./apply-settings.ts";
export { defaultDeployment } from "./deployment-schema.ts";
export {
  bandwidthOf,
  GIGABIT_BYTES,
  soldCapacities,
  soldCounts,
  soldDrams,
  soldGigabytes,
  soldWidths,
  type SoldDram,
} from "./dram-sold.ts";
export { approximateMultiplier, exactMultiplier, multipliers, type Multiplier } from "./multipliers.ts";
export { askedBandwidth, memoryCapacity } from "./memory.ts";
export {
  hardwareJsonSchema,
  modelJsonSchema,
  packageJsonSchema,
  studyJsonSchema,
  type JsonSchema,
} from "./json-schema.ts";
export { faultsOf, writtenModel, type ModelFault } from "./model-file.ts";
export { DEFAULT_REASONS, DEFAULTS } from "./hardware-defaults.ts";
export { faultsOfHardware, type HardwareFault } from "./hardware-faults.ts";
export { problemsOnMachine } from "./on-machine.ts";
export { listPresets, presetText } from "./presets.ts";
export { deploymentOf, hardwareOf, modelOf, type Written } from "./written.ts";
export { documentOf, parseDeployment, parseHardware, parseModel } from "./parse.ts";
export { metricOf, NAMED_METRICS, readConstraint, type NamedMetric } from "./metrics.ts";
export { isModelPath, MODES, type Mode } from "./modes.ts";
export { readYaml } from "./read-yaml.ts";
export type { Package, PackageDie } from "./package.ts";
export type { PackageCase } from "./package-case.ts";
export { gridLabel, region, regions, type Region } from "./regions.ts";
export { listSetPaths } from "./set-paths.ts";
export { specSetOf, type SetPath, type Setting, type SpecParts, type SpecSet } from "./settings.ts";
export { TOWER_NAMES, type TowerName } from "./set-model.ts";
export { storedBits, TENSOR_CLASSES, type Quantisation, type StoredFormat, type TensorClass } from "./quantisation.ts";
export { sparseForm, type SparseForm, type Sparsity } from "./sparsity.ts";
export type { TokenMerging, TokenPruning, TokenReduction } from "./token-reduction.ts";
