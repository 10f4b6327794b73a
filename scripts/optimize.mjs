// Optimises a WebAssembly module beyond what asc does: V8 keeps no values in registers over a call, nor variables of the module
// between two uses, and the search calls small functions that share such variables all the time. Measured with `npm run bench`.
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "assemblyscript/binaryen";
import { forwardGlobals } from "./forward-globals.mjs";

/** Sizes in Binaryen's measure (about one an instruction); asc has 6, 65 and 80. Beyond these nothing more is gained. */
const ALWAYS = 100;
const FLEXIBLE = 600;
const ONE_CALLER = 20000;

/**
 * Rewrites the module at `path`.
 *
 * @param usesSimd    whether the module may use 128 bit vectors
 * @param keepsNames  whether the names of its functions stay in it
 */
export function optimize(path, usesSimd, keepsNames = false) {
  const { MutableGlobals, SignExt, NontrappingFPToInt, BulkMemory, BulkMemoryOpt, SIMD128 } = binaryen.Features;
  const module = binaryen.readBinary(readFileSync(path));
  const common = MutableGlobals | SignExt | NontrappingFPToInt | BulkMemory | BulkMemoryOpt;
  module.setFeatures(usesSimd ? common | SIMD128 : common);
  binaryen.setDebugInfo(keepsNames);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(ALWAYS);
  binaryen.setFlexibleInlineMaxSize(FLEXIBLE);
  binaryen.setOneCallerInlineMaxSize(ONE_CALLER);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  for (let round = 0; round < 3; round++) module.optimize();
  forwardGlobals(module);
  module.optimize();
  if (!module.validate()) throw new Error(`${path} is no longer valid`);
  writeFileSync(path, module.emitBinary());
  module.dispose();
}
