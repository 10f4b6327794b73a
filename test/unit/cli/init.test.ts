import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MAIN } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "ecotile-init-"));
function ecotile(...args: readonly string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
}
const written = (name: string, ...args: readonly string[]): string => {
  const run = ecotile(...args);
  expect([run.status, run.stderr]).toEqual([0, ""]);
  writeFileSync(join(folder, name), run.stdout);
  return run.stdout;
};

describe("from nothing to a finished search, by what the commands say", () => {
  it("help names init; what it prints is a chip and a study, and the study can be searched", () => {
    expect(ecotile("--help").stdout).toMatch(/^ {2}init /m);
    const help = ecotile("init", "--help").stdout;
    const steps = [...help.matchAll(/^ {2}ecotile (.*)$/gm)].map(([, step]) => step!).slice(0, 3);
    expect(steps.map((step) => step.split(" ")[0])).toEqual(["init", "init", "search"]);
    for (const step of steps) {
      const [command = "", target] = step.split(" > ");
      const words = command.trim().split(" ");
      if (target !== undefined) written(target, ...words);
      else {
        const run = ecotile(...words, "--quiet");
        expect(run.status).toBe(0);
        expect(run.stderr).toBe("");
        expect(run.stdout).toMatch(/designs on the front/);
        expect(run.stdout).toMatch(/Least carbon: [\d.]+ kgCO2e \(−/);
      }
    }
    expect(readFileSync(join(folder, "runs/my-study/front.csv"), "utf8").split("\n").length).toBeGreaterThan(3);
    const chip = readFileSync(join(folder, "chip.yaml"), "utf8");
    expect(chip.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length).toBeLessThanOrEqual(8);
  });

  it("copies presets under names of their own, and begins models", () => {
    written("tpu.yaml", "init", "hardware", "--like", "tpu-v1");
    written("model.yaml", "init", "model");
    const run = ecotile("simulate", "model.yaml", "tpu.yaml");
    expect(run.stdout).toMatch(/^my-model on my-chip, /);
    const study = written("like.yaml", "init", "study", "--model", "model.yaml", "--hardware", "tpu.yaml");
    expect(study).not.toMatch(/localBuffer/); // Sizes by operand have no one value.
    expect(ecotile("search", "like.yaml", "--dry-run").stdout).toMatch(/my-study: 27 designs/);
    const wrong = ecotile("init", "hardware", "--like", "tpu-v2");
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(/Did you mean "tpu-v1"\?/);
  });

  it("presets prints files, as they ship or with every default", () => {
    const file = readFileSync(new URL("../../../presets/hardware/tpu-v1.yaml", import.meta.url), "utf8");
    expect(ecotile("presets", "hardware", "tpu-v1").stdout).toBe(file);
    expect(ecotile("presets", "models", "vit-b16").stdout).toMatch(/^name: vit-b16$/m);
    const resolved = ecotile("presets", "hardware", "chip.yaml", "--resolved").stdout;
    expect(resolved).toMatch(/^ {2}kind: systolic # default: /m);
    writeFileSync(join(folder, "resolved.yaml"), resolved);
    const cycles = (chip: string) => /\((\d+) cycles/.exec(ecotile("simulate", "bert-tiny", chip).stdout)![1];
    expect(cycles("resolved.yaml")).toBe(cycles("chip.yaml"));
    for (const args of [
      ["presets", "regions", "california"],
      ["presets", "models", "vit-b16", "--resolved"],
      ["presets", "hardware", "nothing"],
    ])
      expect(ecotile(...args).status).toBe(2);
    const json = JSON.parse(ecotile("presets", "regions", "--json").stdout) as { readonly regions: readonly unknown[] };
    expect(json.regions.length).toBeGreaterThan(5);
  });
});
