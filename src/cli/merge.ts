import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Option, type Command } from "commander";
import { EXIT_DONE, EXIT_INFEASIBLE } from "../errors/index.ts";
import { mergeShards } from "../shards/index.ts";
import { RUN_FILES, writeReport } from "../study/index.ts";
import { printJson } from "./output.ts";
import { toldMeanwhile, toStderr, toStdout } from "./print.ts";
import { infeasibleText } from "./search/infeasible-text.ts";
import { summaryText } from "./search/summary-text.ts";
import { existsSync } from "node:fs";
import { workerCount } from "./worker-count.ts";

interface Options {
  readonly out: string;
  readonly workers: number;
  readonly json?: boolean;
}

export function addMergeCommand(program: Command): void {
  program
    .command("merge")
    .description("Makes the run of one machine out of the shards of a search: the same front, to the byte.")
    .argument("<dir...>", "folders with shards")
    .requiredOption("--out <dir>", "folder of the run")
    .addOption(
      new Option("--workers <n>", "worker threads; no result depends on it")
        .argParser(workerCount)
        .default(availableParallelism(), "all cores"),
    )
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Example:
  ecotile merge runs/night --out runs/night-whole

All shards must be there, and be made by this version of ecotile from the same study (ecotile status DIR). The folder
has what ecotile search would have written: front.csv, front.json, report.html, trials.db.`,
    )
    .action(merge);
}

async function merge(folders: readonly string[], { out, workers, json }: Options): Promise<void> {
  const run = await mergeShards(folders, {
    ...{ folder: out, workers, isResumed: existsSync(join(out, RUN_FILES.trials)) },
    onNote: (note) => toldMeanwhile(`${note}\n`),
  });
  const { record, study } = run;
  const report = writeReport(run);
  const isFound = record.front.length > 0;
  if (json === true)
    printJson({
      ...{ study: study.name, strategy: study.search.strategy, folder: out, report },
      ...{ trials: record.trialCount, feasible: record.feasibleCount, front: run.front.length },
    });
  else if (isFound) toStdout(`${summaryText(record)}\nReport: ${report}\n`);
  else toStderr(`${infeasibleText(record.violations, study.constraints, record.trialCount, record.exact)}\n`);
  process.exitCode = isFound ? EXIT_DONE : EXIT_INFEASIBLE;
}
