// Makes one page of everything: node bundle.mjs PAGE.html. esbuild puts page.js, ecotile/core and the bytes of core.wasm into it.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = new URL("./", import.meta.url);
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL("page.js", here))],
  bundle: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  charset: "utf8",
  minify: true,
  loader: { ".wasm": "binary" },
  write: false,
});
const script = outputFiles[0].text.replaceAll("</script", "<\\/script");
const page = readFileSync(new URL("page.html", here), "utf8");
writeFileSync(
  process.argv[2] ?? "page.html",
  page.replace('<script src="page.js"></script>', () => `<script>${script}</script>`),
);
