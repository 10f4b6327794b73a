import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { packageRoot } from "../package-root.ts";

/** The chart library as the build has copied it: see scripts/built-charts.mjs. */
const FILE = "dist/src/report/echarts.min.cjs";

/** The chart library is large, and most commands draw nothing: it is loaded with the first picture. */
export function chartLibrary(): typeof import("echarts") {
  return createRequire(import.meta.url)(fileURLToPath(new URL(FILE, packageRoot))) as typeof import("echarts");
}

/** Its program, whole, for a page that needs nothing else. */
export function chartLibraryText(): string {
  return readFileSync(new URL(FILE, packageRoot), "utf8");
}
