import type Database from "libsql";
import * as z from "zod";
import type { Trial } from "../search/index.ts";
import { asBytes, countOf, textOf } from "./bytes.ts";
import { damaged } from "./errors.ts";
import { unpackOutcome, unpackPoint } from "./pack.ts";

const text = z.string("must be a text");
/** A metric may be no finite number; JSON itself has none that is not, see pack.ts. */
const metric = z.custom<number>((value) => typeof value === "number", "must be a number");

const pointSchema = z.record(
  z.string(),
  z.union([z.number(), text, z.boolean()], "must be a number, text or boolean"),
  {
    error: "must be a map of parameters",
  },
);
const outcomeSchema = z.discriminatedUnion(
  "kind",
  [
    z.object({ kind: z.literal("evaluated"), metrics: z.record(z.string(), metric, "must be a map of metrics") }),
    z.object({
      kind: z.literal("infeasible"),
      constraint: text,
      by: metric,
      unit: text,
      missed: metric.exactOptional(),
    }),
  ],
  "must be an outcome of kind evaluated or infeasible",
);

/** Every trial of a store, by number. @throws StoreError with the row that is damaged */
export function readTrials(db: Database.Database, file: string): readonly Trial[] {
  const rows = db
    .prepare(`SELECT ${asBytes("number", "point", "outcome")} FROM trial ORDER BY number`)
    .raw()
    .all() as (readonly unknown[])[];
  let last = -1;
  return rows.map(([bytes, point, outcome], i): Trial => {
    const number = countOf(textOf(bytes));
    if (number === null || number <= last)
      throw damaged(file, `row ${i + 1} of table trial: number is no whole number above ${last}`);
    last = number;
    return trialOf(number, textOf(point), textOf(outcome), file);
  });
}

/**
 * A trial of its two texts.
 *
 * @param point null: it is no UTF-8
 * @throws StoreError
 */
export function trialOf(number: number, point: string | null, outcome: string | null, file: string): Trial {
  const part = <Value>(name: string, schema: z.ZodType<Value>, text: string | null, parse: (text: string) => unknown) =>
    checked(text, parse, schema, name, (what) => damaged(file, `trial ${number}: ${what}`));
  return {
    number,
    point: part("point", pointSchema, point, unpackPoint),
    outcome: part("outcome", outcomeSchema, outcome, unpackOutcome),
  };
}

/** The value as it was written, so that its keys keep their order. */
function checked<Value>(
  text: string | null,
  parse: (text: string) => unknown,
  schema: z.ZodType<Value>,
  name: string,
  broken: (what: string) => Error,
): Value {
  if (text === null) throw broken(`${name} is no UTF-8 text`);
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    throw broken(`${name} is no JSON`);
  }
  const { error } = schema.safeParse(value);
  const issue = error?.issues[0];
  if (issue !== undefined) throw broken(`${[name, ...issue.path].join(".")} ${issue.message}`);
  return value as Value;
}
