/*
 * npm run pack:core [-- FOLDER]: packs the simulator as a package of its own, without dependencies, as ecotile-core-VERSION.tgz in FOLDER
 * (default: this one), and prints its name.
 *
 * What is in it: dist/src/core/index.js and all that it needs in one module, its types in one file, the core, the layout of its
 * records, licences. It is put together in build/ecotile-core/.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { licences, packagesOf } from "./licences.mjs";

const root = new URL("../", import.meta.url);
const folder = new URL("build/ecotile-core/", root);
const at = (path) => fileURLToPath(new URL(path, root));
const manifest = JSON.parse(readFileSync(at("package.json"), "utf8"));

/** @returns folders of the packages whose code is in the bundle */
async function bundle() {
  const bundled = await build({
    entryPoints: [at("dist/src/core/index.js")],
    outfile: fileURLToPath(new URL("index.js", folder)),
    absWorkingDir: at("."),
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    minify: true,
    metafile: true,
    legalComments: "none",
    logLevel: "warning",
  });
  return packagesOf(bundled);
}

async function bundleTypes() {
  const types = await rolldown({
    input: { index: at("dist/src/core/index.d.ts") },
    plugins: dts({ dtsInput: true }),
    external: [/^zod/],
    logLevel: "warn",
  });
  await types.write({ dir: fileURLToPath(folder), format: "es" });
  await types.close();
  const text = readFileSync(new URL("index.d.ts", folder), "utf8");
  const foreign = [...text.matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)].map(([, a, b]) => a ?? b);
  if (foreign.length > 0) throw new Error(`the types of ecotile/core need ${foreign.join(", ")}`);
}

const description =
  "Simulator of transformer models on accelerators: latency, energy, area and carbon, in any host with WebAssembly.";
const packed = {
  name: "ecotile-core",
  version: manifest.version,
  description,
  ...{ keywords: manifest.keywords, license: manifest.license, author: manifest.author },
  type: "module",
  sideEffects: false,
  exports: {
    ".": { types: "./index.d.ts", default: "./index.js" },
    ...Object.fromEntries(
      ["core.wasm", "abi.json", "ecotile.h", "package.json"].map((name) => [`./${name}`, `./${name}`]),
    ),
  },
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const packages = await bundle();
await bundleTypes();
const copied = ["dist/assembly/ecotile.h", "LICENSE", "NOTICE"];
for (const path of copied) cpSync(at(path), new URL(path.split("/").at(-1), folder));
// One build is enough here: this one runs without SIMD too, can be translated to C, gives the same bytes, and is 1 to 5 % slower.
cpSync(at("build/core.scalar.wasm"), new URL("core.wasm", folder));
writeFileSync(
  new URL("abi.json", folder),
  JSON.stringify(JSON.parse(readFileSync(at("dist/assembly/abi.json"), "utf8"))),
);
writeFileSync(new URL("LICENSES-OF-OTHERS.txt", folder), licences(packages, "index.js"));
writeFileSync(new URL("package.json", folder), `${JSON.stringify(packed, null, 2)}\n`);
const head = readFileSync(at("scripts/core-package/README.md"), "utf8");
const guide = readFileSync(at("docs/core.md"), "utf8")
  .replaceAll("ecotile/core.wasm", "ecotile-core/core.wasm")
  .replaceAll("ecotile/core", "ecotile-core")
  .replace(/^# .*\n/, "");
writeFileSync(
  new URL("README.md", folder),
  `${head}${guide.replaceAll(/\[([^\]]+)\]\((?!http)[^)]*\)/g, "$1 of ecotile")}`,
);
const destination = resolve(process.argv[2] ?? ".");
const name = execFileSync("npm", ["pack", "--silent", "--pack-destination", destination], {
  cwd: folder,
  encoding: "utf8",
  shell: process.platform === "win32",
});
process.stdout.write(name);
