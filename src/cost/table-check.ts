import * as z from "zod";
import { packagedPaths, packagedValue } from "../data/index.ts";
import { FACTOR_NAMES } from "./factors.ts";
import { RULE_NAMES } from "./profile.ts";
import { TABLES, tableOf, type Table } from "./table.ts";

/*
 * What the files of src/cost/tables must be. The build looks at them, and a test: whoever reads them at run time need not look again.
 */

const keySchema = z.record(z.string(), z.union([z.number(), z.string()]));
const numberOrNull = z.number().nullable();

const partialRowSchema = z.strictObject({
  name: z.string().optional(),
  at: keySchema.optional(),
  value: numberOrNull.optional(),
  low: numberOrNull.optional(),
  high: numberOrNull.optional(),
  unit: z.string().optional(),
  source: z.string().optional(),
  year: z.number().int().optional(),
  note: z.string().optional(),
});

const rowSchema = z
  .strictObject({
    name: z.string().min(1),
    at: keySchema,
    value: numberOrNull,
    low: numberOrNull,
    high: numberOrNull,
    unit: z.string().min(1),
    source: z.string().min(3),
    year: z.number().int().min(1990),
    note: z.string(),
  })
  .refine((row) => row.value !== null || row.note.length > 0, {
    message: "a row without a value needs a note that says why",
  })
  .refine(
    (row) =>
      row.value === null || (row.low !== null && row.high !== null && row.low <= row.value && row.value <= row.high),
    { message: "low <= value <= high does not hold" },
  );

const tableSchema = z.strictObject({
  table: z.string(),
  edition: z.string(),
  exact: z.boolean().optional(),
  defaults: partialRowSchema.optional(),
  rows: z.array(partialRowSchema).min(1),
});

/** What one table holds → rows; throws on a row without a source, unit, year or range, and on unknown keys. */
export function parseTable(value: unknown): Table {
  const table = tableOf(tableSchema.parse(value) as Parameters<typeof tableOf>[0]);
  table.rows.forEach((row, index) => {
    const { error } = rowSchema.safeParse(row);
    if (error === undefined) return;
    throw new Error(`table ${table.table}, row ${index + 1} (${row.name || "unnamed"}): ${z.prettifyError(error)}`);
  });
  return table;
}

const rulesSchema = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        name: z.enum(RULE_NAMES),
        published: z.boolean(),
        calibrated: z.boolean(),
        description: z.string().min(1),
      }),
    )
    .length(RULE_NAMES.length),
});

const defaultSchema = z
  .strictObject({
    value: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    year: z.number().int(),
    source: z.string().min(3),
    note: z.string(),
  })
  .nullable();

const factorsSchema = z.strictObject({
  factors: z.array(
    z.strictObject({
      name: z.enum(FACTOR_NAMES),
      unit: z.string().min(1),
      description: z.string().min(1),
      published: defaultSchema,
      calibrated: defaultSchema,
    }),
  ),
});

/** Files that are no tables of rows. */
const OTHERS: Readonly<Record<string, z.ZodType>> = { factors: factorsSchema, profiles: rulesSchema };

/**
 * Looks at one file of src/cost/tables.
 *
 * @throws Error with what is wrong
 */
export function checkTable(name: string): void {
  const value = packagedValue(`${TABLES}${name}.yaml`);
  if (Object.hasOwn(OTHERS, name)) OTHERS[name]!.parse(value);
  else parseTable(value);
}

/** Names of all of them. */
export const tableNames = (): readonly string[] =>
  packagedPaths(TABLES).map((path) => path.slice(TABLES.length, -".yaml".length));
