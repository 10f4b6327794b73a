import { parquetWriteBuffer } from "hyparquet-writer";
import { readCsvText } from "../csv/index.ts";

/**
 * The table of `front.csv` as Parquet: columns of numbers as doubles, others as texts, empty cells as nulls. Equal tables
 * give equal bytes.
 */
export function frontParquet(csv: string): Uint8Array {
  const { header, rows } = readCsvText(csv, "front.csv");
  const columnData = header.columns.map((name) => {
    const cells = rows.map(({ cells }) => cells[name]!);
    const isNumeric = cells.some((cell) => cell !== "") && cells.every((cell) => Number.isFinite(Number(cell)));
    const data = cells.map((cell) => (cell === "" ? null : isNumeric ? Number(cell) : cell));
    return { name, data, type: isNumeric ? ("DOUBLE" as const) : ("STRING" as const), nullable: true };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
