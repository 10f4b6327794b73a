/**
 * Text is asked for as bytes and decoded here: the driver ends the process on a text that is not UTF-8, which a damaged
 * file may well hold (github.com/tursodatabase/libsql, issue 1223).
 *
 * @param columns of a table, in SQL; numbers come as their decimals
 */
export function asBytes(...columns: readonly string[]): string {
  return columns.map((column) => `CAST(${column} AS BLOB)`).join(", ");
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text of a column that was asked for by {@link asBytes}; null: it holds none, or none that is UTF-8. */
export function textOf(bytes: unknown): string | null {
  if (!(bytes instanceof Uint8Array)) return null;
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** A whole number ≥ 0 written in decimals; null: the text is none. */
export function countOf(text: string | null): number | null {
  if (text === null || !/^\d{1,16}$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
