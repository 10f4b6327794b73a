// The room without what needs files, for hosts that have none.
export { CoreMemoryError, CoreVersionError, defaultCore, loadCoreModule, useCore, type Core } from "./core.ts";
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
export { runRecords, type RecordStatus, type RanRecords } from "./records.ts";
export { traceMapping, type GemmTrace, type TraceEvent, type TracePlace } from "./trace.ts";
export { isCountable, MOST_SIZE } from "./countable.ts";
export { hardwareKey, problemKey, type GemmHardware } from "./keys.ts";
export type * from "./types.ts";
export { ABI_VERSION } from "../../assembly/abi.ts";
