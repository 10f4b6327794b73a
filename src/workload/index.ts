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
export { importOpenClip } from "./openclip.ts";
export {
  importOnnx,
  MOST_ONNX_BYTES,
  sourceOfBytes,
  type ByteSource,
  type OnnxImport,
  type OnnxOptions,
} from "./onnx.ts";
