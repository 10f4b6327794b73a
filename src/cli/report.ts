import { existsSync } from "node:fs";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { SVG_CHARTS, type SvgChart } from "../report/charts/names.ts";
import { frontJson } from "../report/front-files.ts";
import { studyPageHtml } from "../live/index.ts";
import type { RunRecord } from "../report/types.ts";
import { areDesignsOrChips, printDesigns } from "./compare/designs.ts";
import { printComparison } from "./compare/print.ts";
import { FACTOR_NAMES } from "../cost/index.ts";
import { InputError, SpecError } from "../errors/index.ts";
import { loadStudy, type Study } from "../spec/index.ts";
import { collect } from "./specs.ts";
import { writeFileWhole } from "../study/output-file.ts";
import { dataToStdout, toStdout } from "./print.ts";
import { allTrials } from "./report-trials.ts";
import { readFrontCsv, readRecord } from "./report-record.ts";
import { RUN_FILES } from "../study/run-folder.ts";
import { workerCount } from "./worker-count.ts";

const FORMATS = ["html", "svg", "csv", "json", "parquet"] as const;

export interface ReportOptions {
  readonly format: (typeof FORMATS)[number];
  readonly chart: SvgChart;
  readonly compare?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly worlds?: boolean;
  readonly set: readonly string[];
  readonly workers?: number;
}

export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("Shows finished runs: html writes the report and prints its path, the others print to stdout.")
    .argument("<dirs...>", "folder of a run; with --compare two and more: of runs, or designs (DIR:TRIAL), or chips")
    .addOption(new Option("--format <what>", "what to make").choices([...FORMATS]).default("html"))
    .addOption(new Option("--chart <name>", "which chart of a run as svg").choices([...SVG_CHARTS]).default("front"))
    .option("--compare", "set runs side by side, by the objectives of the first; or designs or chips, by what differs")
    .option("--all", "every trial as csv or json, those that break a limit or cannot run with the reason")
    .option("--json", "the same as --format json")
    .option("--worlds", "of an exact run: which designs are optimal under which life, grid, hours of use and rate")
    .option(
      "--set <path=values>",
      "with --worlds: values of deployment.lifetime, .gridIntensity, .hoursPerDay or .rate; may be repeated",
      collect,
      [],
    )
    .addOption(new Option("--workers <n>", "with --worlds: worker threads (default: all cores)").argParser(workerCount))
    .addHelpText(
      "after",
      `
Examples:
  ecotile report runs/clip-vit-b16 --format svg > front.svg
  ecotile report runs/clip-vit-b16 --format parquet > front.parquet
  ecotile report runs/clip-vit-b16 --all --format csv > trials.csv
  ecotile report runs/clip-vit-b16 --worlds --set "deployment.gridIntensity=[20 gCO2e/kWh, 500 gCO2e/kWh]"
  ecotile report --compare runs/exact runs/nsga2-seed1 runs/nsga2-seed2
  ecotile report --compare runs/night:17 runs/night:baseline`,
    )
    .action(report);
}

async function report(folders: readonly string[], given: ReportOptions, command: Command): Promise<void> {
  const isChosen = command.getOptionValueSource("format") === "cli";
  const options = given.json === true ? { ...given, format: "json" as const } : given;
  const { format } = options;
  if (options.worlds === true) return reportWorlds(folders, options, isChosen);
  if (options.set.length > 0) throw new InputError("--set is of --worlds; a report shows the run as it is.");
  if (options.all === true && options.compare === true) throw new InputError("--all and --compare exclude each other.");
  if (options.all === true) {
    if (folders.length > 1) throw new InputError("--all is of one run.");
    const wanted = isChosen || format === "json" ? format : "csv";
    if (wanted !== "csv" && wanted !== "json") throw new InputError(`All trials are csv or json, not ${wanted}.`);
    dataToStdout(allTrials(folders[0]!, wanted));
    return;
  }
  if (options.compare === true && areDesignsOrChips(folders)) {
    const wanted = isChosen || format === "json" ? format : "table";
    if (wanted !== "table" && wanted !== "csv" && wanted !== "json")
      throw new InputError(`Designs and chips are compared as a table, or as csv or json, not ${wanted}.`);
    printDesigns(folders, wanted);
    return;
  }
  if (options.compare === true) {
    if (options.format === "parquet") throw new InputError("A comparison is html, svg, csv or json.");
    return printComparison(folders, options.format);
  }
  const [folder, ...others] = folders as [string, ...string[]];
  if (others.length > 0) throw new InputError("A report is of one run; --compare sets several side by side.");
  const record = readRecord(folder);
  if (options.format === "html") {
    const path = join(folder, RUN_FILES.report);
    writeFileWhole(path, studyPageHtml(storedStudy(folder), record));
    toStdout(`${path}\n`);
    return;
  }
  dataToStdout(options.format === "parquet" ? await parquetOf(folder, record) : await textOf(folder, record, options));
}

async function reportWorlds(folders: readonly string[], options: ReportOptions, isChosen: boolean): Promise<void> {
  const { format, set, workers } = options;
  if (options.all === true || options.compare === true)
    throw new InputError("--worlds, --all and --compare exclude each other.");
  if (folders.length > 1) throw new InputError("--worlds is of one run.");
  const wanted = isChosen || format === "json" ? format : "table";
  if (wanted !== "table" && wanted !== "csv" && wanted !== "json")
    throw new InputError(`Worlds are a table, or csv or json, not ${wanted}.`);
  const { printWorlds } = await import("./worlds/print.ts");
  await printWorlds(folders[0]!, wanted, { set, ...(workers === undefined ? {} : { workers }) });
}

/** The study of a run; or why its copy says nothing. */
function storedStudy(folder: string): Study | { readonly reason: string } {
  const file = join(folder, RUN_FILES.study);
  if (!existsSync(file)) return { reason: `the run has no ${RUN_FILES.study}` };
  try {
    return loadStudy(file, FACTOR_NAMES);
  } catch (cause) {
    if (!(cause instanceof SpecError)) throw cause;
    return { reason: `its ${RUN_FILES.study} is one of another version, or of a program with metrics of its own` };
  }
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
