import { EXIT_DONE, EXIT_INTERRUPTED, InputError } from "../../errors/index.ts";
import type { Study } from "../../spec/index.ts";
import { MOST_SHARDS, runShard, type Share } from "../../shards/index.ts";
import { printJson } from "../output.ts";
import { toStderr, toStdout } from "../print.ts";
import { startBar } from "../progress-bar.ts";

/** Where batch systems say which of its tasks a process is, from 0. */
const INDICES = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX"] as const;

/**
 * `I/N`, or `auto/N`: the index that the environment has, plus one.
 *
 * @throws InputError
 */
export function readShare(text: string, environment: Readonly<Record<string, string | undefined>>): Share {
  const [, written = "", count = ""] = /^(auto|\d+)\/(\d+)$/.exec(text) ?? [];
  const of = Number(count);
  if (written === "" || of < 1 || of > MOST_SHARDS)
    throw new InputError(`--shard is I/N or auto/N, for example 3/8, with N from 1 to ${MOST_SHARDS}, not ${text}.`);
  if (written !== "auto") {
    const index = Number(written);
    if (index >= 1 && index <= of) return { index, of };
    throw new InputError(`--shard ${text}: shards of ${of} are 1/${of} to ${of}/${of}.`);
  }
  const found = INDICES.filter((name) => environment[name] !== undefined && environment[name] !== "");
  const [name] = found;
  if (name === undefined)
    throw new InputError(`--shard ${text} needs one of ${INDICES.join(", ")} in the environment; none is set.`);
  const raw = environment[name]!;
  if (found.some((other) => environment[other] !== raw)) {
    const told = found.map((other) => `${other}=${environment[other]}`).join(", ");
    throw new InputError(
      `--shard ${text}: the environment disagrees with itself (${told}). Name the shard: --shard I/${of}.`,
    );
  }
  const index = /^\d{1,6}$/.test(raw) ? Number(raw) + 1 : NaN;
  if (index >= 1 && index <= of) return { index, of };
  throw new InputError(
    `--shard ${text}: ${name} is ${raw}, but ${of} shards are counted from 0 to ${of - 1}, for example --array=0-${of - 1}.`,
  );
}

export interface ShardRunSettings {
  readonly folder: string;
  readonly file: string;
  readonly share: Share;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** What became of it as a document on stdout. */
  readonly isJson: boolean;
}

/** Runs one shard, and says what became of it. @returns the exit code */
export async function searchShard(study: Study, settings: ShardRunSettings): Promise<number> {
  const { share, folder, signal } = settings;
  const name = `${study.name}, shard ${share.index} of ${share.of}`;
  let bar: ReturnType<typeof startBar> | null = null;
  let seen = 0;
  try {
    const run = await runShard(study, {
      ...settings,
      onProgress: (done, total) => {
        bar ??= startBar(total, "of the shard");
        for (; seen < done; seen += 1) bar.step();
      },
    });
    bar = ended(bar);
    if (settings.isJson) {
      const { folder: own, unit, total, keptCount } = run;
      printJson({ study: study.name, ...share, unit, total, kept: keptCount, folder: own });
      return EXIT_DONE;
    }
    const kept = run.keptCount === 0 ? "" : `, ${run.keptCount} of them from before`;
    toStdout(`${name}: ${run.total} ${run.unit}${kept}, in ${run.folder}\n`);
    return EXIT_DONE;
  } catch (error) {
    bar = ended(bar);
    if (!signal.aborted) throw error;
    toStderr(`\n${name} was interrupted. Run it again: it goes on in ${folder}.\n`);
    return EXIT_INTERRUPTED;
  }
}

function ended(bar: ReturnType<typeof startBar> | null): null {
  bar?.stop();
  return null;
}
