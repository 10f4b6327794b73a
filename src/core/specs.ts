import { FACTOR_NAMES } from "../cost/index.ts";
import type { Machine } from "../evaluate/portable.ts";
import { attempt, SpecError, type Problem } from "../errors/index.ts";
import {
  applySettings,
  deploymentOf,
  hardwareOf,
  listSetPaths,
  modelOf,
  problemsOnMachine,
  type Setting,
  type SpecSet,
  type Written,
} from "../spec/portable.ts";

/** Values by the path that `--set` takes: `{ "array.rows": 64, "deployment.region": "taiwan" }`. */
export type Settings = Readonly<Record<string, unknown>>;

/** One model on one machine, as a page or a program has it. */
export interface WrittenSpecs {
  readonly model: Written;
  readonly hardware: Written;
  /** Default: three years in California at one inference a second. */
  readonly deployment?: Written;
  /** Also of technology and schedule; applied to what the other parts say. */
  readonly settings?: Settings;
}

export type WrittenMachine = Pick<WrittenSpecs, "hardware" | "settings">;

/**
 * Reads and checks what one simulation is made of. No file is read: parts are names of presets, texts or objects.
 *
 * @throws SpecError with every problem of all parts, or of the settings
 */
export function readSpecs({ model, hardware, deployment, settings = {} }: WrittenSpecs): SpecSet {
  const problems: Problem[] = [];
  const parts = {
    model: attempt(problems, () => modelOf(model)),
    hardware: attempt(problems, () => hardwareOf(hardware)),
    deployment: deployment === undefined ? undefined : attempt(problems, () => deploymentOf(deployment)),
  };
  if (parts.model === undefined || parts.hardware === undefined || problems.length > 0) throw new SpecError(problems);
  const { deployment: use, ...rest } = { ...parts, model: parts.model, hardware: parts.hardware };
  return applySettings(use === undefined ? rest : { ...rest, deployment: use }, listOf(settings), FACTOR_NAMES);
}

/**
 * Reads and checks a machine for single products; as {@link readSpecs}.
 *
 * @throws SpecError also for settings of a model or a deployment
 */
export function readMachine({ hardware, settings = {} }: WrittenMachine): Machine {
  const problems = listOf(settings).flatMap(problemsOnMachine);
  if (problems.length > 0) throw new SpecError(problems);
  // Settings are of specs with a model, which a product does not look at.
  return readSpecs({ model: "clip-vit-b16", hardware, settings });
}

/** What a path of {@link Settings} means, and what a value looks like. */
export interface SettingPath {
  readonly path: string;
  readonly description: string;
  readonly example: string;
}

/** Every path that settings may have, as `ecotile schema` lists them. */
export function settingPaths(): readonly SettingPath[] {
  return listSetPaths(FACTOR_NAMES).map(({ path, description, example }) => ({ path, description, example }));
}

const listOf = (settings: Settings): readonly Setting[] =>
  Object.entries(settings).map(([path, value]) => ({ path, value }));
