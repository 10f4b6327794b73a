import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { factorCatalogue, factorsOf } from "../../../src/cost/index.ts";
import { packagedValue } from "../../../src/data/index.ts";
import { ecotile, json } from "./run.ts";

describe("presets and schema", () => {
  it("presets lists every kind, and one", () => {
    const all = ecotile("presets");
    expect(all.status).toBe(0);
    for (const name of ["clip-vit-b16", "catransformers-22nm", "scale-sim", "california", "LPDDR3"]) {
      expect(all.stdout).toContain(name);
    }
    const regions = ecotile("presets", "regions");
    for (const [name, intensity] of [
      ["british-columbia", 68],
      ["california", 224],
      ["taiwan", 524],
    ]) {
      expect(regions.stdout).toMatch(new RegExp(`${name} +│ +${intensity} `));
    }
    expect(regions.stdout).not.toContain("clip-vit-b16");
  });

  it.each(["study", "hardware", "model", "service"])("schema %s is a JSON Schema", (kind) => {
    const run = ecotile("schema", kind);
    expect(run.status).toBe(0);
    expect(run.stderr).toBe("");
    const schema = json(run);
    expect(schema["$schema"]).toMatch(/json-schema\.org/);
    expect("properties" in schema || "anyOf" in schema || "oneOf" in schema).toBe(true);
    if (kind === "model") expect(schema["x-accuracy-columns"]).toBeDefined();
  });

  it.each(["models clip-vit-b16", "hardware tpu-v1"])("%s as JSON is what its file holds", (preset) => {
    const [kind, name] = preset.split(" ");
    expect(json(ecotile("presets", kind!, name!, "--json"))).toEqual(packagedValue(`presets/${kind!}/${name!}.yaml`));
  });

  it("every factor of the cost room is listed with its unit and a value that it may have", () => {
    const { stdout } = ecotile("schema");
    const study = json(ecotile("schema", "study")) as {
      readonly properties: {
        readonly technology: { readonly properties: Readonly<Record<string, { description: string }>> };
      };
    };
    for (const { name, unit } of factorCatalogue().values()) {
      const row = stdout
        .split("\n")
        .find((line) => line.includes(` technology.${name} `))!
        .split("│");
      expect(row[3]!.trim().endsWith(unit === "1" ? "" : `, ${unit}`), name).toBe(true);
      const written = study.properties.technology.properties[name]!.description;
      expect(written).toBe(`${row[3]!.trim()}, for example ${row[2]!.trim()}`);
      const profile = factorCatalogue().get(name)!.calibrated === null ? "published" : "calibrated";
      expect(() => factorsOf({ profile, factors: { [name]: Number(row[2]) } })).not.toThrow();
    }
    expect(stdout).toMatch(/technology\.dramCarbonPerGB .*0\.184 .*kgCO2e\/GB/);
  });

  it("schema alone lists the paths that can be set", () => {
    const { stdout } = ecotile("schema");
    for (const path of ["array.rows", "dram.type", "model.vision.ffn", "deployment.rate", "technology.profile"]) {
      expect(stdout).toContain(` ${path} `);
    }
  });
});

describe("help", () => {
  const main = ecotile();
  const commands = [...main.stdout.matchAll(/^ {2}([a-z]+) .*\S {2,}\S/gm)]
    .map((match) => match[1]!)
    .filter((name) => name !== "help");

  it("ecotile alone prints the help, exit 0", () => {
    expect(main.status).toBe(0);
    expect(main.stderr).toBe("");
    expect(main.stdout).toBe(ecotile("--help").stdout);
    expect(commands).toEqual(expect.arrayContaining(["simulate", "gemm", "presets", "schema"]));
  });

  it.each(commands)("%s --help shows an example", (command) => {
    const { status, stdout } = ecotile(command, "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`Examples?:\\n  ecotile ${command}`));
  });

  it("a reader that goes away early is no error", () => {
    if (process.platform === "win32") return;
    const run = spawnSync("sh", ["-c", '"$0" dist/bundle/cli/main.js schema hardware | head -1', process.execPath], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe("{\n");
  });
});
