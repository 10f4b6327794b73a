import { expect, it } from "vitest";
import { parse } from "yaml";
import { SpecError } from "../../../src/errors/index.ts";
import { evaluate } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  listPresets,
  listSetPaths,
  loadModel,
  parseHardware,
  presetText,
  specSetOf,
  type Hardware,
} from "../../../src/spec/index.ts";

const PATHS = listSetPaths().filter(({ path }) => /^(silicon|boardPower)\./.test(path));
const model = loadModel("bert-tiny");

interface Fields {
  readonly [key: string]: unknown;
}

/** A machine, or how often it was refused. */
function tried(make: () => Hardware): { readonly hardware?: Hardware; readonly problems: number } {
  try {
    return { hardware: make(), problems: 0 };
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return { problems: error.problems.length };
  }
}

const written = (name: string): Fields => parse(presetText("hardware", name)) as Fields;

it.each(listPresets("hardware"))("%s: what --set states of the silicon is what its file would state", (name) => {
  const file = written(name);
  const base = specSetOf({ hardware: parseHardware(file), model });
  const numbersOf = (hardware: Hardware): unknown =>
    evaluate({ ...base, hardware, mapper: { objective: "carbon", effort: "fast" } });
  let changed = 0;
  for (const { path, example } of PATHS) {
    const [section, key] = path.split(".") as [string, string];
    const inFile = { ...file, [section]: { ...(file[section] as Fields | undefined), [key]: example } };
    const stated = tried(() => parseHardware(inFile));
    const set = tried(() => applySettings(base, [{ path, value: example }]).hardware);
    expect(set.problems > 0, path).toBe(stated.problems > 0);
    if (set.hardware === undefined || stated.hardware === undefined) continue;
    expect(set.hardware, path).toEqual(stated.hardware);
    expect(numbersOf(set.hardware)).toEqual(numbersOf(stated.hardware));
    changed += 1;
  }
  expect(changed).toBeGreaterThanOrEqual(6);
});
