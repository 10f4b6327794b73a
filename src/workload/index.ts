export * from "./operator.ts";
export { buildWorkload } from "./build.ts";
export { bitsAt, filledSizes } from "./model-sizes.ts";
export { storedPeak, sumOfSizes } from "./sizes.ts";
export { clipPeaks, clipText, clipVision } from "./clip.ts";
export { decode, prefill } from "./decoder.ts";
export { cacheWritesOf, type CacheWrites } from "./cache-writes.ts";
export { totalMacs, totalParameters } from "./totals.ts";
export { CONVERSION, SPECIAL_FUNCTION, VECTOR_PRIMITIVES, type Pass, type PrimitiveCost } from "./vector-primitives.ts";
export {
  laneCyclesOf,
  laneCyclesPerElement,
  localAccessesOf,
  passCountOf,
  passesOf,
  type PassWork,
} from "./vector-cost.ts";
export {
  HUGGING_FACE_TYPES,
  importHuggingFace,
  type HuggingFaceImport,
  type HuggingFaceOptions,
} from "./huggingface.ts";
// The reader of ONNX files is taken from onnx.ts by the one command that needs it: its schema would be loaded with every worker.
export { importOpenClip } from "./openclip.ts";
