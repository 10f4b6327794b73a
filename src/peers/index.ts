export type { HardwareImport, ImportOptions } from "./hardware-file.ts";
export { remarkText, type Remark } from "./remark.ts";
export { importScaleSim } from "./scale-sim/hardware.ts";
export { importTopology, type TopologyImport } from "./scale-sim/topology.ts";
export { importTimeloop } from "./timeloop/index.ts";
export { importZigZag } from "./zigzag.ts";
