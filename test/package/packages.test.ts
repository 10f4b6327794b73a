import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../architecture/files.ts";
import { packBoth } from "./packed.ts";

const { folder, archives } = packBoth();
afterAll(() => rmSync(folder, { recursive: true }));

const bytesUnder = (path: string): number =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

const core = join(folder, "node_modules/ecotile-core");

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}
const manifestOf = (path: string): Manifest => JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as Manifest;

describe("ecotile-core", () => {
  it("depends on nothing, and is at most 0.5 MB to load, 1.2 MB in place", () => {
    const manifest = manifestOf(core);
    expect(Object.keys(manifest).filter((key) => /dependencies|scripts/i.test(key))).toEqual([]);
    expect(manifest.version).toBe(manifestOf(root).version);
    console.log(`ecotile-core: ${archives["ecotile-core"].byteLength} bytes packed, ${bytesUnder(core)} unpacked`);
    expect(archives["ecotile-core"].byteLength).toBeLessThan(500_000);
    expect(bytesUnder(core)).toBeLessThan(1_200_000);
    expect(readFileSync(join(core, "index.js"), "utf8")).not.toMatch(/(from|import|require)\s*\(?["'](node:|fs|path)/);
  });

  it("has the licences of what is in it", () => {
    const text = readFileSync(join(core, "LICENSES-OF-OTHERS.txt"), "utf8");
    expect(text).toMatch(/^yaml [\d.]+\n\nCopyright Eemeli Aro/m);
    expect(text).toMatch(/^zod [\d.]+\n\nMIT License/m);
    expect(text).toMatch(/^@assemblyscript\/loader [\d.]+\n\nApache-2.0/m);
    expect(readFileSync(join(core, "LICENSE"), "utf8")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
  });

  it("the program of its README prints what that of ecotile prints, with nothing else installed", () => {
    const [, program = ""] = /```js\n([^]*?)```/.exec(readFileSync(join(core, "README.md"), "utf8"))!;
    expect(program).toContain('from "ecotile-core"');
    const run = (text: string): string =>
      execFileSync(process.execPath, ["--input-type=module", "--eval", text], { cwd: folder, encoding: "utf8" });
    const own = run(program);
    expect(own).toMatch(/carbon_total_kgCO2e: \d/);
    expect(own).toBe(
      run(program.replaceAll(/ecotile-core(?!\/)/g, "ecotile/core").replaceAll("ecotile-core/", "ecotile/")),
    );
  });

  it("all that it exports is there", () => {
    const targets = Object.values(manifestOf(core).exports).flatMap((entry) =>
      typeof entry === "string" ? [entry] : Object.values(entry as Record<string, string>),
    );
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(statSync(join(core, target)).size, target).toBeGreaterThan(100);
  });
});

describe("what installing ecotile takes", () => {
  interface Lock {
    readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  const isInstalled = ([path, entry]: readonly [string, Readonly<Record<string, unknown>>]): boolean =>
    path !== "" &&
    !["dev", "devOptional", "peer"].some((key) => entry[key] === true) &&
    // Of binaries only those of this system are there.
    statSync(join(root, path), { throwIfNoEntry: false }) !== undefined;

  it("is at most 45 MB, with one binary of the database", () => {
    const sizes = Object.entries(packages)
      .filter(isInstalled)
      .map(([path]) => ({ path, bytes: bytesUnder(join(root, path)) }));
    const binaries = sizes.filter(({ path }) => path.includes("/@libsql/"));
    const others = sizes.filter((each) => !binaries.includes(each));
    const own = bytesUnder(join(folder, "node_modules/ecotile"));
    const [binary] = binaries.map(({ bytes }) => bytes).sort((a, b) => b - a);
    const sum = (list: typeof sizes): number => list.reduce((total, { bytes }) => total + bytes, 0);
    console.log(
      `ecotile: ${own} bytes, packages ${sum(others)}, a binary of libsql ${binary} (of ${binaries.length} here), packed ${archives.ecotile.byteLength}`,
    );
    expect(others.length).toBeGreaterThan(20);
    expect(binary).toBeGreaterThan(1e6);
    expect(own + sum(others) + binary!).toBeLessThan(45e6);
    expect(others.map(({ path }) => path)).not.toContain("node_modules/echarts");
  });
});

describe("types resolve and are sound", () => {
  const program = `
    import { loadCore, readMachine, readSpecs, SpecError, type LoadedCore, type Simulation } from "PACKAGE";
    export async function carbon(bytes: ArrayBuffer): Promise<number | null> {
      const core: LoadedCore = await loadCore(bytes);
      const specs = readSpecs({ model: "clip-vit-b16", hardware: "tpu-v1", settings: { "array.rows": 64 } });
      const { result }: Simulation = core.simulate(specs, "latency");
      if (result.kind === "infeasible") throw new Error(result.detail);
      const [row] = core.products(readMachine({ hardware: "tpu-v1" }), [{ batch: 1, m: 1, n: 1, k: 1, sharedB: false }]);
      const { statuses } = core.run(new Uint8Array(8));
      for (const each of statuses) if (each.status === "bad-hardware") console.log(each.field, each.message, row?.cycles);
      try {
        readSpecs({ model: "x", hardware: "y" });
      } catch (error) {
        if (error instanceof SpecError) console.log(error.problems[0]?.line);
      }
      // @ts-expect-error there is no such objective
      core.simulate(specs, "beauty");
      return result.carbon_total_kgCO2e;
    }
  `;
  const whole = `
    import { evaluate, loadHardware, loadModel, specSetOf, runStudy } from "ecotile";
    import { HW_CORES } from "ecotile/abi";
    export const cores: number = HW_CORES;
    export const specs = specSetOf({ model: loadModel("clip-vit-b16"), hardware: loadHardware("tpu-v1") });
    export const result = evaluate({ ...specs, mapper: { objective: "carbon", effort: "fast" } });
    export const run = runStudy;
  `;
  const modes = {
    nodenext: [ts.ModuleKind.NodeNext, ts.ModuleResolutionKind.NodeNext],
    node16: [ts.ModuleKind.Node16, ts.ModuleResolutionKind.Node16],
    bundler: [ts.ModuleKind.ESNext, ts.ModuleResolutionKind.Bundler],
  } as const;

  function problemsOf(texts: readonly string[], mode: keyof typeof modes, types: readonly string[]): readonly string[] {
    const files = texts.map((text, i) => {
      const file = join(folder, `program-${i}.mts`);
      writeFileSync(file, text);
      return file;
    });
    const [module, moduleResolution] = modes[mode];
    const options: ts.CompilerOptions = {
      ...{
        module,
        moduleResolution,
        target: ts.ScriptTarget.ES2022,
        strict: true,
        noEmit: true,
        skipDefaultLibCheck: true,
      },
      ...{ types: [...types], lib: types.length > 0 ? ["lib.es2023.d.ts"] : ["lib.es2023.d.ts", "lib.dom.d.ts"] },
      ...{ exactOptionalPropertyTypes: true, typeRoots: [join(folder, "node_modules/@types")] },
    };
    const host = ts.createCompilerHost(options);
    host.getCurrentDirectory = () => folder;
    const found = ts.getPreEmitDiagnostics(ts.createProgram(files, options, host));
    return found.map(
      ({ messageText, file: at }) => `${at?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
    );
  }

  it.each(["nodenext", "node16", "bundler"] as const)(
    "under %s, in a browser and in Node",
    (mode) => {
      expect(problemsOf([program.replace("PACKAGE", "ecotile-core")], mode, [])).toEqual([]);
      const both = ["ecotile-core", "ecotile/core"].map((name) => program.replace("PACKAGE", name));
      expect(problemsOf([...both, whole], mode, ["node"])).toEqual([]);
    },
    240_000,
  );

  it("and what is wrong is told", () => {
    const wrong = program.replace("PACKAGE", "ecotile-core").replace('"latency"', '"speed"');
    expect(problemsOf([wrong], "bundler", [])).toHaveLength(1);
  });
});
