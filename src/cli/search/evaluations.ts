import type { EvaluateBatch, Outcome } from "../../search/index.ts";
import type { ModelSpec } from "../../spec/index.ts";
import { InputError } from "../failure.ts";
import type { CommandAccuracy } from "./command-accuracy.ts";
import { withoutAccuracy } from "./failed-accuracy.ts";
import {
  brokenLimit,
  createFarm,
  outcomeOfBroken,
  detailWith,
  outcomeWith,
  type DesignContext,
  type DesignDetail,
  type DesignPoint,
  type DesignResult,
  type DesignTask,
  type TaskResult,
} from "../../worker/index.ts";

const WORKER_FILE = new URL("../../worker/evaluate-worker.js", import.meta.url);
const HEAP_MEGABYTES = 2048;
/** A message that takes longer than this has hung: its worker is replaced, and its designs are repeated one by one. */
const HUNG_MS = 600_000;

/** What tests exchange in a farm. */
export interface FarmSettings {
  readonly workerFile?: URL;
  readonly hungMs?: number;
}

/** The designs of one study, evaluated on worker threads. */
export interface DesignFarm {
  readonly evaluateBatch: EvaluateBatch;
  /** Null: the design has no evaluation. */
  details(points: readonly DesignPoint[], signal: AbortSignal): Promise<readonly (DesignDetail | null)[]>;
  /** Trials evaluated so far by each worker, details left out. */
  trialCounts(): readonly number[];
  /** Workers that died or hung so far. */
  readonly crashCount: number;
  destroy(): Promise<void>;
}

/** Accuracy that does not come from the workers, and the models that it is asked of. */
export interface OwnAccuracy {
  readonly accuracy: CommandAccuracy;
  modelOf(point: DesignPoint): ModelSpec;
}

/** @param own null: the workers know the accuracy themselves */
export function createDesignFarm(
  context: DesignContext,
  workers: number,
  own: OwnAccuracy | null = null,
  { workerFile = WORKER_FILE, hungMs: timeoutMs = HUNG_MS }: FarmSettings = {},
): DesignFarm {
  const farm = createFarm<DesignTask, DesignResult | null>({
    workerFile,
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
        const outcomes = new Array<Promise<Outcome>>(points.length);
        const onResult = (position: number, result: TaskResult<DesignResult | null>): void => {
          const outcome =
            own === null ? (valueOf(result) as Outcome) : withinLimits(valueOf(result) as Outcome, context);
          if (own === null || outcome.kind === "infeasible") {
            report(position, outcome);
            outcomes[position] = Promise.resolve(outcome);
            return;
          }
          const completed = completedBy(own, points[position]!, outcome);
          outcomes[position] = completed.then((whole) => {
            // What has no accuracy this time is stored with the batch only, so that a run that is stopped asks again.
            if (whole.kind === "evaluated") report(position, whole);
            return whole;
          });
          outcomes[position].catch(() => undefined);
        };
        await farm.run(tasks, { signal, timeoutMs, onResult });
        return Promise.all(outcomes);
      }),
    details: async (points, signal) => {
      const results = await farm.run(
        points.map((point): DesignTask => ({ want: "detail", point })),
        { signal, timeoutMs },
      );
      const details = results.map((result) => valueOf(result) as DesignDetail | null);
      if (own === null) return details;
      return Promise.all(details.map((detail, i) => detailBy(own, points[i]!, detail)));
    },
    trialCounts: () => [...counts.values()],
    get crashCount() {
      return farm.crashCount;
    },
    destroy: () => farm.destroy(),
  };
}

/** A design that breaks a limit by what its hardware does is not worth an accuracy that costs minutes. */
function withinLimits(outcome: Outcome, { limits }: DesignContext): Outcome {
  const broken = outcome.kind === "evaluated" ? brokenLimit(limits, outcome.metrics) : null;
  return broken === null ? outcome : outcomeOfBroken(broken);
}

async function completedBy({ accuracy, modelOf }: OwnAccuracy, point: DesignPoint, outcome: Outcome): Promise<Outcome> {
  const answer = await accuracy.of(modelOf(point));
  if (!("refusal" in answer)) return outcomeWith(outcome, answer);
  return withoutAccuracy(answer.refusal);
}

async function detailBy(
  { accuracy, modelOf }: OwnAccuracy,
  point: DesignPoint,
  detail: DesignDetail | null,
): Promise<DesignDetail | null> {
  if (detail === null) return null;
  const answer = await accuracy.of(modelOf(point));
  return "refusal" in answer ? null : detailWith(detail, answer);
}

/** Workers turn what a design can do wrong into outcomes; what they throw is a bug, but for memory that they do not get. */
function valueOf<Value>(result: TaskResult<Value>): Value {
  if (result.ok) return result.value;
  if (result.code === "sim/no-memory") throw new InputError(result.message);
  throw new Error(`a worker failed (${result.code}): ${result.message}`);
}
