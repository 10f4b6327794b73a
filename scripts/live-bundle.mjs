// Bundles what runs in pages, each as one script: what draws the report of a run (dist/src/report/page.bundle.js), and the simulator with its
// presets and tables (dist/src/live/page.bundle.js).
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

for (const room of ["report", "live"])
  await build({
    entryPoints: [`dist/src/${room}/page/main.js`],
    outfile: `dist/src/${room}/page.bundle.js`,
    absWorkingDir: fileURLToPath(new URL("..", import.meta.url)),
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    logLevel: "warning",
  });
