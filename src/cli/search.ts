import { availableParallelism } from "node:os";
import { InvalidArgumentError, Option, type Command } from "commander";
import { createSpace } from "../search/index.ts";
import { InputError, EXIT_INTERRUPTED } from "../errors/index.ts";
import { hasTerminal, terminalIsGone, toStdout } from "./print.ts";
import { printJson } from "./output.ts";
import { dryRunJson, dryRunText } from "./search/dry-run.ts";
import { checkAdding } from "../study/adding.ts";
import { exactSizeOf, namedStrategy } from "../study/index.ts";
import { checkStrategy, loadSearchStudy } from "../study/load.ts";
import { defaultRunFolder } from "../study/run-folder.ts";
import { PASSWORD_VARIABLE, readServer } from "../queue/index.ts";
import { runSearch } from "./search/run.ts";
import { readShare, searchShard } from "./search/shard.ts";
import type { Share } from "../shards/index.ts";
import type { Study } from "../spec/index.ts";

interface Options {
  readonly out?: string;
  readonly workers: number;
  readonly strategy?: string;
  readonly seed?: number;
  readonly resume?: boolean;
  readonly retryFailed?: boolean;
  readonly shard?: string;
  readonly queue?: string;
  readonly watch?: number | true;
  readonly adding?: readonly string[];
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const MOST_WORKERS = 1024;

/** Ctrl-C, a batch system that ends a job, a terminal that is closed. */
const INTERRUPTS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function addSearchCommand(program: Command): void {
  program
    .command("search")
    .description("Searches models and accelerators together, as a study says; writes the front and a report.")
    .argument("<study.yaml>", "study file")
    .option("--out <dir>", "folder of the run (default: runs/<study name>)")
    .addOption(
      new Option("--workers <n>", "worker threads; no result depends on it")
        .argParser((text) => wholeNumber(text, 1, MOST_WORKERS))
        .default(availableParallelism(), "all cores"),
    )
    .option("--strategy <name>", "instead of the study's: auto, exact, nsga2, nsga3, random or bayesian")
    .addOption(
      new Option("--seed <n>", "instead of the study's").argParser((text) =>
        wholeNumber(text, 0, Number.MAX_SAFE_INTEGER),
      ),
    )
    .option("--resume", "continue the run in the folder")
    .option("--retry-failed", "continue it, and ask again for what its accuracy command failed on")
    .option("--shard <i/n>", "one of n shards of the search, or auto/n: by the index that the batch system has set")
    .option(
      "--queue <url>",
      "let workers on other machines run the accuracy command: redis://host or rediss://host (docs/cluster.md)",
    )
    .addOption(
      new Option(
        "--watch [port]",
        "serve the report while it grows, to this machine alone; prints the address",
      ).argParser(portOf),
    )
    .addOption(
      new Option(
        "--adding <paths>",
        "print the best design also without these parts of the space, then with one after the other: dram,silicon",
      ).argParser((text) => text.split(",").map((path) => path.trim())),
    )
    .option("--dry-run", "print the size of the space and stop")
    .option("--json", "one JSON document on stdout: that of `report --format json`, of the dry run, or of the shard")
    .addHelpText(
      "after",
      `
Examples:
  ecotile search examples/clip-vit-b16.yaml
  ecotile search study.yaml --out runs/night --seed 7 --workers 8
  ecotile search runs/night/study.yaml --out runs/night --resume
  ecotile search study.yaml --watch
  ecotile search study.yaml --adding dram,silicon    (what memory brings, and then the package)
  ecotile search study.yaml --shard 3/8 --out runs/night    (then status and merge: docs/cluster.md)

Same study and seed, same front, byte for byte. Exit codes: 2 wrong input, 3 no feasible design, 130 interrupted (resume it).`,
    )
    .action(search);
}

/** @throws InputError for what does not go with shards */
function shareOf({ shard, out, resume, retryFailed, dryRun, adding, queue, watch }: Options): Share {
  if (watch !== undefined) throw new InputError("--watch shows a whole search, and a shard is a part of one.");
  if (out === undefined) throw new InputError("--shard needs --out DIR, the folder that all shards share.");
  if (resume === true || retryFailed === true || dryRun === true)
    throw new InputError(
      "--shard goes with none of --resume, --retry-failed and --dry-run: a shard that is run again goes on by itself.",
    );
  if (adding !== undefined) throw new InputError("--adding goes on from a whole search, and a shard is a part of one.");
  if (queue !== undefined)
    throw new InputError("--shard and --queue are two ways to divide a search: give one of them.");
  return readShare(shard!, process.env);
}

function portOf(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (value >= 1 && value <= 65_535) return value;
  throw new InvalidArgumentError("must be a port from 1 to 65535; the study comes before it.");
}

function wholeNumber(text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= low && value <= high) return value;
  throw new InvalidArgumentError(`must be a whole number from ${low} to ${high}.`);
}

async function search(file: string, options: Options): Promise<void> {
  const share = options.shard === undefined ? null : shareOf(options);
  const study = loadSearchStudy(file, options);
  const space = createSpace(study.space);
  const isJson = options.json === true;
  if (options.adding !== undefined) {
    if (isJson) throw new InputError("--adding prints lines for people, and --json prints one document alone.");
    checkAdding(namedStrategy(study), options.adding);
  }
  if (options.dryRun === true) {
    if (options.watch !== undefined) throw new InputError("--watch shows a search, and --dry-run makes none.");
    const refusal = refusalOf(study);
    const estimate = study.search.strategy === "exact" && refusal === null ? exactSizeOf(study) : null;
    if (isJson) printJson(dryRunJson(study, space, refusal, estimate));
    else toStdout(`${dryRunText(study, space, refusal, estimate)}\n`);
    return;
  }
  checkStrategy(study);
  const stop = new AbortController();
  let isHangup = false;
  const interrupt = (name: NodeJS.Signals): void => {
    isHangup ||= name === "SIGHUP";
    if (isHangup) terminalIsGone();
    if (stop.signal.aborted) endInterrupted(isHangup);
    stop.abort(new Error("interrupted"));
  };
  for (const signal of INTERRUPTS) process.on(signal, interrupt);
  const { workers } = options;
  const settings = { folder: options.out ?? defaultRunFolder(study.name), file, workers, signal: stop.signal };
  try {
    const code =
      share !== null
        ? await searchShard(study, { ...settings, share, isJson })
        : await runSearch(study, space, {
            ...settings,
            ...(options.queue === undefined
              ? {}
              : { queue: readServer(options.queue, process.env[PASSWORD_VARIABLE]) }),
            isResumed: options.resume === true || options.retryFailed === true,
            isRetried: options.retryFailed === true,
            isJson,
            ...(options.adding === undefined ? {} : { adding: options.adding }),
            ...(options.watch === undefined ? {} : { watch: options.watch === true ? 0 : options.watch }),
          });
    if (code === EXIT_INTERRUPTED) endInterrupted(isHangup);
    process.exitCode = code;
  } finally {
    for (const signal of INTERRUPTS) process.off(signal, interrupt);
  }
}

/**
 * Ends the process at once, its threads with it. At a terminal that was closed by the signal's own way, which shells show as
 * 129: Node would want to reset that terminal before it exits, and aborts where it cannot.
 */
function endInterrupted(isHangup: boolean): never {
  if (isHangup && hasTerminal()) {
    process.removeAllListeners("SIGHUP");
    process.kill(process.pid, "SIGHUP");
  }
  process.exit(EXIT_INTERRUPTED);
}

/** Why a study cannot be searched by its strategy; null: it can. */
function refusalOf(study: Study): string | null {
  try {
    checkStrategy(study);
    return null;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
