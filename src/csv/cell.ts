export type CsvCell = string | number | boolean | null | undefined;

/** A cell's text, without quotes; null and undefined are empty. Text that a spreadsheet would run is guarded by an apostrophe. */
export function guarded(cell: CsvCell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  return /^[=+\-@\t\r]/.test(cell) && !isNumber(cell) ? `'${cell}` : cell;
}

function isNumber(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

/** Lines of CSV by RFC 4180, for hosts that do not have the library. */
export function plainCsv(rows: readonly (readonly CsvCell[])[]): string {
  const quoted = (cell: string): string => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return rows.map((row) => `${row.map((cell) => quoted(guarded(cell))).join(",")}\n`).join("");
}
