export {
  columnsNamed,
  openCsv,
  ProblemSink,
  readCsvText,
  type CsvHeader,
  type CsvRow,
  type CsvStream,
  type CsvTable,
} from "./read.ts";
export type { CsvCell } from "./cell.ts";
export { csvLines, writeCsv } from "./write.ts";
