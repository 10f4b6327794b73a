import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
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

  it.each(["study", "hardware", "model"])("schema %s is a JSON Schema", (kind) => {
    const run = ecotile("schema", kind);
    expect(run.status).toBe(0);
    expect(run.stderr).toBe("");
    const schema = json(run);
    expect(schema["$schema"]).toMatch(/json-schema\.org/);
    expect("properties" in schema || "anyOf" in schema || "oneOf" in schema).toBe(true);
    if (kind === "model") expect(schema["x-accuracy-columns"]).toBeDefined();
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
    const run = spawnSync("sh", ["-c", '"$0" dist/src/cli/main.js schema hardware | head -1', process.execPath], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe("{\n");
  });
});
