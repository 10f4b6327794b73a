export { CoreMemoryError, createCore, defaultCore, type Core, type CoreBuild } from "./core.ts";
export {
  coreRecords,
  GemmProblemError,
  IllegalMappingError,
  simulateGemms,
  simulateMapping,
  UnmodelledHardwareError,
  type CoreRecords,
  type SimulateOptions,
} from "./simulate.ts";
export { isCountable, MOST_SIZE } from "./countable.ts";
export { hardwareKey, problemKey, type GemmHardware } from "./keys.ts";
export type * from "./types.ts";
