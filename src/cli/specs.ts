import { FACTOR_NAMES } from "../cost/index.ts";
import {
  applySettings,
  defaultDeployment,
  loadHardware,
  loadModel,
  parseSetting,
  type Hardware,
  type ModelSpec,
  type Setting,
  type SpecSet,
} from "../spec/index.ts";
import { problemOf, SpecError, type Problem } from "../errors/index.ts";

/** Collects `--set` of a command line, in order. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** Settings of a command line. Throws SpecError with every text that is not path=value. */
export function readSettings(texts: readonly string[]): readonly Setting[] {
  const problems: Problem[] = [];
  const settings = texts.flatMap((text) => {
    try {
      return [parseSetting(text)];
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new SpecError(problems);
  return settings;
}

/** Loads what a command names and applies its settings; the problems of both files are shown together. */
export function loadSpecs(model: string | null, hardware: string, texts: readonly string[], region?: string): SpecSet {
  const problems: Problem[] = [];
  const attempt = <T>(step: () => T): T | undefined => {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const loadedModel = attempt((): ModelSpec => loadModel(model ?? "clip-vit-b16"));
  const loadedHardware = attempt((): Hardware => loadHardware(hardware));
  const settings = attempt(() => readSettings(texts));
  if (loadedModel === undefined || loadedHardware === undefined || settings === undefined)
    throw new SpecError(problems);
  const all = region === undefined ? settings : [...settings, { path: "deployment.region", value: region }];
  if (model === null) {
    const misplaced = all.filter(({ path }) => path.startsWith("model."));
    if (misplaced.length > 0) {
      throw new SpecError(
        misplaced.map(({ path }) =>
          problemOf(`--set ${path}`, "spec/does-not-fit", `${path} cannot be set here: this command takes no model.`),
        ),
      );
    }
  }
  const specs: SpecSet = {
    model: loadedModel,
    hardware: loadedHardware,
    deployment: defaultDeployment(),
    technology: { profile: "calibrated", factors: {} },
  };
  return applySettings(specs, all, FACTOR_NAMES);
}
