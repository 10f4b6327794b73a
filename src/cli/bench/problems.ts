import { fileURLToPath } from "node:url";
import { energyCoefficients, FACTOR_NAMES } from "../../cost/index.ts";
import { packageRoot } from "../../package-root.ts";
import type { Random } from "../../random/index.ts";
import type { EnergyCoefficients, GemmProblem } from "../../sim/index.ts";
import { applySettings, isModelPath, loadStudy, settingsOfPoint, type Hardware, type Study } from "../../spec/index.ts";
import { buildWorkload } from "../../workload/index.ts";

/** The study of the published space, whose shapes and chips the benches take. */
export function publishedStudy(): Study {
  return loadStudy(fileURLToPath(new URL("examples/clip-vit-b16.yaml", packageRoot)), FACTOR_NAMES);
}

/** Distinct GEMM shapes of every tower of the published space: one parameter varies them at a time in each operator. */
export function distinctShapes(study: Study = publishedStudy()): readonly GemmProblem[] {
  const shapes = new Map<string, GemmProblem>();
  const values = (path: string) => study.space.find((parameter) => parameter.path === path)?.values ?? [];
  for (const tower of ["text", "vision"]) {
    const path = (name: string): string => `model.${tower}.${name}`;
    for (const hidden of values(path("hidden"))) {
      for (const ffn of values(path("ffn"))) {
        for (const heads of values(path("heads"))) {
          const point = { [path("hidden")]: hidden, [path("ffn")]: ffn, [path("heads")]: heads };
          for (const operator of buildWorkload(
            applySettings(study.specs, settingsOfPoint(point), FACTOR_NAMES).model,
            1,
          ).operators) {
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
export function randomHardware(
  random: Random,
  study: Study = publishedStudy(),
): { readonly hardware: Hardware; readonly energy: EnergyCoefficients } {
  const paths = study.space.filter(({ path }) => !isModelPath(path));
  const point = Object.fromEntries(paths.map(({ path, values }) => [path, random.pick(values)]));
  const { hardware, technology } = applySettings(study.specs, settingsOfPoint(point), FACTOR_NAMES);
  const energy = energyCoefficients(hardware, technology);
  if ("total" in energy) throw new Error(energy.reason);
  return { hardware, energy };
}
