export { createCore, type CoreBuild } from "./core-file.ts";
export * from "./portable.ts";
