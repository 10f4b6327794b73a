import { packagedValue } from "../data/index.ts";

/** Where the tables lie. What they must be: table-check.ts. */
export const TABLES = "src/cost/tables/";

/** One number with its past. A null value says in `note` why there is none; it is never 0. */
export interface TableRow {
  readonly name: string;
  readonly at: Readonly<Record<string, number | string>>;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly source: string;
  readonly year: number;
  readonly note: string;
}

export interface Table {
  readonly table: string;
  readonly edition: string;
  readonly rows: readonly TableRow[];
}

/** A table as it is written. */
interface WrittenTable {
  readonly table: string;
  readonly edition: string;
  /** Rows are counts or constants of a definition: low = value = high. */
  readonly exact?: boolean;
  /** Fields that every row shares; a row overrides them. */
  readonly defaults?: Partial<TableRow>;
  readonly rows: readonly Partial<TableRow>[];
}

/** What is written of a table, with what its rows share in each of them. */
export function tableOf({ table, edition, exact = false, defaults, rows: written }: WrittenTable): Table {
  const rows = written.map((row) => {
    const range = exact ? { low: row.value, high: row.value } : {};
    return Object.freeze({ at: {}, note: "", ...range, ...defaults, ...row } as TableRow);
  });
  return { table, edition, rows };
}

const cache = new Map<string, Table>();

/** Table of src/cost/tables by file name; read once, at first use. */
export function loadTable(name: string): Table {
  const known = cache.get(name);
  if (known) return known;
  const table = tableOf(readTable(name) as WrittenTable);
  cache.set(name, table);
  return table;
}

/** What a file of src/cost/tables holds. */
export function readTable(name: string): unknown {
  return packagedValue(`${TABLES}${name}.yaml`);
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
