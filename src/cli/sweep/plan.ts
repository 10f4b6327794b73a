import { FACTOR_NAMES } from "../../cost/index.ts";
import { problemOf, SpecError, type Problem } from "../../errors/index.ts";
import {
  listPresets,
  loadHardware,
  loadModel,
  metricOf,
  parseSweptSetting,
  problemsOfSetting,
  readConstraint,
  type Hardware,
  type ModelSpec,
  type Setting,
  type SweptSetting,
} from "../../spec/index.ts";
import type { DesignLimit, SweepContext, SweepTask } from "../../worker/index.ts";

/** Cells of one sweep, at most: what fits into memory as rows. */
const MOST_CELLS = 1_000_000;

/** What is swept under the name that tables show. */
export interface Named<Spec> {
  readonly label: string;
  readonly spec: Spec;
}

export interface SweepPlan {
  readonly models: readonly Named<ModelSpec>[];
  readonly hardware: readonly Named<Hardware>[];
  /** Every path that is set, in the order of the command line; of one that is set twice the later. */
  readonly settings: readonly SweptSetting[];
  readonly limits: readonly DesignLimit[];
  /** Key of the metric that rows are sorted by; null: as they were asked for. */
  readonly sort: string | null;
  readonly cells: readonly SweepTask[];
  readonly context: SweepContext;
}

export interface SweepWords {
  readonly models: string;
  readonly hardware: string;
  readonly set: readonly string[];
  readonly limit: readonly string[];
  readonly sort?: string;
}

/** Runs a step; its problems are kept, so that the other steps still show theirs. */
function attempt<T>(problems: Problem[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/**
 * What a command line asks to sweep: every model on every chip under every combination of settings.
 *
 * @throws SpecError with every problem of names, files, settings and limits
 */
export function planSweep(words: SweepWords): SweepPlan {
  const problems: Problem[] = [];
  const models = loadAll(problems, words.models, "models", loadModel);
  const hardware = loadAll(problems, words.hardware, "hardware", loadHardware);
  const settings = settingsOf(problems, words.set);
  const limits = words.limit.flatMap((text) => limitOf(problems, text));
  const sort = words.sort === undefined ? null : sortOf(problems, words.sort);
  const count = settings.reduce((sum, { values }) => sum * values.length, models.length * hardware.length);
  if (count > MOST_CELLS) {
    const message = `The sweep has ${count} cells, and at most ${MOST_CELLS} are taken. A space of this size is searched: ecotile search STUDY.yaml.`;
    problems.push(problemOf("ecotile sweep", "sweep/too-large", message));
  }
  if (problems.length > 0) throw new SpecError(problems);
  const wantsAccuracy = sort === "accuracy" || limits.some(({ metric }) => metric === "accuracy");
  const isPriced = settings.some(({ path }) => path === "deployment.carbonPrice");
  const asked = [
    ...limits.map(({ metric }) => metric),
    ...(sort === null ? [] : [sort]),
    ...(isPriced ? ["cost_carbon"] : []),
  ];
  const specs = <Spec>(all: readonly Named<Spec>[]): readonly Spec[] => all.map(({ spec }) => spec);
  return {
    ...{ models, hardware, settings, limits, sort },
    cells: cellsOf(models.length, hardware.length, settings),
    context: { models: specs(models), hardware: specs(hardware), deployment: null, limits, wantsAccuracy, asked },
  };
}

/** `a,b`, `all`, `vit-*`: presets and files, each once. */
function loadAll<Spec extends { readonly name: string }>(
  problems: Problem[],
  text: string,
  kind: "models" | "hardware",
  load: (name: string) => Spec,
): readonly Named<Spec>[] {
  const names = text.split(",").map((name) => name.trim());
  const found = names.flatMap((name) => presetsLike(name, kind) ?? [name]);
  const loaded = [...new Set(found)].flatMap((name) => {
    const spec = attempt(problems, () => load(name));
    return spec === undefined ? [] : [{ name, spec }];
  });
  const isShared = (label: string): boolean => loaded.filter(({ spec }) => spec.name === label).length > 1;
  return loaded.map(({ name, spec }) => ({ label: isShared(spec.name) ? name : spec.name, spec }));
}

/** Presets that a pattern stands for; undefined: it is no pattern, or none is like it. */
function presetsLike(name: string, kind: "models" | "hardware"): readonly string[] | undefined {
  const presets = listPresets(kind);
  if (name === "all") return presets;
  if (!name.includes("*")) return undefined;
  const parts = name.split("*").map((part) => part.replace(/[^\w-]/g, "\\$&"));
  const pattern = new RegExp(`^${parts.join(".*")}$`);
  const like = presets.filter((preset) => pattern.test(preset));
  return like.length === 0 ? undefined : like;
}

function settingsOf(problems: Problem[], texts: readonly string[]): readonly SweptSetting[] {
  const settings = new Map<string, SweptSetting>();
  for (const text of texts) {
    const setting = attempt(problems, () => parseSweptSetting(text));
    if (setting === undefined) continue;
    settings.delete(setting.path);
    settings.set(setting.path, setting);
    const wrong = setting.values.flatMap((value) => problemsOfSetting({ path: setting.path, value }, FACTOR_NAMES));
    // An unknown path is one problem, however many values it has.
    problems.push(...new Map(wrong.map((problem) => [problem.message, problem])).values());
  }
  return [...settings.values()];
}

function limitOf(problems: Problem[], text: string): readonly DesignLimit[] {
  const limit = readConstraint(text);
  if (!limit.problem) return [limit.value];
  const { code, message, hint } = limit.problem;
  problems.push(problemOf(`--limit ${text.slice(0, 200)}`, code, `The limit ${message}.`, hint));
  return [];
}

function sortOf(problems: Problem[], name: string): string | null {
  const metric = metricOf(name);
  if (!metric.problem) return metric.value.key;
  const { code, message, hint } = metric.problem;
  problems.push(problemOf(`--sort ${name.slice(0, 200)}`, code, `--sort ${message}.`, hint));
  return null;
}

/** The last setting changes fastest, models slowest. */
function cellsOf(models: number, hardware: number, settings: readonly SweptSetting[]): readonly SweepTask[] {
  const combinations = settings.reduce<readonly (readonly Setting[])[]>(
    (before, { path, values }) => before.flatMap((list) => values.map((value) => [...list, { path, value }])),
    [[]],
  );
  return Array.from({ length: models }, (_, model) =>
    Array.from({ length: hardware }, (_, chip) =>
      combinations.map((each): SweepTask => ({ model, hardware: chip, settings: each })),
    ),
  ).flat(2);
}
