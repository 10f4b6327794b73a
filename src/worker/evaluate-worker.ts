import { workerData } from "node:worker_threads";
import type { DesignContext, DesignResult, DesignTask } from "./design.ts";
import { createDesignEvaluator } from "./evaluate-design.ts";
import { serveTasks } from "./serve.ts";

/** The study's specs come once; tasks are points only. */
const context = workerData as DesignContext;
const evaluator = createDesignEvaluator(context);

/** Entry that the farm calls. */
export const runTasks = serveTasks<DesignTask, DesignResult>(evaluator.answer);
