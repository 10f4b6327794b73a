import { expect, it } from "vitest";
import { modelYaml } from "../../../src/cli/print-model.ts";
import { createRandom } from "../../../src/random/index.ts";
import { SpecError } from "../../../src/errors/index.ts";
import {
  applySettings,
  defaultDeployment,
  listPresets,
  listSetPaths,
  loadHardware,
  loadModel,
  readYaml,
} from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { modelSchema } from "../../../src/spec/model-schema.ts";
import { buildWorkload } from "../../../src/workload/index.ts";

const SEED = 5;
const COUNT = 3000;

it(`a model that --set makes is one that a file may say, and operators come of it (${COUNT} settings, seed ${SEED})`, () => {
  const random = createRandom(SEED);
  const paths = listSetPaths()
    .map(({ path }) => path)
    .filter((path) => path.startsWith("model."));
  const base = {
    hardware: loadHardware("scale-sim"),
    deployment: defaultDeployment(),
    technology: { profile: "calibrated" as const, factors: {} },
  };
  const names = listPresets("models");
  const sizes = [0, 1, 2, 3, 4, 7, 8, 12, 64, 77, 196, 197, 512, 513, 1000, 2048, 4096, 5000, 1e6];
  let made = 0;
  for (let i = 0; i < COUNT; i++) {
    const settings = Array.from({ length: 1 + random.below(3) }, () => ({
      path: random.pick(paths) + (random.chance(1, 8) ? `.${1 + random.below(4)}` : ""),
      value: random.chance(1, 10) ? random.pick(["full", "window:8", "none"]) : random.pick(sizes),
    }));
    const model = loadModel(random.pick(names));
    let changed;
    try {
      changed = applySettings({ ...base, model }, settings).model;
    } catch (error) {
      if (error instanceof SpecError) continue;
      throw error;
    }
    made += 1;
    const text = JSON.stringify([model.name, settings]);
    expect(check(modelSchema, readYaml(modelYaml(changed), text)), text).toEqual(changed);
    expect(buildWorkload(changed, 1).operators.length, text).toBeGreaterThan(0);
  }
  expect(made).toBeGreaterThan(COUNT / 20);
});
