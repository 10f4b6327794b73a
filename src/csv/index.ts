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
export { csvLines, writeCsv, type CsvCell } from "./write.ts";
