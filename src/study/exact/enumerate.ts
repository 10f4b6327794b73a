import { bundledWorker } from "../../package-root.ts";
import {
  awaited,
  chipBlocks,
  chipBlocksInOneRound,
  costsOfFront,
  createExactMerger,
  secondLookBlock,
  type BlockResult,
  type BlockStore,
  type ChipBlock,
  type ExactDesign,
  type ExactResult,
  type FirstLookBlock,
  type SecondLook,
  type SecondLookBlock,
  type SecondLookResult,
} from "../../search/index.ts";
import { createFarm, type Farm, type TaskResult } from "../../worker/index.ts";
import { shared, unpackDesigns } from "./shared.ts";
import { enumerationOptions, type ExactAnswer, type ExactContext, type ExactTask } from "./tasks.ts";

const WORKER_FILE = bundledWorker("study/exact/worker.js");
const HEAP_MEGABYTES = 4096;
/** A task that takes longer has hung: its worker is replaced, and the task repeated. */
const HUNG_MS = 3_600_000;

export interface Enumeration {
  readonly result: ExactResult;
  /** GEMMs simulated, by look. */
  readonly simulationCounts: readonly [number, number];
  readonly second: SecondLookResult & { readonly hardwareCount: number };
}

/** How far an enumeration is. */
export interface EnumerationProgress {
  /** Chips whose first look is done, and those of them whose block was kept from before. */
  readonly chipCount: number;
  readonly keptCount: number;
  readonly frontSize: number;
  /** What the chips that are done have brought; second looks come last. */
  readonly soFar: () => Enumeration;
}

export interface EnumerationSettings {
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Enumerate also what cannot be on the front, so that every design is counted under its reason. */
  readonly isCountedInFull: boolean;
  /** How many designs two options stand for. */
  readonly times: (a: number, b: number) => number;
  /** Where blocks are kept, and taken from; null: nowhere. */
  readonly blocks: BlockStore | null;
  /**
   * Costs that some design of the space does not exceed, by objective, lower is better: chips that cannot do better are ruled out from the first
   * on. Null: none is known.
   */
  readonly atMost?: readonly number[] | null;
  readonly onProgress: (progress: EnumerationProgress) => void;
}

/**
 * Enumerates a study on worker threads, block by block, in rounds that depend on the study alone: the same result, counts
 * included, for any number of workers, and whatever blocks were kept from before.
 *
 * @throws the signal's reason; what the store throws
 */
export async function enumerateOnWorkers(context: ExactContext, settings: EnumerationSettings): Promise<Enumeration> {
  const { objectives, request } = context;
  const { signal, blocks, isCountedInFull, times, atMost = null } = settings;
  const chipCount = request.hardware.length;
  const options = enumerationOptions(context);
  const rounds = isCountedInFull ? chipBlocksInOneRound(chipCount) : chipBlocks(chipCount);
  const farm = farmOf(context, settings.workers, rounds);
  const run = blockRunner(farm, signal, blocks);
  try {
    const merger = createExactMerger(objectives, times);
    let merged = merger.result();
    const looks = new Map<number, SecondLook>();
    const simulationCounts: [number, number] = [0, 0];
    const done = { chipCount: 0, keptCount: 0 };
    /** What is found rules out more than what was known, once there is something. */
    const costsKnown = ({ front }: ExactResult): Float64Array =>
      front.length === 0 && atMost !== null ? Float64Array.from(atMost) : costsOfFront(front, options);
    const soFar = (): Enumeration => ({ result: merger.result(), simulationCounts, second: totalOf([]) });
    for (const [round, wanted] of rounds.entries()) {
      const known = shared(costsKnown(merged));
      await run(
        wanted,
        ({ chips }): ExactTask => ({ kind: "first", round, known, points: chips }),
        firstLook,
        ({ part, chips, simulationCount }, isKept) => {
          merger.add(part);
          for (const look of part.secondLooks) looks.set(look.hardware, look);
          simulationCounts[0] += simulationCount;
          done.chipCount += chips.length;
          done.keptCount += isKept ? chips.length : 0;
          settings.onProgress({ ...done, frontSize: merged.front.length, soFar });
        },
      );
      merged = merger.result();
    }
    const last = { round: rounds.length, known: shared(costsKnown(merged)) };
    const results: SecondLookResult[] = [];
    await run(
      [...looks.keys()].sort((x, y) => x - y).map((chip) => secondLookBlock(rounds, chip)),
      ({ chips }): ExactTask => ({ kind: "second", ...last, look: looks.get(chips[0]!)! }),
      secondLook,
      ({ second, simulationCount }) => {
        results.push(second);
        simulationCounts[1] += simulationCount;
      },
    );
    results.forEach(merger.addSecondLook);
    return {
      result: results.some(({ found }) => found.length > 0) ? merger.result() : merged,
      simulationCounts,
      second: totalOf(results),
    };
  } finally {
    // After an interruption nobody waits for what the threads still do.
    const end = farm.destroy();
    if (!signal.aborted) await end;
    else end.catch(() => undefined);
  }
}

type BlockFarm = Farm<ExactTask, ExactAnswer>;

function farmOf(context: ExactContext, workers: number, rounds: readonly (readonly ChipBlock[])[]): BlockFarm {
  return createFarm<ExactTask, ExactAnswer>({
    workerFile: WORKER_FILE,
    workers: Math.min(workers, rounds.flat().length),
    workerData: context,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
}

/** Takes what was kept of some blocks, and makes the others; each is handed over, and kept, as soon as it is there. */
function blockRunner(farm: BlockFarm, signal: AbortSignal, blocks: BlockStore | null) {
  return async <Block extends ChipBlock, Result extends BlockResult>(
    wanted: readonly Block[],
    taskOf: (block: Block) => ExactTask,
    resultOf: (block: Block, answer: ExactAnswer) => Result,
    take: (result: Result, isKept: boolean) => void,
  ): Promise<void> => {
    const open: Block[] = [];
    for (const block of wanted) {
      const kept = await blocks?.get(block);
      if (kept === undefined) open.push(block);
      else take(kept as Result, true);
    }
    const pending: Promise<void>[] = [];
    const onResult = (position: number, answer: TaskResult<ExactAnswer>): void => {
      const result = resultOf(open[position]!, valueOf(answer));
      const done = blocks?.put(result);
      if (done instanceof Promise) pending.push(awaited(done));
      take(result, false);
    };
    await farm
      .run(open.map(taskOf), { signal, chunkSize: 1, timeoutMs: HUNG_MS, onResult })
      .finally(() => Promise.all(pending));
  };
}

/** Blocks of others that are looked for, or made, at a time: what they have made meanwhile need not be made twice. */
const BORROWED = 8;

/**
 * Enumerates a share of the first looks. What a block brings depends on the front of the rounds before, so those are made whole, of what
 * others have made and of what is missing yet; of the last round, where most blocks are, only the share. Second looks are taken when
 * all shares are there.
 *
 * @param share how many of all blocks, and which: every `of`-th from `index` on
 * @throws as {@link enumerateOnWorkers}
 */
export async function enumerateShare(
  context: ExactContext,
  { index, of }: { readonly index: number; readonly of: number },
  settings: Pick<EnumerationSettings, "workers" | "signal"> & {
    readonly blocks: BlockStore;
    /** Called for each block of the share. */
    readonly onBlock: () => void;
  },
): Promise<void> {
  const { objectives, request } = context;
  const { signal, blocks, onBlock } = settings;
  const options = enumerationOptions(context);
  const rounds = chipBlocks(request.hardware.length);
  const last = rounds.findLastIndex((round) => round.length > 0);
  const farm = farmOf(context, settings.workers, rounds);
  const run = blockRunner(farm, signal, blocks);
  try {
    const merger = createExactMerger(objectives);
    for (const [round, all] of rounds.entries()) {
      const known = shared(costsOfFront(merger.result().front, options));
      const own = all.filter(({ number }) => isOfShare(number, index, of));
      const others = round === last ? [] : all.filter((block) => !own.includes(block));
      // Each begins with others behind its own, so that not all make the same ones.
      const turn = Math.floor((others.length * index) / of);
      const turned = [...others.slice(turn), ...others.slice(0, turn)];
      const parts = Array.from({ length: Math.ceil(turned.length / BORROWED) }, (_, i) =>
        turned.slice(i * BORROWED, (i + 1) * BORROWED),
      );
      for (const wanted of [own, ...parts]) {
        await run(
          wanted,
          ({ chips }): ExactTask => ({ kind: "first", round, known, points: chips }),
          firstLook,
          ({ part }) => {
            merger.add(part);
            if (wanted === own) onBlock();
          },
        );
      }
    }
  } finally {
    const end = farm.destroy();
    if (!signal.aborted) await end;
    else end.catch(() => undefined);
  }
}

/** Whether the `number`-th of what is divided belongs to share `index` (from 1) of `of`. */
export function isOfShare(number: number, index: number, of: number): boolean {
  return number % of === index - 1;
}

/** How many blocks a study has, second looks left out. */
export function blockCountOf({ request }: ExactContext): number {
  return chipBlocks(request.hardware.length).flat().length;
}

function firstLook({ number, chips }: ChipBlock, { part, simulationCount }: ExactAnswer): FirstLookBlock {
  const front = unpackDesigns(part!.front);
  return { kind: "first", number, chips, part: { ...part!, front }, simulationCount };
}

function secondLook({ number, chips }: ChipBlock, { second, simulationCount }: ExactAnswer): SecondLookBlock {
  return { kind: "second", number, chips, second: second!, simulationCount };
}

function totalOf(results: readonly SecondLookResult[]): Enumeration["second"] {
  const sum = (of: (look: SecondLookResult) => number): number => results.reduce((total, each) => total + of(each), 0);
  return {
    designCount: sum((each) => each.designCount),
    feasibleCount: sum((each) => each.feasibleCount),
    hardwareCount: results.filter(({ designCount }) => designCount > 0).length,
    found: results.flatMap(({ found }): readonly ExactDesign[] => found),
  };
}

/** Workers turn what a design can do wrong into values; what they throw is a bug. */
function valueOf<Value>(result: TaskResult<Value>): Value {
  if (result.ok) return result.value;
  throw new Error(`a worker failed (${result.code}): ${result.message}`);
}
