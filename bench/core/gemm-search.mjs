import { createRandom } from "../../dist/src/random/index.js";
import { energyCoefficients, FACTOR_NAMES } from "../../dist/src/cost/index.js";
import { createCore, simulateGemms } from "../../dist/src/sim/index.js";
import { applySettings, loadStudy, settingsOfPoint } from "../../dist/src/spec/index.js";
import { buildWorkload } from "../../dist/src/workload/index.js";
import * as abi from "../../dist/assembly/abi.js";
import { summary } from "../statistics.mjs";

const POINTS = 100;
const study = loadStudy(new URL("../../examples/clip-vit-b16.yaml", import.meta.url).pathname, FACTOR_NAMES);

/** Distinct GEMM shapes of every tower of the published space: one parameter varies them at a time in each operator. */
function distinctShapes() {
  const shapes = new Map();
  const values = (path) => study.space.find((parameter) => parameter.path === path).values;
  for (const tower of ["text", "vision"]) {
    for (const hidden of values(`model.${tower}.hidden`)) {
      for (const ffn of values(`model.${tower}.ffn`)) {
        for (const heads of values(`model.${tower}.heads`)) {
          const point = {
            [`model.${tower}.hidden`]: hidden,
            [`model.${tower}.ffn`]: ffn,
            [`model.${tower}.heads`]: heads,
          };
          const { model } = applySettings(study, settingsOfPoint(point), FACTOR_NAMES);
          for (const operator of buildWorkload(model, 1).operators) {
            if (operator.type !== "gemm") continue;
            const { batch, m, n, k, sharedB } = operator;
            shapes.set([batch, m, n, k].join(), { batch, m, n, k, sharedB });
          }
        }
      }
    }
  }
  return [...shapes.values()];
}

/** One GEMM, mapping search included: distinct shapes of the published space × random published hardware, nothing cached. */
export function gemmSearch() {
  const shapes = distinctShapes();
  const random = createRandom(1);
  const hardwarePaths = study.space.filter(({ path }) => !path.startsWith("model."));
  const lines = [];
  for (const objective of ["carbon", "latency"]) {
    const core = createCore();
    const microseconds = [];
    let scored = 0;
    let steps = 0;
    for (let i = 0; i < POINTS; i++) {
      const point = Object.fromEntries(hardwarePaths.map(({ path, values }) => [path, random.pick(values)]));
      const { hardware, technology } = applySettings(study, settingsOfPoint(point), FACTOR_NAMES);
      const energy = energyCoefficients(hardware, technology);
      for (const shape of shapes) {
        const start = process.hrtime.bigint();
        simulateGemms(hardware, [shape], { objective, energy, core });
        // The first points warm the module up.
        if (i >= 5) microseconds.push(Number(process.hrtime.bigint() - start) / 1e3);
        scored += core.results[abi.RES_SCORED];
        steps += core.results[abi.RES_STEPS];
      }
    }
    const total = microseconds.reduce((sum, each) => sum + each, 0) / 1e6;
    lines.push(
      `GEMM search, objective ${objective}, ${shapes.length} shapes × ${POINTS} hardware points: ${summary(microseconds, "us")}; ` +
        `${(microseconds.length / total).toFixed(0)} searches/s, ${(scored / total / 1e6).toFixed(2)} M candidates/s, ` +
        `${(steps / (shapes.length * POINTS)).toFixed(0)} tiles in the best mapping`,
    );
  }
  return lines;
}
