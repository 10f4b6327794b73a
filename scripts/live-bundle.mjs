// Bundles what runs in a page with the simulator, its presets and tables, as one script: dist/src/live/page.bundle.js.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

await build({
  entryPoints: ["dist/src/live/page/main.js"],
  outfile: "dist/src/live/page.bundle.js",
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
