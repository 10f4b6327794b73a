import * as z from "zod";
import { problemsOfSetting } from "./apply-settings.ts";
import type { Problem } from "../errors/index.ts";
import { splitQuantity } from "../units/index.ts";
import { toNumber } from "../units/ratio.ts";
import { refuse } from "./fields.ts";
import { nameHint } from "./hints.ts";
import { canonicalAmount, isRange, readRange, type SpaceValue } from "./range.ts";
import { findSetPath, setPathTable } from "./set-paths.ts";
import type { SpaceParameter } from "./study.ts";
import { didYouMean } from "../errors/index.ts";

/** A place in the space's map and what was written there. */
interface Leaf {
  readonly keys: readonly string[];
  readonly written: unknown;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Nested maps flattened: `model.text: { layers: … }` is `model.text.layers: …`. */
function leavesOf(map: Readonly<Record<string, unknown>>, above: readonly string[] = []): readonly Leaf[] {
  return Object.entries(map).flatMap(([key, written]) => {
    const keys = [...above, key];
    return isMap(written) && !("values" in written) ? leavesOf(written, keys) : [{ keys, written }];
  });
}

type Refuse = (message: string, code: string, hint?: string | null, below?: readonly PropertyKey[]) => void;

function valuesOf(written: unknown, refuseHere: Refuse): readonly SpaceValue[] | undefined {
  if (typeof written === "string" && isRange(written)) {
    const range = readRange(written);
    if (!range.problem) return range.value;
    refuseHere(range.problem.message, range.problem.code, range.problem.hint);
    return undefined;
  }
  const list: readonly unknown[] = Array.isArray(written) ? written : [written];
  const isScalar = (value: unknown): value is SpaceValue => ["number", "string", "boolean"].includes(typeof value);
  if (list.length > 0 && list.every(isScalar)) return list;
  refuseHere("must be a range such as 6..12 or 32..256 x2, or a list of values", "spec/wrong-type");
  return undefined;
}

/** The amount that a value stands for; undefined: a word. */
function amountOf(value: SpaceValue): number | undefined {
  if (typeof value === "number") return value;
  const split = typeof value === "string" ? splitQuantity(value) : undefined;
  if (!split) return undefined;
  const canonical = canonicalAmount(split.value, split.unit);
  return canonical && toNumber(canonical.amount);
}

function isOrdered(values: readonly SpaceValue[]): boolean {
  const amounts = values.map(amountOf);
  const rises = (sign: number) =>
    amounts.every((amount, i) => amount !== undefined && (i === 0 || sign * (amount - amounts[i - 1]!) > 0));
  return rises(1) || rises(-1);
}

function whenOf(written: unknown, earlier: readonly SpaceParameter[], refuseHere: Refuse) {
  if (!isMap(written) || Object.keys(written).length !== 1) {
    refuseHere("must name one earlier parameter and its values, as in { array.kind: [systolic] }", "spec/wrong-type");
    return undefined;
  }
  const [path, listed] = Object.entries(written)[0]!;
  const values = (Array.isArray(listed) ? listed : [listed]) as readonly SpaceValue[];
  const controller = earlier.find((parameter) => parameter.path === path);
  if (!controller) {
    const names = earlier.map((parameter) => parameter.path);
    refuseHere(`names ${path}, which is no parameter above this one`, "spec/bad-condition", didYouMean(path, names));
    return undefined;
  }
  const never = values.find((value) => !controller.values.includes(value));
  if (never === undefined) return { path, in: values };
  refuseHere(`asks for ${path} = ${String(never)}, which it never is`, "spec/bad-condition");
  return undefined;
}

function readLeaf(leaf: Leaf, earlier: readonly SpaceParameter[], factors: readonly string[], refuseHere: Refuse) {
  const path = leaf.keys.join(".");
  if (findSetPath(path, factors) === undefined) {
    const names = setPathTable(factors).paths.map((each) => each.path);
    const hint = nameHint(path, names);
    return refuseHere("is no path that can be set. `ecotile schema` lists them", "spec/unknown-path", hint);
  }
  if (earlier.some((parameter) => parameter.path === path)) return refuseHere("is given twice", "spec/duplicate-key");
  const isFull = isMap(leaf.written);
  const written: unknown = isFull ? (leaf.written as { values: unknown }).values : leaf.written;
  const values = valuesOf(written, refuseHere);
  if (!values) return undefined;
  if (new Set(values).size < values.length) return refuseHere("lists a value twice", "spec/duplicate-value");
  const wrong = firstWrong(path, values, factors);
  if (wrong)
    return refuseHere(
      withoutName(wrong.problem, path),
      wrong.problem.code,
      wrong.problem.hint,
      below(written, wrong.index),
    );
  const condition = isFull ? (leaf.written as { when?: unknown }).when : undefined;
  const when = condition === undefined ? undefined : whenOf(condition, earlier, refuseHere);
  return { path, values, ordered: isOrdered(values), ...(when ? { when } : {}) };
}

function firstWrong(path: string, values: readonly SpaceValue[], factors: readonly string[]) {
  for (const [index, value] of values.entries()) {
    const [problem] = problemsOfSetting({ path, value }, factors);
    if (problem) return { problem, index };
  }
  return undefined;
}

const below = (written: unknown, index: number): readonly PropertyKey[] => (Array.isArray(written) ? [index] : []);

const withoutName = ({ message }: Problem, path: string): string =>
  (message.startsWith(path) ? message.slice(path.length).trimStart() : message).replace(/\.$/, "");

/** `space` of a study → parameters in the order of the file. */
export function spaceField(factors: readonly string[]) {
  return z
    .record(z.string(), z.unknown(), { error: "must be a map of paths and their values" })
    .transform((map, ctx): readonly SpaceParameter[] => {
      const parameters: SpaceParameter[] = [];
      for (const leaf of leavesOf(map)) {
        const refuseHere: Refuse = (message, code, hint = null, inside = []) =>
          void refuse(ctx, code, message, hint, [...leaf.keys, ...inside]);
        const parameter = readLeaf(leaf, parameters, factors, refuseHere);
        if (parameter) parameters.push(parameter);
      }
      return parameters;
    })
    .describe(
      "Paths of --set and their values: a range (6..12, 1024..2048 step 256, 64 KiB..1 MiB x2), a list, or { values, when }. Maps may nest.",
    );
}
