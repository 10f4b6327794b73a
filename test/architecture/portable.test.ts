import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, posix } from "node:path";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { simulate, simulatedJson } from "../../src/simulate/index.ts";
import { applySettings, loadHardware, loadModel } from "../../src/spec/index.ts";
import "../../src/sim/core-file.ts";
import { readSource, root } from "./files.ts";
import { importsOf } from "./rooms.ts";

const ENTRY = "dist/src/core/index.js";

/** Files that a built file brings with it, and packages with the file that names them. */
function graphOf(entry: string): { readonly files: readonly string[]; readonly packages: ReadonlyMap<string, string> } {
  const files = [entry];
  const packages = new Map<string, string>();
  for (const file of files) {
    for (const { from } of importsOf(file, readSource(file))) {
      if (!from.startsWith(".")) packages.set(from, file);
      const target = posix.join(dirname(file), from);
      if (from.startsWith(".") && !files.includes(target)) files.push(target);
    }
  }
  return { files, packages };
}

const isOfNode = (name: string): boolean => name.startsWith("node:") || builtinModules.includes(name.split("/")[0]!);

describe("ecotile/core runs in every host", () => {
  it("no built file behind it imports a module of Node, and few packages are behind it", () => {
    const { files, packages } = graphOf(ENTRY);
    expect(files.length).toBeGreaterThan(150);
    expect([...packages].filter(([name]) => isOfNode(name))).toEqual([]);
    expect([...packages.keys()].sort()).toEqual(["@assemblyscript/loader", "yaml", "zod"]);
    // The walk finds what it looks for.
    expect(graphOf("dist/src/index.js").packages.has("node:fs")).toBe(true);
  });

  it("a bundle for browsers runs where there is nothing of Node, with the numbers of the command", async () => {
    const { outputFiles, warnings } = await build({
      stdin: { contents: `export * from "./${ENTRY}";`, resolveDir: root },
      bundle: true,
      format: "iife",
      globalName: "ecotile",
      platform: "browser",
      write: false,
      logLevel: "silent",
    });
    expect(warnings).toEqual([]);
    const own = { WebAssembly, TextDecoder, TextEncoder, URL, fetch: (): never => expect.fail("the network is used") };
    const context = createContext({ ...own, bytes: readFileSync(join(root, "build/core.wasm")) });
    const text = (await runInContext(
      `${outputFiles[0]!.text}
      ecotile.loadCore(bytes).then((core) => JSON.stringify([
        core.simulateJson(ecotile.readSpecs({
          model: "clip-vit-b16", hardware: "tpu-v4i", deployment: "region: taiwan\\nrate: 2/s", settings: { clock: "900 MHz" },
        })),
        typeof process, typeof require, typeof Buffer,
      ]))`,
      context,
    )) as string;
    const [document, ...ofNode] = JSON.parse(text) as readonly unknown[];
    expect(ofNode).toEqual(["undefined", "undefined", "undefined"]);
    const settings = { clock: "900 MHz", "deployment.region": "taiwan", "deployment.rate": "2/s" };
    const parts = { model: loadModel("clip-vit-b16"), hardware: loadHardware("tpu-v4i") };
    const specs = applySettings(
      parts,
      Object.entries(settings).map(([path, value]) => ({ path, value })),
    );
    expect(document).toEqual(JSON.parse(JSON.stringify(simulatedJson(specs, simulate(specs)))));
  }, 180_000);
});
