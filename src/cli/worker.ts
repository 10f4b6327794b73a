import { InvalidArgumentError, Option, type Command } from "commander";
import { EXIT_DONE, EXIT_INTERRUPTED } from "../errors/index.ts";
import { PASSWORD_VARIABLE, readServer, runQueueWorker } from "../queue/index.ts";
import { loadSearchStudy } from "../study/index.ts";
import { printJson } from "./output.ts";
import { toldMeanwhile, toStderr, toStdout } from "./print.ts";

interface Options {
  readonly queue: string;
  readonly strategy?: string;
  readonly seed?: number;
  readonly lease: number;
  readonly idle?: number;
  readonly json?: boolean;
}

const LEASE_SECONDS = 30;
const MOST_SECONDS = 86_400;

export function addWorkerCommand(program: Command): void {
  program
    .command("worker")
    .description("Answers a search on another machine: runs the study's accuracy command for the models in its queue.")
    .argument("<study.yaml>", "the study that is searched")
    .requiredOption("--queue <url>", `redis://host or rediss://host; the password is in ${PASSWORD_VARIABLE}`)
    .option("--strategy <name>", "as the search has it, where it is not the study's")
    .addOption(
      new Option("--seed <n>", "as the search has it").argParser((text) => whole(text, 0, Number.MAX_SAFE_INTEGER)),
    )
    .addOption(
      new Option("--lease <s>", "seconds after which another worker takes the job of one that is gone")
        .argParser((text) => whole(text, 1, MOST_SECONDS))
        .default(LEASE_SECONDS),
    )
    .addOption(
      new Option("--idle <s>", "end after so many seconds without a job (default: never)").argParser((text) =>
        whole(text, 1, MOST_SECONDS),
      ),
    )
    .option("--json", "at its end one JSON document on stdout: { answered, failed, refused }")
    .addHelpText(
      "after",
      `
Example:
  ecotile worker study.yaml --queue redis://head:6379 --idle 600

Command, model and files are those of this study; a job is only a point of its space, and is refused where it is not.
accuracy.parallel of the study says how many run at once.`,
    )
    .action(work);
}

function whole(text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= low && value <= high) return value;
  throw new InvalidArgumentError(`must be a whole number from ${low} to ${high}.`);
}

async function work(file: string, options: Options): Promise<void> {
  const server = readServer(options.queue, process.env[PASSWORD_VARIABLE]);
  const study = loadSearchStudy(file, options);
  const stop = new AbortController();
  const interrupt = (): void => {
    if (stop.signal.aborted) process.exit(EXIT_INTERRUPTED);
    stop.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  toldMeanwhile(`${study.name}: waits for jobs at ${server.shown}\n`);
  const counts = await runQueueWorker(study, server, {
    ...{ signal: stop.signal, leaseMs: options.lease * 1000 },
    idleMs: options.idle === undefined ? null : options.idle * 1000,
    onJob: (what, note) => (what === "answered" ? toldMeanwhile : toStderr)(`${note}\n`),
  });
  if (options.json === true) printJson(counts);
  else toStdout(`${study.name}: ${counts.answered} answered, ${counts.failed} failed, ${counts.refused} refused\n`);
  process.exit(stop.signal.aborted ? EXIT_INTERRUPTED : EXIT_DONE);
}
