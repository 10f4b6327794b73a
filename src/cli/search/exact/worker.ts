import { workerData } from "node:worker_threads";
import { createDecomposition } from "../../../evaluate/index.ts";
import { createExactEnumerator } from "../../../search/index.ts";
import { serveTasks } from "../../../worker/index.ts";
import { enumerationOptions, type ExactAnswer, type ExactContext, type ExactTask } from "./tasks.ts";

const context = workerData as ExactContext;
const decomposition = createDecomposition(context.request);
const enumerator = createExactEnumerator(decomposition, enumerationOptions(context));

/** Entry that the farm calls. Designs that this worker has found rule out later ones; the merged front is the same. */
export const runTasks = serveTasks<ExactTask, ExactAnswer>(async (task) => {
  const before = decomposition.simulationCount;
  const part = task.kind === "first" ? await enumerator.run({ range: task.range }) : null;
  const second = task.kind === "second" ? await enumerator.lookAgain(task.looks, task.front) : null;
  return { part, second, simulationCount: decomposition.simulationCount - before };
});
