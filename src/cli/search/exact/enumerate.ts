import {
  costsOfFront,
  createExactMerger,
  type ExactDesign,
  type ExactResult,
  type SecondLookResult,
} from "../../../search/index.ts";
import { createFarm, type TaskResult } from "../../../worker/index.ts";
import { shared, unpackDesigns } from "./shared.ts";
import { enumerationOptions, type ExactAnswer, type ExactContext, type ExactTask, type PackedPart } from "./tasks.ts";

const WORKER_FILE = new URL("./worker.js", import.meta.url);
const HEAP_MEGABYTES = 4096;
/** Hardware points a task: some tens to hundreds of milliseconds. */
const POINTS_PER_TASK = 4;
/** A task that takes longer has hung: its worker is replaced, and the task repeated. */
const HUNG_MS = 3_600_000;
/** Each round takes every n-th point that is left, and rules out by the front of the rounds before it. */
const ROUNDS = [32, 8, 1];

export interface Enumeration {
  readonly result: ExactResult;
  /** GEMMs simulated, by look. */
  readonly simulationCounts: readonly [number, number];
  readonly second: SecondLookResult & { readonly hardwareCount: number };
}

export interface EnumerationSettings {
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Enumerate also what cannot be on the front, so that every design is counted under its reason. */
  readonly isCountedInFull: boolean;
  readonly onProgress: (done: number, frontSize: number) => void;
}

/**
 * Enumerates a study on worker threads, in rounds that depend on the study alone: the same result, counts included, for
 * any number of workers.
 *
 * @throws the signal's reason
 */
export async function enumerateOnWorkers(context: ExactContext, settings: EnumerationSettings): Promise<Enumeration> {
  const { objectives, request } = context;
  const { signal } = settings;
  const options = enumerationOptions(context);
  const farm = createFarm<ExactTask, ExactAnswer>({
    workerFile: WORKER_FILE,
    workers: Math.min(settings.workers, Math.ceil(request.hardware.length / POINTS_PER_TASK)),
    workerData: context,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  const run = async (tasks: readonly ExactTask[], done?: (answer: ExactAnswer) => void): Promise<ExactAnswer[]> => {
    const onResult = (_: number, result: TaskResult<ExactAnswer>): void => done?.(valueOf(result));
    return (await farm.run(tasks, { signal, chunkSize: 1, timeoutMs: HUNG_MS, onResult })).map(valueOf);
  };
  try {
    const merger = createExactMerger(objectives);
    let merged = merger.result();
    const answers: ExactAnswer[] = [];
    let done = 0;
    const rounds = settings.isCountedInFull ? [request.hardware.map((_, i) => i)] : roundsOf(request.hardware.length);
    for (const [round, points] of rounds.entries()) {
      const known = shared(costsOfFront(merged.front, options));
      const tasks = chunksOf(points).map((chunk): ExactTask => ({ kind: "first", round, known, points: chunk }));
      const found = await run(tasks, ({ part }) => {
        merger.add({ ...part!, front: unpackDesigns(part!.front) });
        done += countOf(part!);
        settings.onProgress(done, merged.front.length);
      });
      answers.push(...found);
      merged = merger.result();
    }
    const looks = answers.flatMap(({ part }) => part!.secondLooks);
    const last = { round: rounds.length, known: shared(costsOfFront(merged.front, options)) };
    const second = await run(looks.map((look): ExactTask => ({ kind: "second", ...last, look })));
    const results = second.map((answer) => answer.second!);
    results.forEach(merger.addSecondLook);
    return {
      result: results.some(({ found }) => found.length > 0) ? merger.result() : merged,
      simulationCounts: [simulations(answers), simulations(second)],
      second: totalOf(results),
    };
  } finally {
    if (!signal.aborted) await farm.destroy();
  }
}

function roundsOf(count: number): readonly (readonly number[])[] {
  let left = Array.from({ length: count }, (_, i) => i);
  return ROUNDS.map((step) => {
    const taken = left.filter((_, i) => i % step === 0);
    left = left.filter((_, i) => i % step !== 0);
    return taken;
  });
}

function chunksOf(points: readonly number[]): readonly (readonly number[])[] {
  const count = Math.ceil(points.length / POINTS_PER_TASK);
  return Array.from({ length: count }, (_, i) => points.slice(i * POINTS_PER_TASK, (i + 1) * POINTS_PER_TASK));
}

const countOf = ({ points }: PackedPart): number => points.ruledOut + points.bounded + points.enumerated;

function totalOf(results: readonly SecondLookResult[]): Enumeration["second"] {
  const sum = (of: (look: SecondLookResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  return {
    designCount: sum((each) => each.designCount),
    feasibleCount: sum((each) => each.feasibleCount),
    hardwareCount: results.filter(({ designCount }) => designCount > 0).length,
    found: results.flatMap(({ found }): readonly ExactDesign[] => found),
  };
}

function simulations(answers: readonly ExactAnswer[]): number {
  return answers.reduce((sum, { simulationCount }) => sum + simulationCount, 0);
}

/** Workers turn what a design can do wrong into values; what they throw is a bug. */
function valueOf<Value>(result: TaskResult<Value>): Value {
  if (result.ok) return result.value;
  throw new Error(`a worker failed (${result.code}): ${result.message}`);
}
