import { workerData } from "node:worker_threads";
import { serveTasks } from "./serve.ts";
import { createSweepEvaluator, type SweepCell, type SweepContext, type SweepTask } from "./sweep.ts";

/** Entry that the farm of a sweep calls; models and chips come once, tasks are places and settings. */
export const runTasks = serveTasks<SweepTask, SweepCell>(createSweepEvaluator(workerData as SweepContext));
