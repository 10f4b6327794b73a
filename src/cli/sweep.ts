import { Option, type Command } from "commander";
import { InputError } from "../errors/index.ts";
import { sweepCsv, sweepJson } from "../report/sweep/files.ts";
import type { SweepResult } from "../report/sweep/types.ts";
import { interruptible } from "./interruptible.ts";
import { dataToStdout, toStdout } from "./print.ts";
import { collect } from "./specs.ts";
import { planSweep } from "./sweep/plan.ts";
import { sweepResult } from "./sweep/rows.ts";
import { runSweep } from "./sweep/run.ts";
import { sweepText } from "./sweep/text.ts";
import { workerCount } from "./worker-count.ts";

const FORMATS = ["table", "csv", "json", "svg"] as const;

interface Options {
  readonly set: readonly string[];
  readonly limit: readonly string[];
  readonly sort?: string;
  readonly format: (typeof FORMATS)[number];
  readonly json?: boolean;
  readonly workers?: number;
}

export function addSweepCommand(program: Command): void {
  program
    .command("sweep")
    .description("Every model on every chip under every setting: what fits, how fast, how much energy and carbon.")
    .argument("<models>", "presets or files, with commas between; all, or a pattern such as 'vit-*', for presets")
    .argument("<hardware>", "the same of chips")
    .option(
      "--set <path=values>",
      "one value, a list [64, 128] or a range: 32..256 x2, 2..8 step 2; may be repeated",
      collect,
      [],
    )
    .option("--limit <limit>", 'what a cell must keep, as in studies: "latency <= 20 ms"; may be repeated', collect, [])
    .option("--sort <metric>", "rows by this metric, the best first; it is also what a picture shows")
    .addOption(new Option("--format <what>", "how to print it").choices(FORMATS).default("table"))
    .option("--json", "the same as --format json")
    .addOption(
      new Option("--workers <n>", "worker threads (default: as many as pay); no result depends on it").argParser(
        workerCount,
      ),
    )
    .addHelpText(
      "after",
      `
Examples:
  ecotile sweep all catransformers-22nm --limit "latency <= 20 ms"
  ecotile sweep vit-b16 catransformers-22nm --format svg > map.svg \\
    --set array.rows=8..256 x2 --set array.cols=8..256 x2
  ecotile sweep llama-3.2-1b a100,h100

Cells are mapped as studies map designs. One that cannot run says why; the exit
code stays 0. Without --sort rows keep the order of models, chips and values.`,
    )
    .action(sweep);
}

async function sweep(models: string, hardware: string, options: Options): Promise<void> {
  const { set, limit, sort, workers } = options;
  const plan = planSweep({ models, hardware, set, limit, ...(sort === undefined ? {} : { sort }) });
  const cells = await interruptible((signal) => runSweep(plan, workers ?? null, signal));
  const result = sweepResult(plan, cells);
  const format = options.json === true ? "json" : options.format;
  if (format === "table") toStdout(`${sweepText(result, plan)}\n`);
  else dataToStdout(format === "csv" ? sweepCsv(result) : format === "json" ? sweepJson(result) : await drawn(result));
}

/** The chart library takes half a second to load, so only the command that draws loads it. */
async function drawn(result: SweepResult): Promise<string> {
  const { sweepSvg } = await import("../report/sweep/chart.ts");
  const svg = sweepSvg(result);
  if (typeof svg === "string") return svg;
  throw new InputError(`The sweep cannot be drawn: ${svg.reason}. --format csv holds all of it.`);
}
