import { availableParallelism } from "node:os";
import {
  createFarm,
  createSweepEvaluator,
  type SweepCell,
  type SweepTask,
  type TaskResult,
} from "../../worker/index.ts";
import { InputError } from "../../errors/index.ts";
import { bundledWorker } from "../../package-root.ts";
import { startBar, type ProgressBar } from "../progress-bar.ts";
import type { SweepPlan } from "./plan.ts";

const WORKER_FILE = bundledWorker("worker/sweep-worker.js");
/** Processor time of cells on the main thread from which it is judged what the others will take, ms. */
const LOOK_MS = 500;
/** What is left then must be worth threads, ms: one takes some 500 ms of processor time to load and to warm up. */
const WORTH_THREADS_MS = 4000;
/** Work that a thread should have at least, ms. */
const THREAD_MS = 2000;

/**
 * Evaluates every cell: a short sweep on the main thread, a long one on worker threads. No cell depends on which.
 *
 * @param workers threads; null: as many as pay, at most one for each core
 * @returns       one cell per task of the plan, in its order
 * @throws        the signal's reason
 */
export async function runSweep(
  plan: SweepPlan,
  workers: number | null,
  signal: AbortSignal,
): Promise<readonly SweepCell[]> {
  const { cells, context } = plan;
  const bar = startBar(cells.length, "cells");
  try {
    const { done, leftMs } = await runHere(plan, workers, bar, signal);
    if (done.length === cells.length) return done;
    const most = workers ?? Math.min(availableParallelism(), Math.ceil(leftMs / THREAD_MS));
    const farm = createFarm<SweepTask, SweepCell>({ workerFile: WORKER_FILE, workers: most, workerData: context });
    try {
      const results = await farm.run(cells.slice(done.length), { signal, onResult: () => bar.step() });
      return [...done, ...results.map(cellOf)];
    } finally {
      await farm.destroy();
    }
  } finally {
    bar.stop();
  }
}

/** Cells evaluated on this thread, the first ones or all, and how long the others will take. */
async function runHere(
  { cells, context }: SweepPlan,
  workers: number | null,
  bar: ProgressBar,
  signal: AbortSignal,
): Promise<{ readonly done: readonly SweepCell[]; readonly leftMs: number }> {
  const done: SweepCell[] = [];
  if (workers !== null && workers > 1) return { done, leftMs: Infinity };
  const canLeave = workers === null && availableParallelism() > 1;
  const evaluate = createSweepEvaluator(context);
  const started = process.cpuUsage();
  for (const cell of cells) {
    done.push(evaluate(cell));
    bar.step();
    if (!bar.isDue()) continue;
    // Signals and the screen are looked at now and then.
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    const { user, system } = process.cpuUsage(started);
    const spent = (user + system) / 1000;
    const leftMs = (spent / done.length) * (cells.length - done.length);
    if (canLeave && spent > LOOK_MS && leftMs > WORTH_THREADS_MS) return { done, leftMs };
  }
  return { done, leftMs: 0 };
}

function cellOf(result: TaskResult<SweepCell>): SweepCell {
  if (result.ok) return result.value;
  if (result.code === "sim/no-memory") throw new InputError(result.message);
  throw new Error(`a worker failed (${result.code}): ${result.message}`);
}
