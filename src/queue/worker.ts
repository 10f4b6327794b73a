import { CommandFailure } from "../accuracy/index.ts";
import { InputError } from "../errors/index.ts";
import type { Study } from "../spec/index.ts";
import { answerOf, commandOf, type Answer } from "../study/index.ts";
import { createDesignEvaluator, designContext } from "../worker/index.ts";
import { misfitOf } from "./announce.ts";
import { openQueuePackages, type QueueServer } from "./connection.ts";
import { JOB_NAME, modelOfJob, PREFIX, queuedStudy, queueOf } from "./job.ts";

export interface QueueWorkerOptions {
  readonly signal: AbortSignal;
  /** How long a job stays with a worker that says nothing, ms: after this another one takes it. */
  readonly leaseMs: number;
  /** End after so long without a job, ms; null: never. */
  readonly idleMs: number | null;
  /** What became of a job, also in words. */
  readonly onJob: (what: keyof WorkerCounts, note: string) => void;
}

/** Jobs by what became of them: answered (a refusal by the command is an answer), failed, refused as no jobs of the study. */
export interface WorkerCounts {
  readonly answered: number;
  readonly failed: number;
  readonly refused: number;
}

/** A job that was taken from a dead worker goes to the next, however often. */
const MOST_STALLS = 1_000_000;
const LOOK_MS = 200;

/**
 * Answers jobs of a study's queue with the study's own command, until the signal aborts. The command runs as a process of its own, so that the
 * lease is renewed meanwhile.
 *
 * @throws InputError for a study without a command, without the packages or the server, and where the search that waits is another one
 */
export async function runQueueWorker(
  study: Study,
  server: QueueServer,
  { signal, leaseMs, idleMs, onJob }: QueueWorkerOptions,
): Promise<WorkerCounts> {
  const command = study.accuracy === null ? null : commandOf(study.accuracy);
  if (command === null || study.accuracy === null)
    throw new InputError(`${study.name} has no accuracy command: there is nothing for a worker to do.`);
  const packages = await openQueuePackages(server);
  const queued = queuedStudy(study);
  const connection = packages.connect();
  const counts = { answered: 0, failed: 0, refused: 0 };
  const { Worker, UnrecoverableError } = packages.bullmq;
  const { specsOf } = createDesignEvaluator(designContext(study));
  let active = 0;
  let lastWork = performance.now();

  const answer = async (name: string, data: unknown): Promise<Answer> => {
    const asked =
      name === JOB_NAME ? modelOfJob(data, queued, study, (point) => specsOf(point).model) : "it is no job of ecotile";
    if (typeof asked === "string") {
      counts.refused += 1;
      onJob("refused", `A job was refused: ${asked}.`);
      throw new UnrecoverableError(`queue/refused: ${asked}`);
    }
    try {
      const found = await answerOf(command, asked.model, asked.fidelity);
      counts.answered += 1;
      onJob("answered", "refusal" in found ? `refused by the command: ${found.refusal}` : `accuracy ${found.accuracy}`);
      return found;
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      counts.failed += 1;
      onJob("failed", `The command failed: ${error.message}`);
      throw new UnrecoverableError(`${error.code}: ${error.message}`);
    }
  };

  try {
    const misfit = await misfitOf(connection, queued);
    if (misfit !== null)
      throw new InputError(
        `The search of ${study.name} that waits at ${server.shown} is not for this worker: it has ${misfit}.`,
      );
    const worker = new Worker(
      queueOf(queued),
      async ({ name, data }) => {
        active += 1;
        try {
          return await answer(name, data);
        } finally {
          active -= 1;
          lastWork = performance.now();
        }
      },
      {
        ...{ connection, prefix: PREFIX, concurrency: study.accuracy.parallel, maxStalledCount: MOST_STALLS },
        ...{ lockDuration: leaseMs, stalledInterval: leaseMs },
      },
    );
    worker.on("error", () => undefined);
    await new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (idleMs !== null && active === 0 && performance.now() - lastWork > idleMs) finish();
      }, LOOK_MS);
      const finish = (): void => {
        clearInterval(look);
        resolve();
      };
      if (signal.aborted) finish();
      else signal.addEventListener("abort", finish, { once: true });
    });
    // A job that is cut off here goes to another worker when its lease is over.
    await command.close();
    await worker.close(true).catch(() => undefined);
    return counts;
  } finally {
    await command.close();
    connection.disconnect();
  }
}
