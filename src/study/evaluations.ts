import type { EvaluateBatch, Outcome } from "../search/index.ts";
import type { ModelSpec } from "../spec/index.ts";
import { InputError } from "../errors/index.ts";
import { bundledWorker } from "../package-root.ts";
import type { CommandAccuracy } from "./command-accuracy.ts";
import type { DetailKeeper } from "./detail-keeper.ts";
import { withoutAccuracy } from "./failed-accuracy.ts";
import { detailWithOwnMetrics, withOwnMetrics, type OwnMetrics } from "./own-metrics.ts";
import {
  brokenLimit,
  createFarm,
  outcomeOfBroken,
  detailWith,
  outcomeWith,
  type DesignContext,
  type DesignDetail,
  type DesignPoint,
  type DesignTask,
  readDetail,
  type SentDetail,
  type SentResult,
  type TaskResult,
} from "../worker/index.ts";

const WORKER_FILE = bundledWorker("worker/evaluate-worker.js");
const HEAP_MEGABYTES = 2048;
/** A message that takes longer than this has hung: its worker is replaced, and its designs are repeated one by one. */
const HUNG_MS = 600_000;

/** What a farm does beside evaluating, and what tests exchange in it. */
export interface FarmSettings {
  readonly workerFile?: URL;
  readonly hungMs?: number;
  /** Keeps the details of designs that may be on the front; left out: none are kept. */
  readonly keeper?: DetailKeeper | null;
  /** Metrics of one's own. */
  readonly metrics?: OwnMetrics;
}

/** The designs of one study, evaluated on worker threads. */
export interface DesignFarm {
  readonly evaluateBatch: EvaluateBatch;
  /** Null: the design has no evaluation. What the evaluation of a trial has left behind is not worked out again. */
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
  { workerFile = WORKER_FILE, hungMs: timeoutMs = HUNG_MS, keeper = null, metrics = {} }: FarmSettings = {},
): DesignFarm {
  const farm = createFarm<DesignTask, SentResult>({
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
        const want = keeper === null ? "outcome" : "both";
        const tasks = points.map((point): DesignTask => ({ want, point }));
        const outcomes = new Array<Outcome | Promise<Outcome>>(points.length);
        const onResult = (position: number, result: TaskResult<SentResult>): void => {
          const point = points[position]!;
          const { outcome: made, detail } = valueOf(result);
          const completed = completedOutcome(own, context, point, made!);
          if (!(completed instanceof Promise)) {
            const whole = withOwnMetrics(completed, metrics);
            report(position, whole);
            keeper?.add(point, whole, detail);
            outcomes[position] = whole;
            return;
          }
          const later = completed.then((estimated) => {
            const whole = withOwnMetrics(estimated, metrics);
            // What has no accuracy this time is stored with the batch only, so that a run that is stopped asks again.
            if (whole.kind === "evaluated") report(position, whole);
            keeper?.add(point, whole, detail);
            return whole;
          });
          later.catch(() => undefined);
          outcomes[position] = later;
        };
        await farm.run(tasks, { signal, timeoutMs, onResult });
        return own === null ? (outcomes as Outcome[]) : Promise.all(outcomes);
      }),
    details: async (points, signal) => {
      const kept = points.map((point) => keeper?.get(point) ?? null);
      const open = points.filter((_, i) => kept[i] === null);
      const results = await farm.run(
        open.map((point): DesignTask => ({ want: "detail", point })),
        { signal, timeoutMs },
      );
      const made = results.map((result) => valueOf(result).detail)[Symbol.iterator]();
      const next = (): DesignDetail | null => {
        const detail = made.next().value as SentDetail | null;
        return detail === null ? null : readDetail(detail);
      };
      const details = kept.map((detail) => detail ?? next());
      const whole =
        own === null ? details : await Promise.all(details.map((detail, i) => detailBy(own, points[i]!, detail)));
      return whole.map((detail) => (detail === null ? null : detailWithOwnMetrics(detail, metrics)));
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
  return broken === null ? outcome : outcomeOfBroken([broken]);
}

/**
 * An outcome with the accuracy that does not come from the workers.
 *
 * @param own null: the workers know it themselves
 */
export function completedOutcome(
  own: OwnAccuracy | null,
  context: DesignContext,
  point: DesignPoint,
  made: Outcome,
): Outcome | Promise<Outcome> {
  if (own === null) return made;
  const outcome = withinLimits(made, context);
  return outcome.kind === "infeasible" ? outcome : completedBy(own, point, outcome);
}

async function completedBy({ accuracy, modelOf }: OwnAccuracy, point: DesignPoint, outcome: Outcome): Promise<Outcome> {
  const answer = await accuracy.of(modelOf(point), point);
  if (!("refusal" in answer)) return outcomeWith(outcome, answer);
  return withoutAccuracy(answer.refusal);
}

async function detailBy(
  { accuracy, modelOf }: OwnAccuracy,
  point: DesignPoint,
  detail: DesignDetail | null,
): Promise<DesignDetail | null> {
  if (detail === null) return null;
  const answer = await accuracy.of(modelOf(point), point);
  return "refusal" in answer ? null : detailWith(detail, answer);
}

/** Workers turn what a design can do wrong into outcomes; what they throw is a bug, but for memory that they do not get. */
function valueOf<Value>(result: TaskResult<Value>): Value {
  if (result.ok) return result.value;
  if (result.code === "sim/no-memory") throw new InputError(result.message);
  throw new Error(`a worker failed (${result.code}): ${result.message}`);
}
