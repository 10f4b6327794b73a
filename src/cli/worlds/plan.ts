import { FACTOR_NAMES } from "../../cost/index.ts";
import { didYouMean, problemOf, SpecError, type Problem } from "../../errors/index.ts";
import {
  applySettings,
  parseSweptSetting,
  problemsOfSetting,
  type Deployment,
  type Study,
  type SweptSetting,
} from "../../spec/index.ts";
import { WORLD_AXES, type WorldAxis, type WorldGrid } from "../../study/index.ts";

/** Worlds that are looked at, at most. */
const MOST_WORLDS = 100_000;

/** Path that sets an axis, and the values that it has where nobody names any. */
const AXES: Readonly<Record<WorldAxis, { readonly path: string; readonly values: readonly (string | number)[] }>> = {
  lifetime: { path: "deployment.lifetime", values: ["1 year", "2 years", "3 years", "5 years", "8 years"] },
  gridIntensity: {
    path: "deployment.gridIntensity",
    values: ["20 gCO2e/kWh", "100 gCO2e/kWh", "230 gCO2e/kWh", "500 gCO2e/kWh", "800 gCO2e/kWh"],
  },
  hoursPerDay: { path: "deployment.hoursPerDay", values: [1, 6, 12, 24] },
  rate: { path: "deployment.rate", values: ["0.01/s", "0.1/s", "1/s", "10/s"] },
};

/**
 * The worlds that a command line asks for: four axes with values of their own, each of which `--set` replaces.
 *
 * @param texts of `--set`: deployment.gridIntensity=[50 gCO2e/kWh, 400 gCO2e/kWh], or a range
 * @throws SpecError with every problem of the settings
 */
export function worldGridOf(study: Study, texts: readonly string[]): WorldGrid {
  const problems: Problem[] = [];
  const given = new Map<string, SweptSetting>();
  for (const text of texts) {
    try {
      const setting = parseSweptSetting(text);
      given.set(setting.path, setting);
      problems.push(...problemsOf(setting, text));
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new SpecError(problems);
  const valuesOf = (axis: WorldAxis): readonly number[] => {
    const { path, values } = AXES[axis];
    const numbers = (given.get(path)?.values ?? values).map((value) => deploymentWith(study, path, value)[axis]);
    return [...new Set(numbers)].sort((x, y) => x - y);
  };
  const grid = Object.fromEntries(WORLD_AXES.map((axis) => [axis, valuesOf(axis)])) as unknown as WorldGrid;
  const count = WORLD_AXES.reduce((product, axis) => product * grid[axis].length, 1);
  if (count <= MOST_WORLDS) return grid;
  const message = `The settings make ${count} worlds, and at most ${MOST_WORLDS} are taken.`;
  throw new SpecError([problemOf("ecotile report --worlds", "worlds/too-many", message)]);
}

function problemsOf({ path, values }: SweptSetting, text: string): readonly Problem[] {
  const paths = Object.values(AXES).map((axis) => axis.path);
  if (!paths.includes(path)) {
    const message = `Worlds are set by ${paths.join(", ")}; ${path.slice(0, 200)} is none of these.`;
    return [problemOf(`--set ${text.slice(0, 200)}`, "worlds/unknown-axis", message, didYouMean(path, paths))];
  }
  const wrong = values.flatMap((value) => problemsOfSetting({ path, value }, FACTOR_NAMES));
  return [...new Map(wrong.map((problem) => [problem.message, problem])).values()];
}

/** As the field itself reads it, so that units and bounds are those of a study. */
function deploymentWith({ specs }: Study, path: string, value: unknown): Deployment {
  return applySettings(specs, [{ path, value }], FACTOR_NAMES).deployment;
}
