import * as z from "zod";
import { packagedValue } from "../data/index.ts";

const keySchema = z.record(z.string(), z.union([z.number(), z.string()]));
const numberOrNull = z.number().nullable();

/** Fields that every row of a table shares may stand once under `defaults`; a row overrides them. */
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

/** One number with its past. A null value says in `note` why there is none; it is never 0. */
export const rowSchema = z
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
  /** Rows are counts or constants of a definition: low = value = high. */
  exact: z.boolean().default(false),
  defaults: partialRowSchema.optional(),
  rows: z.array(partialRowSchema).min(1),
});

export type TableRow = Readonly<z.infer<typeof rowSchema>>;

export interface Table {
  readonly table: string;
  readonly edition: string;
  readonly rows: readonly TableRow[];
}

/** What one table holds → rows; throws on a row without a source, unit, year or range, and on unknown keys. */
export function parseTable(value: unknown): Table {
  const raw = tableSchema.parse(value);
  const rows = raw.rows.map((row, index) => {
    const parsed = rowSchema.safeParse({
      at: {},
      note: "",
      ...(raw.exact ? { low: row.value, high: row.value } : {}),
      ...raw.defaults,
      ...row,
    });
    if (parsed.success) return Object.freeze(parsed.data);
    throw new Error(
      `table ${raw.table}, row ${index + 1} (${row.name ?? "unnamed"}): ${z.prettifyError(parsed.error)}`,
    );
  });
  return { table: raw.table, edition: raw.edition, rows };
}

const cache = new Map<string, Table>();

/** Table of src/cost/tables by file name; read once, at first use. */
export function loadTable(name: string): Table {
  const known = cache.get(name);
  if (known) return known;
  const table = parseTable(readTable(name));
  cache.set(name, table);
  return table;
}

/** What a file of src/cost/tables holds. */
export function readTable(name: string): unknown {
  return packagedValue(`src/cost/tables/${name}.yaml`);
}

/** The one row with this name (and key); a missing row is our bug, since names are written down in this room only. */
export function rowNamed(table: Table, name: string, at: Readonly<Record<string, number | string>> = {}): TableRow {
  const row = findRow(table, name, at);
  if (!row) throw new Error(`table ${table.table} has no row ${name} ${JSON.stringify(at)}`);
  return row;
}

export function findRow(
  table: Table,
  name: string,
  at: Readonly<Record<string, number | string>> = {},
): TableRow | undefined {
  return table.rows.find(
    (row) => row.name === name && Object.entries(at).every(([key, value]) => row.at[key] === value),
  );
}

/** Value of a row that must have one. */
export function valueNamed(table: Table, name: string, at: Readonly<Record<string, number | string>> = {}): number {
  const { value } = rowNamed(table, name, at);
  if (value === null) throw new Error(`table ${table.table}: row ${name} has no value`);
  return value;
}
