export * from "./operator.ts";
export { buildWorkload } from "./build.ts";
export { clipPeaks, clipText, clipVision } from "./clip.ts";
export { vitVision } from "./vit.ts";
export { decode, prefill } from "./decoder.ts";
export { totalMacs, totalParameters } from "./totals.ts";
export { SPECIAL_FUNCTION, VECTOR_PRIMITIVES, type Pass, type PrimitiveCost } from "./vector-primitives.ts";
export {
  laneCyclesOf,
  laneCyclesPerElement,
  localAccessesOf,
  passCountOf,
  passesOf,
  type PassWork,
} from "./vector-cost.ts";
export { importHuggingFace, type HuggingFaceImport, type HuggingFaceOptions } from "./huggingface.ts";
