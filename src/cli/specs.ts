import { FACTOR_NAMES } from "../cost/index.ts";
import { SpecError, type Problem } from "../errors/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseSetting,
  problemsOfSetting,
  problemsOnMachine,
  type ModelSpec,
  type SpecSet,
} from "../spec/index.ts";

/** Collects `--set` of a command line, in order. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** Runs a step that may throw SpecError; its problems are kept, so that they can be shown with those of other steps. */
function attempt<T>(problems: Problem[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** A problem of the region, under the option that the user typed. */
function asRegionOption(problem: Problem, region: string): Problem {
  const message = problem.message.replace(/^deployment\.region /, "region ");
  return { ...problem, file: `--region ${region}`, message };
}

/** What stands where a command is about hardware alone: nothing that runs, and nothing that has to be read. */
const NO_MODEL: ModelSpec = {
  ...{ name: "none", description: "", training: null, family: "operators", operators: [] },
  ...{ otherParameters: 0, kvCacheElements: 0, kvElementsPerToken: 0 },
};

/**
 * Loads what a command names and applies its settings. All problems of both files, the settings and the region are
 * shown together; what only shows when settings meet files is looked for once the files are good.
 *
 * @param model null: a command about hardware alone
 * @throws SpecError with every problem found
 */
export function loadSpecs(model: string | null, hardware: string, texts: readonly string[], region?: string): SpecSet {
  const problems: Problem[] = [];
  const loadedModel = attempt(problems, () => (model === null ? NO_MODEL : loadModel(model)));
  const loadedHardware = attempt(problems, () => loadHardware(hardware));
  const settings = texts.flatMap((text) => attempt(problems, () => parseSetting(text)) ?? []);
  if (model === null) problems.push(...settings.flatMap(problemsOnMachine));
  if (region !== undefined) {
    const setting = { path: "deployment.region", value: region };
    problems.push(...problemsOfSetting(setting, FACTOR_NAMES).map((problem) => asRegionOption(problem, region)));
    if (problems.length === 0) settings.push(setting);
  }
  if (loadedModel === undefined || loadedHardware === undefined || problems.length > 0) {
    throw new SpecError([...problems, ...settings.flatMap((setting) => problemsOfSetting(setting, FACTOR_NAMES))]);
  }
  return applySettings({ model: loadedModel, hardware: loadedHardware }, settings, FACTOR_NAMES);
}
