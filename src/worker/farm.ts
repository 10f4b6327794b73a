import { Piscina } from "piscina";
import { FarmError } from "./errors.ts";
import { createPace } from "./pace.ts";
import { HANDLER_NAME, type ChunkResult, type TaskResult } from "./protocol.ts";

export interface FarmOptions {
  /** JavaScript module that exports `runTasks`, see serve.ts. */
  readonly workerFile: URL;
  /** Threads, ≥ 1. */
  readonly workers: number;
  /** Handed to each worker once, as `workerData` of node:worker_threads. */
  readonly workerData?: unknown;
  /** Heap limits of a worker. A worker that exceeds them is replaced. */
  readonly resourceLimits?: {
    readonly maxOldGenerationSizeMb?: number;
    readonly maxYoungGenerationSizeMb?: number;
    readonly stackSizeMb?: number;
  };
  /** Chunks under way or queued per worker, ≥ 1. Default 2. */
  readonly window?: number;
}

export interface RunOptions<Result> {
  readonly signal?: AbortSignal;
  /** Tasks per message to a worker. Default: what takes 4 to 250 ms, see pace.ts. No result depends on it. */
  readonly chunkSize?: number;
  /** A worker that needs longer for a chunk counts as crashed. Default: no limit. */
  readonly timeoutMs?: number;
  /** Called for each task as it is done, in any order. */
  readonly onResult?: (position: number, result: TaskResult<Result>) => void;
}

/**
 * A pool of worker threads. A worker that dies (exit, heap limit, uncaught error, timeout) is replaced and its tasks
 * are run again, each on its own; a task that kills its worker a second time gets the result `worker/crashed`.
 */
export interface Farm<Task, Result> {
  /**
   * Results in the order of the tasks.
   * @throws the signal's reason when it aborts; workers that were busy are stopped
   * @throws FarmError when no worker can run
   */
  run(tasks: readonly Task[], options?: RunOptions<Result>): Promise<readonly TaskResult<Result>[]>;
  /** Tasks done so far by each worker, keyed by its thread id. */
  taskCounts(): ReadonlyMap<number, number>;
  /** Crashed chunks so far, repeated ones included. */
  readonly crashCount: number;
  /** Stops all workers now; runs under way are rejected. */
  destroy(): Promise<void>;
}

/**
 * Runs what a signal stops, and a limit of time too. A timer of its own holds the limit: AbortSignal.timeout that only AbortSignal.any refers to may be
 * collected as garbage before it fires (Node 20), and what hangs would hang for ever.
 */
async function within<Result>(
  timeoutMs: number | undefined,
  signal: AbortSignal,
  work: (stop: AbortSignal) => Promise<Result>,
): Promise<Result> {
  if (timeoutMs === undefined) return work(signal);
  signal.throwIfAborted();
  const stop = new AbortController();
  const forward = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", forward, { once: true });
  const timer = setTimeout(() => stop.abort(new DOMException("it takes too long", "TimeoutError")), timeoutMs);
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", forward);
  }
}

export function createFarm<Task, Result>(options: FarmOptions): Farm<Task, Result> {
  const { workers, window = 2 } = options;
  if (!Number.isSafeInteger(workers) || workers < 1)
    throw new RangeError(`workers: ${workers} is not a whole number ≥ 1`);
  const pool = new Piscina<readonly Task[], ChunkResult<Result>>({
    filename: options.workerFile.href,
    name: HANDLER_NAME,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    recordTiming: false,
    ...(options.workerData === undefined ? {} : { workerData: options.workerData }),
    ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
  });
  const counts = new Map<number, number>();
  const broken = new AbortController();
  const pace = createPace(workers);
  let crashCount = 0;
  let hasWorked = false;

  const breakDown = (cause: unknown): void => {
    const message = `no worker can be started: ${cause instanceof Error ? cause.message : String(cause)}`;
    broken.abort(new FarmError("worker/cannot-start", message, cause));
  };
  // An error while no task runs. Of a pool that has worked: a stray one, the worker is being replaced, unless none
  // comes back. Of one that has not: the worker file does not load.
  pool.on("error", (cause) => {
    if (pool.threads.length > 0) return;
    if (hasWorked) setTimeout(() => pool.threads.length === 0 && breakDown(cause), 5000).unref();
    else breakDown(cause);
  });

  const attempt = async (
    tasks: readonly Task[],
    signal: AbortSignal,
    timeoutMs: number | undefined,
  ): Promise<readonly TaskResult<Result>[]> => {
    const { threadId, milliseconds, results } = await within(timeoutMs, signal, (stop) =>
      pool.run(tasks, { signal: stop }),
    );
    if (results.length !== tasks.length)
      throw new FarmError("worker/bad-reply", `${results.length} results for ${tasks.length} tasks`);
    hasWorked = true;
    pace.note(tasks.length, milliseconds);
    counts.set(threadId, (counts.get(threadId) ?? 0) + tasks.length);
    return results;
  };
  const runChunk = async (
    tasks: readonly Task[],
    signal: AbortSignal,
    timeoutMs: number | undefined,
  ): Promise<readonly TaskResult<Result>[]> => {
    try {
      return await attempt(tasks, signal, timeoutMs);
    } catch (error) {
      if (signal.aborted || error instanceof FarmError) throw error;
      crashCount += 1;
    }
    const results: TaskResult<Result>[] = [];
    for (const task of tasks) {
      try {
        results.push(...(await attempt([task], signal, timeoutMs)));
      } catch (error) {
        if (signal.aborted || error instanceof FarmError) throw error;
        crashCount += 1;
        results.push({
          ok: false,
          code: "worker/crashed",
          message: error instanceof Error ? error.message : String(error),
        });
      }
    }
    return results;
  };

  const run: Farm<Task, Result>["run"] = async (tasks, runOptions = {}) => {
    const { chunkSize, timeoutMs, onResult } = runOptions;
    const failed = new AbortController();
    const signals = [broken.signal, failed.signal, ...(runOptions.signal === undefined ? [] : [runOptions.signal])];
    const signal = AbortSignal.any(signals);
    const results = new Array<TaskResult<Result>>(tasks.length);
    let next = 0;
    const drain = async (): Promise<void> => {
      while (next < tasks.length) {
        signal.throwIfAborted();
        const first = next;
        next += chunkSize ?? pace.next(tasks.length - first);
        const done = await runChunk(tasks.slice(first, next), signal, timeoutMs);
        done.forEach((result, i) => {
          results[first + i] = result;
          onResult?.(first + i, result);
        });
      }
    };
    // With a time limit nothing may wait in a queue, where its clock would run.
    const lanes = timeoutMs === undefined ? workers * window : workers;
    try {
      await Promise.all(Array.from({ length: lanes }, drain));
    } catch (error) {
      failed.abort(error);
      // Piscina's own abort error hides why; the reason of the signal that fired first says it.
      throw signals.find((s) => s.aborted && s !== failed.signal)?.reason ?? error;
    }
    return results;
  };

  return {
    run,
    taskCounts: () => new Map(counts),
    get crashCount() {
      return crashCount;
    },
    destroy: async () => {
      broken.abort(new FarmError("worker/closed", "the farm was closed"));
      await pool.destroy();
    },
  };
}
