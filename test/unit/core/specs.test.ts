import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  deploymentOf,
  hardwareOf,
  listPresets,
  loadCore,
  modelOf,
  presetText,
  readMachine,
  readSpecs,
  settingPaths,
  SpecError,
} from "../../../src/core/index.ts";
import { parseDeployment } from "../../../src/spec/parse.ts";
import { root } from "../../architecture/files.ts";

const core = await loadCore(readFileSync(join(root, "build/core.wasm")));

const problemsOf = (act: () => unknown): SpecError["problems"] => {
  try {
    act();
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
  return expect.fail("nothing was refused");
};

describe("what is written", () => {
  it("a preset's name, its text and what its text holds are the same machine or model", () => {
    const kinds = [
      ["hardware", hardwareOf],
      ["models", modelOf],
    ] as const;
    for (const [kind, read] of kinds) {
      const names = listPresets(kind);
      expect(names.length).toBeGreaterThan(15);
      for (const name of names) {
        const text = presetText(kind, name);
        const named = read(name);
        expect(read(text), name).toEqual(named);
        expect(read(parse(text) as Record<string, unknown>), name).toEqual(named);
        expect(read(JSON.stringify(parse(text))), name).toEqual(named);
      }
    }
  });

  it("a deployment is text or object", () => {
    const written = { region: "taiwan", lifetime: "5 years", rate: "2/s" };
    expect(deploymentOf(written)).toEqual(parseDeployment(written));
    expect(deploymentOf("region: taiwan\nlifetime: 5 years\nrate: 2/s")).toEqual(parseDeployment(written));
  });

  it("problems of all parts are told together, with the place in the text", () => {
    const problems = problemsOf(() =>
      readSpecs({ model: "clip-vit-b61", hardware: "name: a\ncores: 0\n", deployment: { region: "atlantis" } }),
    );
    const [model, ...rest] = problems;
    expect(model).toMatchObject({ file: "model", code: "spec/unknown-preset", hint: 'Did you mean "clip-vit-b16"?' });
    expect(rest.find(({ message }) => message.startsWith("cores "))).toMatchObject({ file: "hardware", line: 2 });
    expect(rest.at(-1)).toMatchObject({ file: "deployment", code: "spec/unknown-region" });
  });

  it.each([
    ["model", { model: "", hardware: "tpu-v1" }, "spec/empty-file"],
    ["hardware", { model: "vit-b16", hardware: "\n\n" }, "spec/empty-file"],
    ["hardware", { model: "vit-b16", hardware: "a: [" }, "spec/yaml-syntax"],
    ["The model", { model: 7 as unknown as string, hardware: "tpu-v1" }, "spec/bad-argument"],
    ["deployment", { model: "vit-b16", hardware: "tpu-v1", deployment: "taiwan" }, "spec/wrong-type"],
    [
      "--set array.rows=0",
      { model: "vit-b16", hardware: "tpu-v1", settings: { "array.rows": 0 } },
      "spec/out-of-range",
    ],
    ["--set array.row=1", { model: "vit-b16", hardware: "tpu-v1", settings: { "array.row": 1 } }, "spec/unknown-path"],
  ])("a problem of %s: %j", (file, written, code) => {
    expect(problemsOf(() => readSpecs(written))[0]).toMatchObject({ file, code });
  });

  it("every path that is listed is one that a setting may have", () => {
    const paths = settingPaths();
    expect(paths.length).toBeGreaterThan(100);
    for (const { path, description, example } of paths) {
      expect(description, path).not.toBe("");
      expect(example, path).not.toBe("");
      const codes = (() => {
        try {
          readSpecs({ model: "clip-vit-b16", hardware: "tpu-v1", settings: { [path]: {} } });
          return [];
        } catch (error) {
          if (!(error instanceof SpecError)) throw error;
          return error.problems.map(({ code }) => code);
        }
      })();
      expect(codes, path).not.toContain("spec/unknown-path");
    }
  });

  it("a machine for products takes no setting of what a product does not look at", () => {
    const settings = { "array.rows": 64, "model.vision.layers": 3, "deployment.region": "taiwan" };
    expect(problemsOf(() => readMachine({ hardware: "tpu-v1", settings })).map(({ code }) => code)).toEqual([
      "spec/does-not-fit",
      "spec/does-not-fit",
    ]);
  });
});

describe("the numbers are those of the commands", () => {
  const cli = (...args: readonly string[]): { readonly code: number; readonly document: unknown } => {
    try {
      const text = execFileSync(process.execPath, [join(root, "dist/bundle/cli/main.js"), ...args, "--json"], {
        encoding: "utf8",
        maxBuffer: 2 ** 28,
      });
      return { code: 0, document: JSON.parse(text) };
    } catch (error) {
      const { status, stdout } = error as { readonly status: number; readonly stdout: string };
      return { code: status, document: JSON.parse(stdout) };
    }
  };
  const asText = (document: unknown): unknown => JSON.parse(JSON.stringify(document));

  it.each([
    ["clip-vit-b16", "catransformers-22nm", { "array.rows": 128, "localBuffer.size": "128KiB" }, undefined],
    ["llama-3.2-1b", "h100", { "deployment.region": "taiwan", "deployment.batch": 4 }, undefined],
    ["bert-base", "edge-tpu", { "technology.profile": "published" }, "latency"],
    ["llama-2-7b", "edge-tpu", {}, undefined],
  ] as const)("simulate %s %s %j", (model, hardware, settings, objective) => {
    const set = Object.entries(settings).flatMap(([path, value]) => ["--set", `${path}=${value}`]);
    const { code, document } = cli(
      "simulate",
      model,
      hardware,
      ...set,
      ...(objective ? ["--objective", objective] : []),
    );
    const specs = readSpecs({ model, hardware, settings });
    expect(asText(core.simulateJson(specs, objective))).toEqual(document);
    const { result } = core.simulate(specs, objective);
    expect(result.kind).toBe(code === 0 ? "evaluated" : "infeasible");
  });

  it.each([
    ["catransformers-22nm", "carbon", "fast"],
    ["scale-sim", "latency", "fast"],
    ["tpu-v1", "edp", "exhaustive"],
  ] as const)("gemm %s for %s, %s", (hardware, objective, effort) => {
    const { document } = cli("gemm", hardware, "--shape", "2,50,60,70", "--objective", objective, "--effort", effort);
    const machine = readMachine({ hardware });
    const product = { batch: 2, m: 50, n: 60, k: 70, sharedB: false };
    const [row] = core.products(machine, [product], { objective, effort });
    expect(asText({ hardware, ...product, objective, effort, ...row })).toEqual(document);
  });
});
