import { workerData } from "node:worker_threads";
import type { DesignContext, DesignTask } from "./design.ts";
import { createDesignEvaluator } from "./evaluate-design.ts";
import { sentResult, type SentResult } from "./sent-design.ts";
import { serveTasks } from "./serve.ts";

/** The study's specs come once; tasks are points only. */
const context = workerData as DesignContext;
const evaluator = createDesignEvaluator(context);

/** Entry that the farm calls. */
export const runTasks = serveTasks<DesignTask, SentResult>((task) => sentResult(evaluator.answer(task)));
