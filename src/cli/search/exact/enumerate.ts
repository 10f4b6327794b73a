import {
  addSecondLooks,
  mergeExact,
  type ExactDesign,
  type ExactResult,
  type SecondLookResult,
} from "../../../search/index.ts";
import { createFarm, type TaskResult } from "../../../worker/index.ts";
import type { ExactAnswer, ExactContext, ExactTask } from "./tasks.ts";

const WORKER_FILE = new URL("./worker.js", import.meta.url);
const HEAP_MEGABYTES = 4096;
/** Hardware points a task: some tens of milliseconds. */
const POINTS_PER_TASK = 4;

export interface Enumeration {
  readonly result: ExactResult;
  /** GEMMs simulated, by look. */
  readonly simulationCounts: readonly [number, number];
  readonly second: SecondLookResult & { readonly hardwareCount: number };
}

/** Enumerates a study on worker threads. The same result for any number of them. @throws the signal's reason */
export async function enumerateOnWorkers(
  context: ExactContext,
  workers: number,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Enumeration> {
  const { objectives, request } = context;
  const hardwareCount = request.hardware.length;
  const farm = createFarm<ExactTask, ExactAnswer>({
    workerFile: WORKER_FILE,
    workers: Math.min(workers, Math.ceil(hardwareCount / POINTS_PER_TASK)),
    workerData: context,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  const run = async (tasks: readonly ExactTask[], done: (answer: ExactAnswer) => void): Promise<ExactAnswer[]> => {
    const onResult = (_: number, result: TaskResult<ExactAnswer>): void => done(valueOf(result));
    return (await farm.run(tasks, { signal, chunkSize: 1, onResult })).map(valueOf);
  };
  try {
    let done = 0;
    const starts = Array.from({ length: Math.ceil(hardwareCount / POINTS_PER_TASK) }, (_, i) => i * POINTS_PER_TASK);
    const first = await run(
      starts.map((from) => ({ kind: "first", range: [from, Math.min(from + POINTS_PER_TASK, hardwareCount)] })),
      () => onProgress(Math.min((done += POINTS_PER_TASK), hardwareCount)),
    );
    const parts = first.map(({ part }) => part!);
    const merged = mergeExact(parts, objectives);
    const looks = parts.flatMap(({ secondLooks }) => secondLooks);
    const tasks = looks.map((look): ExactTask => ({ kind: "second", looks: [look], front: slim(merged.front) }));
    const second = await run(tasks, () => undefined);
    const results = second.map((answer) => answer.second!);
    const count = (of: (look: SecondLookResult) => number): number => results.reduce((sum, each) => sum + of(each), 0);
    return {
      result: addSecondLooks(merged, results, objectives),
      simulationCounts: [simulations(first), simulations(second)],
      second: {
        designCount: count((each) => each.designCount),
        feasibleCount: count((each) => each.feasibleCount),
        hardwareCount: results.filter(({ designCount }) => designCount > 0).length,
        found: results.flatMap(({ found }) => found),
      },
    };
  } finally {
    if (!signal.aborted) await farm.destroy();
  }
}

/** One design of each value: equal ones rule out the same. */
function slim(front: readonly ExactDesign[]): readonly ExactDesign[] {
  return front.filter(({ values }, i) => i === 0 || values.some((value, k) => value !== front[i - 1]!.values[k]));
}

function simulations(answers: readonly ExactAnswer[]): number {
  return answers.reduce((sum, { simulationCount }) => sum + simulationCount, 0);
}

/** Workers turn what a design can do wrong into values; what they throw is a bug. */
function valueOf<Value>(result: TaskResult<Value>): Value {
  if (result.ok) return result.value;
  throw new Error(`a worker failed (${result.code}): ${result.message}`);
}
