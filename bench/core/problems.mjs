import { energyCoefficients, FACTOR_NAMES } from "../../dist/src/cost/index.js";
import { applySettings, loadStudy, settingsOfPoint } from "../../dist/src/spec/index.js";
import { buildWorkload } from "../../dist/src/workload/index.js";

const study = loadStudy(new URL("../../examples/clip-vit-b16.yaml", import.meta.url).pathname, FACTOR_NAMES);

/** Distinct GEMM shapes of every tower of the published space: one parameter varies them at a time in each operator. */
export function distinctShapes() {
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

/** A random point of the published hardware space, with its energies. */
export function randomHardware(random) {
  const paths = study.space.filter(({ path }) => !path.startsWith("model."));
  const point = Object.fromEntries(paths.map(({ path, values }) => [path, random.pick(values)]));
  const { hardware, technology } = applySettings(study, settingsOfPoint(point), FACTOR_NAMES);
  return { hardware, energy: energyCoefficients(hardware, technology) };
}
