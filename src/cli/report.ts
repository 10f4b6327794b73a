import { join } from "node:path";
import { Option, type Command } from "commander";
import { SVG_CHARTS, type SvgChart } from "../report/charts/names.ts";
import { frontJson } from "../report/front-files.ts";
import { reportHtml } from "../report/html.ts";
import type { RunRecord } from "../report/types.ts";
import { printComparison } from "./compare/print.ts";
import { InputError } from "./failure.ts";
import { writeFileWhole } from "./output-file.ts";
import { dataToStdout, toStdout } from "./print.ts";
import { readFrontCsv, readRecord } from "./report-record.ts";
import { RUN_FILES } from "./search/run-folder.ts";

const FORMATS = ["html", "svg", "csv", "json", "parquet"] as const;

export interface ReportOptions {
  readonly format: (typeof FORMATS)[number];
  readonly chart: SvgChart;
  readonly compare?: boolean;
}

export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("Shows finished runs: html writes the report and prints its path, the others print to stdout.")
    .argument("<dirs...>", "folder of a run; with --compare those of two and more")
    .addOption(new Option("--format <what>", "what to make").choices([...FORMATS]).default("html"))
    .addOption(new Option("--chart <name>", "which chart of a run as svg").choices([...SVG_CHARTS]).default("front"))
    .option("--compare", "set runs side by side, by the objectives of the first")
    .addHelpText(
      "after",
      `
Examples:
  ecotile report runs/clip-vit-b16 --format svg > front.svg
  ecotile report runs/clip-vit-b16 --format parquet > front.parquet
  ecotile report --compare runs/exact runs/nsga2-seed1 runs/nsga2-seed2`,
    )
    .action(report);
}

async function report(folders: readonly string[], options: ReportOptions): Promise<void> {
  if (options.compare === true) {
    if (options.format === "parquet") throw new InputError("A comparison is html, svg, csv or json.");
    return printComparison(folders, options.format);
  }
  const [folder, ...others] = folders as [string, ...string[]];
  if (others.length > 0) throw new InputError("A report is of one run; --compare sets several side by side.");
  const record = readRecord(folder);
  if (options.format === "html") {
    const path = join(folder, RUN_FILES.report);
    writeFileWhole(path, reportHtml(record));
    toStdout(`${path}\n`);
    return;
  }
  dataToStdout(options.format === "parquet" ? await parquetOf(folder, record) : await textOf(folder, record, options));
}

function textOf(folder: string, record: RunRecord, { format, chart }: ReportOptions): string | Promise<string> {
  if (format === "svg") return drawn(record, chart);
  // The table of the run holds the whole front, the record only what is shown in detail.
  return format === "csv" ? readFrontCsv(folder, record) : frontJson(record);
}

async function parquetOf(folder: string, record: RunRecord): Promise<Uint8Array> {
  const { frontParquet } = await import("../report/front-parquet.ts");
  return frontParquet(readFrontCsv(folder, record));
}

/** The chart library takes half a second to load, so only the command that draws loads it. */
async function drawn(record: RunRecord, chart: SvgChart): Promise<string> {
  const { recordSvg } = await import("../report/svg.ts");
  const svg = recordSvg(record, chart);
  if (typeof svg !== "string")
    throw new InputError(`The run ${record.study.name} has no chart ${chart}: ${svg.reason}.`);
  return svg;
}
