import * as z from "zod";
import { unitHint } from "./hints.ts";
import {
  formatQuantity,
  parseBandwidth,
  parseQuantity,
  UNIT_TABLES,
  type Bandwidth,
  type QuantityKind,
  type UnitFailure,
} from "../units/index.ts";

/*
 * Building blocks of the schemas. Every message is a predicate that continues "<path> …", without a full stop;
 * `params.code` and `params.hint` go into the problem as they are.
 */

export const MAX_WHOLE = Number.MAX_SAFE_INTEGER;

type Context = z.RefinementCtx;

/** Adds an issue with a stable code; `path` is below the field being parsed. */
export function refuse(
  ctx: Context,
  code: string,
  message: string,
  hint: string | null = null,
  path: PropertyKey[] = [],
): typeof z.NEVER {
  ctx.addIssue({ code: "custom", message, path, params: { code, hint } });
  return z.NEVER;
}

/** A whole number; `--set` and YAML give it as a number. */
export function whole(min = 1, max = 1_000_000) {
  const error = `must be a whole number from ${min} to ${max === MAX_WHOLE ? "2^53" : max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

export function real(min: number, max: number) {
  const error =
    max >= Number.MAX_VALUE ? `must be a number of at least ${min}` : `must be a number from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `must be one of: ${values.join(", ")}` });
}

export function text(max = 2000) {
  const error = `must be a text of 1 to ${max} characters`;
  return z.string({ error }).min(1, { error }).max(max, { error });
}

export function flag() {
  return z.boolean({ error: "must be true or false" });
}

/** An object whose every key is known. The message of unknown keys lists the known ones: see issues.ts. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? Object.keys(shape).join(", ") : "must be a map of keys and values",
  });
}

function refuseUnit(ctx: Context, failure: UnitFailure): typeof z.NEVER {
  return refuse(ctx, `spec/${failure.reason}`, failure.predicate, unitHint(failure));
}

const written = (error: string) => z.union([z.string(), z.number()], { error });

export interface QuantityRange {
  /** In the canonical unit, included. */
  readonly min: number;
  readonly max: number;
  /** Whether the canonical value must be whole. */
  readonly whole?: boolean;
  /** Whether the word `unlimited` is read as Infinity. */
  readonly unlimited?: boolean;
}

/** A number with a unit, kept in the canonical unit of `kind`. */
export function quantity(kind: QuantityKind, range: QuantityRange) {
  const { noun, examples, canonical } = UNIT_TABLES[kind];
  const must = `must be ${noun}, for example "${examples[0]}" or "${examples[1]}"`;
  const schema = written(must).transform((value, ctx): number => {
    if (range.unlimited && value === "unlimited") return Infinity;
    const parsed = parseQuantity(String(value), kind);
    if (!parsed.ok) return refuseUnit(ctx, parsed.failure);
    const isGood = parsed.value >= range.min && parsed.value <= range.max;
    if (isGood && (!range.whole || Number.isInteger(parsed.value))) return parsed.value;
    const [low, high] = [formatQuantity(range.min, kind), formatQuantity(range.max, kind)];
    const limits = `${noun}${range.whole ? ` of whole ${canonical}` : ""} from ${low} to ${high}`;
    return refuse(ctx, "spec/out-of-range", `is ${String(value)}, but must be ${limits}`);
  });
  return schema.describe(
    `${noun} with its unit, for example "${examples[0]}"${range.unlimited ? ', or "unlimited"' : ""}`,
  );
}

/** A size in whole bytes, 1 B to 2^53 B. */
export function size(options: { readonly unlimited?: boolean } = {}) {
  return quantity("size", { min: 1, max: MAX_WHOLE, whole: true, ...options });
}

const BITS = /^\s*(\d{1,16})\s*bits?\s*$/;

/** A size of a memory: as {@link size}, or in bits (`943718 bit`), of which it holds the whole bytes. */
export function memorySize(options: { readonly unlimited?: boolean } = {}) {
  const bytes = size(options);
  const schema = z.preprocess((value) => {
    const bits = typeof value === "string" ? BITS.exec(value)?.[1] : undefined;
    return bits === undefined ? value : `${Math.floor(Number(bits) / 8)} B`;
  }, bytes);
  return schema.describe(bytes.description ?? "");
}

/** `128 B/cycle`, `80 GB/s` or `unlimited`. */
export function bandwidth() {
  const must = 'must be a bandwidth, for example "128 B/cycle" or "80 GB/s"';
  return written(must)
    .transform((value, ctx) => bandwidthOf(value, ctx))
    .describe('Bytes per cycle or per second, for example "128 B/cycle", "80 GB/s" or "unlimited"');
}

function bandwidthOf(value: string | number, ctx: Context): Bandwidth {
  const parsed = parseBandwidth(String(value));
  return parsed.ok ? parsed.value : refuseUnit(ctx, parsed.failure);
}

/** The same, or the word `array`: what the arrays take. */
export function bufferBandwidth() {
  const must = 'must be a bandwidth, for example "128 B/cycle" or "80 GB/s", or the word array';
  return written(must)
    .transform((value, ctx) => (value === "array" ? ("array" as const) : bandwidthOf(value, ctx)))
    .describe(
      'Bytes per cycle or per second, for example "128 B/cycle", "80 GB/s" or "unlimited"; "array": what the arrays take',
    );
}

/** A list; `what` names its items: "sizes". */
export function listOf<T extends z.ZodType>(item: T, what: string, min = 0, max = Infinity) {
  const count = max === Infinity ? (min === 0 ? "" : `at least ${min} `) : `${min} to ${max} `;
  const error = `must be a list of ${count}${what}`;
  return z
    .array(item, { error })
    .min(min, { error })
    .max(max === Infinity ? Number.MAX_SAFE_INTEGER : max, { error });
}

/** A map whose keys are free; `what` says what stands in it: "primitives and their lane-cycles". */
export function mapOf<T extends z.ZodType>(value: T, what: string) {
  return z.record(z.string(), value, { error: `must be a map of ${what}` });
}

/** One value or a list of them, as a list. */
export function oneOrMore<T extends z.ZodType>(item: T, error: string) {
  return z.union([item, z.array(item).min(1, { error })]);
}
