import { workerData } from "node:worker_threads";
import { createDecomposition } from "../../evaluate/index.ts";
import { createExactEnumerator, type ExactPart } from "../../search/index.ts";
import { serveTasks } from "../../worker/index.ts";
import { packDesigns } from "./shared.ts";
import { enumerationOptions, type ExactAnswer, type ExactContext, type ExactTask, type PackedPart } from "./tasks.ts";

function packed(part: ExactPart): PackedPart {
  return { ...part, front: packDesigns(part.front) };
}

const context = workerData as ExactContext;
const decomposition = createDecomposition(context.request);
const enumerator = createExactEnumerator(decomposition, enumerationOptions(context));
let round = -1;

/** Entry that the farm calls. What comes of a task depends on the task alone, whichever worker has it. */
export const runTasks = serveTasks<ExactTask, ExactAnswer>(async (task) => {
  if (task.round !== round) enumerator.learn(task.known);
  round = task.round;
  const before = decomposition.simulationCount;
  const part = task.kind === "first" ? packed(await enumerator.run({ points: task.points })) : null;
  const second = task.kind === "second" ? await enumerator.lookAgain([task.look]) : null;
  return { part, second, simulationCount: decomposition.simulationCount - before };
});
