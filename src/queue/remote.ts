import { setImmediate, setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { CommandFailure } from "../accuracy/index.ts";
import type { Point } from "../search/index.ts";
import type { ModelSpec, Study } from "../spec/index.ts";
import { readAnswer, type Answer, type RemoteAccuracy } from "../study/index.ts";
import { openQueuePackages, type QueueServer } from "./connection.ts";
import { announce } from "./announce.ts";
import { JOB_NAME, jobId, jobOf, PREFIX, queuedStudy, queueOf, type AccuracyJob } from "./job.ts";

/** Jobs that are put into the queue at a time; others wait here. */
const MOST_JOBS = 256;
/** How often the queue is looked at, ms: answers cost minutes. */
const LOOK_MS = 200;
/** How long answers are kept on the server, s: a search that is resumed finds what came meanwhile. */
const KEPT_SECONDS = 7 * 86_400;

interface Pending {
  readonly job: AccuracyJob;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Accuracies from workers on other machines. A job is put into the queue again where the server has lost it, and an answer is taken
 * whenever it comes, so that neither a worker nor the server has to live on; answers come by the digest of a model, each at least
 * once and taken once.
 *
 * @param onNote what a person should know
 * @throws InputError without the packages or the server
 */
export async function createRemoteAccuracy(
  study: Study,
  server: QueueServer,
  onNote: (note: string) => void,
): Promise<RemoteAccuracy> {
  const packages = await openQueuePackages(server);
  const queued = queuedStudy(study);
  const connection = packages.connect();
  const queue = new packages.bullmq.Queue(queueOf(queued), { connection, prefix: PREFIX });
  queue.on("error", () => undefined);
  const announced = announce(connection, queued);
  const pending = new Map<string, Pending>();
  const waiting: (() => void)[] = [];
  const stop = new AbortController();

  /** Looks at one job; makes it where it is not there. */
  const look = async (id: string, { job, resolve, reject }: Pending): Promise<boolean> => {
    const found = await queue.getJob(id);
    if (found === undefined) {
      await queue.add(JOB_NAME, job, { jobId: id, attempts: 1, removeOnComplete: { age: KEPT_SECONDS } });
      return false;
    }
    if (found.name !== JOB_NAME || !isDeepStrictEqual(found.data, job)) {
      onNote(`The queue held another job in the place of ${id}. It was taken out.`);
      await found.remove();
      return false;
    }
    // The end is in what was read, with the answer: asked for by itself, it may have come since, and an answer that is not there yet is none.
    if (typeof found.finishedOn !== "number") return false;
    if (typeof found.failedReason === "string") {
      await found.remove();
      reject(failureOf(found.failedReason));
      return true;
    }
    const answer = checkedAnswer(found.returnvalue, study);
    if (answer === null) reject(new CommandFailure("accuracy/command-bad-reply", "a worker's answer is none"));
    else resolve(answer);
    // It is kept by the run before it is taken out here.
    await setImmediate();
    await found.remove();
    return true;
  };
  const watch = async (): Promise<void> => {
    let isAway = false;
    while (!stop.signal.aborted) {
      for (const [id, each] of pending) {
        try {
          const isOver = await look(id, each);
          if (isOver) pending.delete(id);
          isAway = false;
        } catch (error) {
          if (stop.signal.aborted) return;
          if (!isAway) onNote(`The queue does not answer; it is waited for. ${messageOf(error)}`);
          isAway = true;
          break;
        }
      }
      while (pending.size < MOST_JOBS && waiting.length > 0) waiting.shift()!();
      await delay(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    evaluate: (model: ModelSpec, point: Point, fidelity?: number) => {
      const job = jobOf(queued, model, point, fidelity);
      return new Promise<Answer>((resolve, reject) => {
        const enter = (): void => void pending.set(jobId(job), { job, resolve, reject });
        if (pending.size < MOST_JOBS) enter();
        else waiting.push(enter);
      });
    },
    close: async () => {
      stop.abort();
      announced.stop();
      // What waits for a server that is away would wait for ever.
      connection.disconnect();
      await watching;
      await queue.close().catch(() => undefined);
    },
  };
}

/** As the command's own reply is checked; null: it is none. */
function checkedAnswer(value: unknown, { accuracy }: Study): Answer | null {
  const answer = readAnswer(JSON.stringify(value) ?? "");
  if (answer === null || "refusal" in answer) return answer;
  const { accuracy: share, low, high, metric } = answer;
  return low <= share && share <= high && metric === accuracy?.metric ? answer : null;
}

const CODES = ["accuracy/command-ended", "accuracy/command-timeout", "accuracy/command-line-too-long"] as const;

/** A worker says the code of a failure before its message. */
function failureOf(reason: string): CommandFailure {
  const code = CODES.find((each) => reason.startsWith(`${each}: `)) ?? "accuracy/command-bad-reply";
  return new CommandFailure(code, reason.replace(/^accuracy\/[a-z-]+: /, ""));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
