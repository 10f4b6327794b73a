import * as z from "zod";
import { didYouMean } from "../errors/index.ts";
import { RPC_CODES, RpcError } from "./rpc.ts";

/** Designs, shapes, trials and results that one request may hold. */
export const MOST_ITEMS = 10_000;

/**
 * Parameters as a schema reads them.
 *
 * @throws RpcError with the place of the first thing that is wrong
 */
export function paramsOf<T extends z.ZodObject>(schema: T, params: Readonly<Record<string, unknown>>): z.output<T> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new RpcError(RPC_CODES.badParams, textOf(issue, Object.keys(schema.shape)));
}

function textOf(issue: z.core.$ZodIssue, known: readonly string[]): string {
  const place = issue.path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : `${text}.${String(part)}`),
    "params",
  );
  if (issue.code !== "unrecognized_keys") return `${place} ${issue.message}.`;
  const key = issue.keys[0]!;
  const isTop = issue.path.length === 0;
  const hint = isTop ? didYouMean(key, known) : null;
  return `${place}.${key} is no known parameter.${isTop ? ` Known: ${known.join(", ")}.` : ""}${hint === null ? "" : ` ${hint}`}`;
}

export const map = z.record(z.string(), z.unknown(), { error: "must be a map" });

/** A preset, a file where files may be read, or what a file holds. */
export const named = (what: string) =>
  z.union([z.string().max(4000), map], { error: `must be the name of a preset, a file, or ${what} written out` });

export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of: ${values.join(", ")}` });

export const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

export const list = <T extends z.ZodType>(item: T, what: string) => {
  const error = `must be a list of ${what}, at most ${MOST_ITEMS}`;
  return z.array(item, { error }).max(MOST_ITEMS, { error });
};
