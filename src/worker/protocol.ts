/** Name of the function that a worker file exports for the farm. */
export const HANDLER_NAME = "runTasks";

/** What became of one task. Failing is a value: only a worker that dies rejects. */
export type TaskResult<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** One message from a worker: the results of a chunk, in the order of its tasks, and who made them. */
export interface ChunkResult<Result> {
  readonly threadId: number;
  /** What the tasks took on the worker. */
  readonly milliseconds: number;
  readonly results: readonly TaskResult<Result>[];
}
