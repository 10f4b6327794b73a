import { threadId } from "node:worker_threads";
import type { ChunkResult, TaskResult } from "./protocol.ts";

/**
 * Makes the handler that a worker file must export as `runTasks`: runs tasks one after the other and turns what they
 * throw into values.
 *
 * @param recover called after a task threw, for example to make a new instance of a WebAssembly module that trapped
 */
export function serveTasks<Task, Result>(
  run: (task: Task) => Result | Promise<Result>,
  recover: (error: unknown) => void | Promise<void> = () => undefined,
): (tasks: readonly Task[]) => Promise<ChunkResult<Result>> {
  return async (tasks) => {
    const started = performance.now();
    const results: TaskResult<Result>[] = [];
    for (const task of tasks) {
      try {
        results.push({ ok: true, value: await run(task) });
      } catch (error) {
        results.push({ ok: false, ...describe(error) });
        await recover(error);
      }
    }
    return { threadId, milliseconds: performance.now() - started, results };
  };
}

function describe(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: "worker/failed", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "worker/failed";
  return { code, message: error.message };
}
