export * from "./operator.ts";
export { buildWorkload } from "./build.ts";
export { clipText, clipVision } from "./clip.ts";
