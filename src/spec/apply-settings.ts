import { isScalar, isSeq, parseDocument } from "yaml";
import { problemOf, SpecError, type Problem } from "../errors/index.ts";
import { checkSettings, checkText } from "./callers.ts";
import { isModelPath } from "./modes.ts";
import { modelProblems, multiplierProblem, precisionProblem, usageProblem } from "./cross-rules.ts";
import { DUTY_ALONE } from "./deployment-schema.ts";
import { deepFreeze } from "./freeze.ts";
import { nameHint } from "./hints.ts";
import { pathText } from "./document.ts";
import { findingsOf } from "./issues.ts";
import { settledDram } from "./memory.ts";
import { isRange, readRange } from "./range.ts";
import { findSetPath, NO_FACTORS, setPathTable } from "./set-paths.ts";
import { packageProblem } from "./stack.ts";
import { specSetOf, type SetPath, type Setting, type SpecParts, type SpecSet } from "./settings.ts";

const written = ({ path, value }: Setting): string => {
  const text = Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
  return `--set ${path}=${text}`.slice(0, 200);
};

type Checked =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Values checked before, by path and value: a search sets the same few thousands again and again. */
const checkedValues = new WeakMap<SetPath, Map<unknown, Checked>>();
const MAX_CHECKED = 10_000;

/** Checks a value of a path once; frozen, so that specs may share it. */
function checkValue(set: SetPath, setting: Setting): Checked {
  const cache = checkedValues.get(set) ?? new Map<unknown, Checked>();
  checkedValues.set(set, cache);
  const key = typeof setting.value === "object" ? `list ${JSON.stringify(setting.value)}` : setting.value;
  const before = cache.get(key);
  if (before) return before;
  const result = set.schema.safeParse(setting.value);
  const checked: Checked = result.success
    ? { ok: true, value: deepFreeze(result.data) }
    : { ok: false, problems: result.error.issues.flatMap((issue) => problemsOfIssue(issue, setting)) };
  if (cache.size >= MAX_CHECKED) cache.clear();
  cache.set(key, checked);
  return checked;
}

function problemsOfIssue(issue: Parameters<typeof findingsOf>[0], setting: Setting): readonly Problem[] {
  const rooted = { ...issue, path: [setting.path, ...issue.path] };
  return findingsOf(rooted, { [setting.path]: setting.value }, []).map(({ code, message, hint }) =>
    problemOf(written(setting), code, message, hint),
  );
}

export function unknownPath(setting: Setting, factors: readonly string[]): Problem {
  const names = setPathTable(factors).paths.map(({ path }) => path);
  const message = `There is no path "${setting.path}". \`ecotile schema\` lists the paths that can be set.`;
  return problemOf(written(setting), "spec/unknown-path", message, nameHint(setting.path, names));
}

/** Problems of a setting by itself: an unknown path, or a value that the path does not take. Empty: fine. */
export function problemsOfSetting(setting: Setting, factors: readonly string[] = NO_FACTORS): readonly Problem[] {
  const entry = findSetPath(setting.path, factors);
  if (!entry) return [unknownPath(setting, factors)];
  const checked = checkValue(entry.set, setting);
  return checked.ok ? [] : checked.problems;
}

/**
 * Specs with settings applied, frozen; the given ones are not changed. Of two settings of one path the later wins; the
 * order of different paths does not matter.
 *
 * @param parts what is left out is filled in by `specSetOf`
 * @param factors names of the cost room's factors that `technology.<factor>` may set
 * @throws SpecError with every unknown path, bad value, and setting that does not fit these specs
 */
export function applySettings(parts: SpecParts, settings: readonly Setting[], factors = NO_FACTORS): SpecSet {
  checkSettings(settings);
  const problems: Problem[] = [];
  const last = new Map<number, { readonly set: SetPath; readonly setting: Setting; readonly value: unknown }>();
  for (const setting of settings) {
    const entry = findSetPath(setting.path, factors);
    if (!entry) {
      problems.push(unknownPath(setting, factors));
      continue;
    }
    const checked = checkValue(entry.set, setting);
    if (checked.ok) last.set(entry.order, { set: entry.set, setting, value: checked.value });
    else problems.push(...checked.problems);
  }
  let result = specSetOf(parts);
  for (const [, { set, setting, value }] of [...last].sort(([a], [b]) => a - b)) {
    const applied = set.apply(result, value);
    if ("refused" in applied) {
      const message = `${setting.path} ${applied.refused}.`;
      problems.push(problemOf(written(setting), "spec/does-not-fit", message));
    } else result = applied;
  }
  problems.push(...crossProblems(result, settings));
  problems.push(...stackProblems(result, settings));
  if (problems.length > 0) throw new SpecError(problems);
  return deepFreeze(withSettledDram(result, settings));
}

/** What settings break only together, under the last setting that has to do with it. */
function crossProblems({ hardware, model, deployment }: SpecSet, settings: readonly Setting[]): readonly Problem[] {
  const byTime = settings.findLast(({ path }) => path === "deployment.duty");
  const byCount = settings.some(({ path }) => path === "deployment.rate" || path === "deployment.inferences");
  if (byTime !== undefined && byCount)
    return [problemOf(written(byTime), "spec/conflict", `deployment.duty ${DUTY_ALONE}.`)];
  const wrong = modelProblems(model).map(({ path, message }) => ({ field: pathText(path), message }));
  return [
    ...wrong.map((found) => ({ found, section: "model" })),
    { found: precisionProblem(hardware.precision), section: "precision" },
    { found: multiplierProblem(hardware), section: "precision" },
    { found: usageProblem(deployment), section: "deployment" },
  ].flatMap(({ found, section }) => {
    const isOfIt = (path: string): boolean =>
      section === "model" ? isModelPath(path) : path.startsWith(`${section}.`);
    const place = found === null ? undefined : settings.findLast(({ path }) => isOfIt(path));
    if (found === null || place === undefined) return [];
    return [problemOf(written(place), "spec/conflict", `${section}.${found.field} ${found.message}.`)];
  });
}

/** What a package cannot be with its machine, under the last setting that has to do with it. */
function stackProblems({ hardware }: SpecSet, settings: readonly Setting[]): readonly Problem[] {
  const found = packageProblem(hardware);
  if (found === null) return [];
  const place = settings.findLast(({ path }) => path.startsWith("package.")) ?? settings.at(-1);
  const field = found.field.replace(/\d+/, (at) => String(Number(at) + 1));
  const message = `package.${field} ${found.message}.`;
  return [problemOf(place === undefined ? "package" : written(place), "spec/conflict", message)];
}

/** Type, capacity, dies and clock decide together what a memory gives, so this is looked at once they are all in place. */
function withSettledDram(specs: SpecSet, settings: readonly Setting[]): SpecSet {
  const { hardware } = specs;
  if (hardware.dram === null) return specs;
  const dram = settledDram(hardware.dram, hardware.clock);
  if (dram === hardware.dram) return specs;
  if (!("message" in dram)) return { ...specs, hardware: { ...hardware, dram } };
  const message = `dram.${dram.field} ${dram.message}.`;
  const place = settings.findLast(({ path }) => path.startsWith("dram."));
  throw new SpecError([problemOf(place === undefined ? "dram" : written(place), "spec/not-sold", message)]);
}

/** A point of a search space as settings. */
export function settingsOfPoint(point: Readonly<Record<string, number | string | boolean>>): readonly Setting[] {
  return Object.entries(point).map(([path, value]) => ({ path, value }));
}

/**
 * Reads `path=value` of the command line; the value is a YAML scalar or a list of scalars.
 *
 * @throws SpecError spec/bad-setting
 */
export function parseSetting(text: string): Setting {
  checkText(text, "A setting");
  const at = text.indexOf("=");
  const value = at < 1 || text.length > 20_000 ? undefined : plainValue(text.slice(at + 1));
  if (value !== undefined) return { path: text.slice(0, at).trim(), value };
  const message = "A setting is path=value, the value a number, a word or a list: for example array.rows=64.";
  throw new SpecError([problemOf(`--set ${text.slice(0, 200)}`, "spec/bad-setting", message)]);
}

/** A path and the values that a sweep gives it, one after the other. */
export interface SweptSetting {
  readonly path: string;
  /** At least one; a value may be a list. */
  readonly values: readonly unknown[];
}

/**
 * Reads `path=value` of a sweep: a range (`32..256 x2`, `64 KiB..1 MiB step 64 KiB`) and a list stand for several values, and a
 * list in a list for one that is a list itself (`array.dataflow=[[weight-stationary, output-stationary], input-stationary]`).
 *
 * @throws SpecError spec/bad-setting, spec/bad-range, spec/duplicate-value
 */
export function parseSweptSetting(text: string): SweptSetting {
  checkText(text, "A setting");
  const at = text.indexOf("=");
  const [path, written] = [text.slice(0, at).trim(), text.slice(at + 1)];
  const place = `--set ${text.slice(0, 200)}`;
  if (at >= 1 && /^\s*[-+.]?\d/.test(written) && isRange(written)) {
    const range = readRange(written);
    if (!range.problem) return { path, values: range.value };
    const { code, message, hint } = range.problem;
    throw new SpecError([problemOf(place, code, `${path} ${message}.`, hint)]);
  }
  const value = at < 1 || text.length > 20_000 ? undefined : plainValue(written, true);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (value === undefined || values.length === 0) {
    const message =
      "A setting of a sweep is path=value, path=[value, value, ...] or a range: for example array.rows=32..256 x2.";
    throw new SpecError([problemOf(place, "spec/bad-setting", message)]);
  }
  const texts = values.map((each) => JSON.stringify(each));
  const twice = texts.find((each, i) => texts.indexOf(each) < i);
  if (twice === undefined) return { path, values };
  throw new SpecError([problemOf(place, "spec/duplicate-value", `${path} lists the value ${twice} twice.`)]);
}

/** @param isNested lists may hold lists */
function plainValue(text: string, isNested = false): unknown {
  if (!isNested && /^\s*\[\s*\[/.test(text)) return undefined;
  const document = parseDocument(text, { version: "1.2" });
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
  const { contents } = document;
  if (isScalar(contents)) return contents.value ?? undefined;
  if (!isSeq(contents)) return undefined;
  const scalars = (items: readonly unknown[]) => (items.every(isScalar) ? items.map((item) => item.value) : undefined);
  const items: readonly unknown[] = contents.items;
  if (!isNested) return scalars(items);
  const values = items.map((item) => (isScalar(item) ? item.value : isSeq(item) ? scalars(item.items) : undefined));
  return values.includes(undefined) ? undefined : values;
}
