import { coldStart } from "./cold-start.ts";
import { gemmSearch } from "./gemm-search.ts";
import { wholeModel } from "./whole-model.ts";

export { coldStart } from "./cold-start.ts";
export { machine } from "./machine.ts";

/** Benches of the simulator; each gives lines of text. */
export const BENCHES = { startup: coldStart, core: gemmSearch, model: wholeModel } as const;
