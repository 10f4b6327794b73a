import type { EvaluateBatch, Outcome } from "../../search/index.ts";
import {
  createFarm,
  type DesignContext,
  type DesignDetail,
  type DesignPoint,
  type DesignResult,
  type DesignTask,
  type TaskResult,
} from "../../worker/index.ts";

const WORKER_FILE = new URL("../../worker/evaluate-worker.js", import.meta.url);
const HEAP_MEGABYTES = 2048;

/** The designs of one study, evaluated on worker threads. */
export interface DesignFarm {
  readonly evaluateBatch: EvaluateBatch;
  /** Null: the design has no evaluation. */
  details(points: readonly DesignPoint[], signal: AbortSignal): Promise<readonly (DesignDetail | null)[]>;
  /** Trials evaluated so far by each worker, details left out. */
  trialCounts(): readonly number[];
  destroy(): Promise<void>;
}

export function createDesignFarm(context: DesignContext, workers: number): DesignFarm {
  const farm = createFarm<DesignTask, DesignResult | null>({
    workerFile: WORKER_FILE,
    workers,
    workerData: context,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  let counts = new Map<number, number>();
  const outcomesOnly = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    const before = farm.taskCounts();
    const result = await run();
    counts = new Map(counts);
    for (const [id, count] of farm.taskCounts()) {
      counts.set(id, (counts.get(id) ?? 0) + count - (before.get(id) ?? 0));
    }
    return result;
  };
  return {
    evaluateBatch: (points, _first, { signal, report }) =>
      outcomesOnly(async () => {
        const tasks = points.map((point): DesignTask => ({ want: "outcome", point }));
        const onResult = (position: number, result: TaskResult<DesignResult | null>): void =>
          report(position, valueOf(result) as Outcome);
        const results = await farm.run(tasks, { signal, onResult });
        return results.map((result) => valueOf(result) as Outcome);
      }),
    details: async (points, signal) => {
      const results = await farm.run(
        points.map((point): DesignTask => ({ want: "detail", point })),
        { signal },
      );
      return results.map((result) => valueOf(result) as DesignDetail | null);
    },
    trialCounts: () => [...counts.values()],
    destroy: () => farm.destroy(),
  };
}

/** Workers turn what a design can do wrong into outcomes; what they throw is a bug. */
function valueOf<Value>(result: TaskResult<Value>): Value {
  if (result.ok) return result.value;
  throw new Error(`a worker failed (${result.code}): ${result.message}`);
}
