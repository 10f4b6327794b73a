import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { InputError } from "../errors/index.ts";
import { createSpace, type BlockStore, type Outcome, type Point } from "../search/index.ts";
import { askedMetrics, type ModelSpec, type Study } from "../spec/index.ts";
import {
  createJournal,
  createJournalReader,
  type EstimateCache,
  type Journal,
  type JournalReader,
} from "../store/index.ts";
import { blockCountOf, enumerateShare, isOfShare } from "../study/exact/enumerate.ts";
import { exactContextOf } from "../study/exact/run.ts";
import {
  createCommandAccuracy,
  createDesignFarm,
  ensureFolder,
  identityOf,
  RUN_FILES,
  sourcesInUse,
  strategyOf,
  writeFileWhole,
} from "../study/index.ts";
import { studyTextIn } from "../study/study-text.ts";
import { createDesignEvaluator, designContext } from "../worker/index.ts";
import {
  differenceOf,
  journalsOf,
  readHeader,
  shardFolder,
  shardFoldersIn,
  shareOf,
  writeHeader,
  type ShardHeader,
  type Share,
} from "./folder.ts";

export interface ShardSettings {
  /** Of the whole; the shard writes into a folder of its own in it, and nowhere else. */
  readonly folder: string;
  readonly share: Share;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Called at the beginning and after each trial or block of the shard. */
  readonly onProgress: (done: number, total: number) => void;
}

/** A shard that is done. */
export interface ShardRun {
  readonly folder: string;
  readonly unit: "trials" | "blocks of chips";
  readonly total: number;
  /** What was there before. */
  readonly keptCount: number;
}

/** Trials that are evaluated at a time; no result depends on it. */
const BATCH = 256;
/** Points that are drawn at a time. */
const DRAWN = 4096;

/**
 * Runs one shard of a study, or goes on with it: what its folder holds is not made again, and a shard that is done does nothing. It talks to
 * nobody. Where other shards of the same study lie beside it, it reads what they have made.
 *
 * @throws InputError for a strategy that cannot be divided, and for a folder with a shard of another study; StoreError; CommandFailure; the
 *   signal's reason
 */
export async function runShard(study: Study, settings: ShardSettings): Promise<ShardRun> {
  const { strategy } = study.search;
  if (strategy !== "exact" && strategy !== "random") throw new InputError(undividable(strategy));
  checkAccuracy(study);
  const { share, folder: whole } = settings;
  const folder = shardFolder(whole, share);
  const sources = sourcesInUse();
  const { studyHash, seed } = identityOf(study, sources);
  const context = strategy === "exact" ? (await exactContextOf(study, null)).context : null;
  const total = context === null ? trialCountOf(study) : blockCountOf(context);
  const header: ShardHeader = {
    ...{ format: 1, study: study.name, strategy, studyHash, seed, ...sources, ...share, total },
  };
  ensureFolder(folder);
  const before = readHeader(folder);
  const difference = before === null ? null : differenceOf({ ...before, total }, header);
  if (difference !== null)
    throw new InputError(`${folder} holds a shard of ${difference}. Name another folder with --out, or remove it.`);
  writeFileWhole(join(folder, RUN_FILES.study), studyTextIn(folder, study));
  writeHeader(folder, header);
  const reader = createJournalReader();
  reader.read(journalsOf(folder));
  let journal: Journal | null = null;
  const shard: OpenShard = {
    ...{ study, settings, header, folder, reader },
    journal: () => (journal ??= createJournal(join(folder, `part-${randomBytes(8).toString("hex")}.jsonl`))),
  };
  try {
    const counts = context === null ? await runTrials(shard) : await runBlocks(shard, context);
    (journal as Journal | null)?.sync();
    return { folder, unit: context === null ? "trials" : "blocks of chips", ...counts };
  } finally {
    (journal as Journal | null)?.close();
  }
}

interface OpenShard {
  readonly study: Study;
  readonly settings: ShardSettings;
  readonly header: ShardHeader;
  readonly folder: string;
  /** Has what the shard's own folder held at the beginning. */
  readonly reader: JournalReader;
  /** Of this attempt; made when it is first written to. */
  readonly journal: () => Journal;
}

type Counts = Pick<ShardRun, "total" | "keptCount">;

function undividable(strategy: string): string {
  return `Strategy ${strategy} chooses its designs by what all of those before have given, so that shards which do not talk to each other would find another front. Divide exact or random (--strategy), or run ${strategy} on one machine, with --queue where its evaluations take long.`;
}

/** Every chip needs the accuracies of all models before, which each shard would ask the command for. */
function checkAccuracy(study: Study): void {
  if (study.search.strategy !== "exact" || study.accuracy?.evaluator !== "command") return;
  if (!askedMetrics(study).includes("accuracy")) return;
  throw new InputError(
    "Strategy exact needs the accuracy of every model before its first chip, so that each shard would ask the command for all of them. Divide random, or run exact on one machine.",
  );
}

/** Trials of a random search: all that the study allows, or the whole space. */
function trialCountOf({ search, space }: Study): number {
  const { size } = createSpace(space);
  return size < BigInt(search.trials) ? Number(size) : search.trials;
}

async function runTrials({ study, settings, header, reader, journal }: OpenShard): Promise<Counts> {
  const { share, workers, signal, onProgress } = settings;
  const total = shareOf(header.total, share);
  const context = designContext(study);
  const evaluator = createDesignEvaluator(context);
  const modelOf = (point: Point): ModelSpec => evaluator.specsOf(point).model;
  const accuracy = createCommandAccuracy(study, estimatesOf(reader, journal), signal);
  const farm = createDesignFarm(context, workers, accuracy === null ? null : { accuracy, modelOf });
  let done = 0;
  let keptCount = 0;
  const evaluate = async (open: readonly { readonly number: number; readonly point: Point }[]): Promise<void> => {
    const stored = new Set<number>();
    const store = (position: number, outcome: Outcome): void => {
      if (stored.has(position)) return;
      stored.add(position);
      journal().trial({ ...open[position]!, outcome });
      onProgress((done += 1), total);
    };
    const points = open.map(({ point }) => point);
    (await farm.evaluateBatch(points, 0, { signal, report: store })).forEach((outcome, i) => store(i, outcome));
    journal().sync();
  };
  try {
    // The first shard asks about the starting design, which the report of the whole shows.
    if (accuracy !== null && share.index === 1) await farm.details([{}], signal);
    const strategy = await strategyOf(study, createSpace(study.space), signal, () => undefined);
    let open: { readonly number: number; readonly point: Point }[] = [];
    onProgress(0, total);
    for (let first = 0; first < header.total; first += DRAWN) {
      const points = strategy.suggest(Math.min(DRAWN, header.total - first));
      for (const [i, point] of points.entries()) {
        const number = first + i;
        if (!isOfShare(number, share.index, share.of)) continue;
        if (reader.trials.has(number)) {
          keptCount += 1;
          done += 1;
        } else open.push({ number, point });
      }
      for (; open.length >= BATCH; open = open.slice(BATCH)) await evaluate(open.slice(0, BATCH));
    }
    if (open.length > 0) await evaluate(open);
    return { total, keptCount };
  } finally {
    await accuracy?.close();
    const end = farm.destroy();
    if (!signal.aborted) await end;
    else end.catch(() => undefined);
  }
}

async function runBlocks(
  { settings, header, folder, reader, journal }: OpenShard,
  context: Awaited<ReturnType<typeof exactContextOf>>["context"],
): Promise<Counts> {
  const { share, workers, signal, onProgress } = settings;
  const total = shareOf(header.total, share);
  const isOwn = (number: number): boolean => isOfShare(number, share.index, share.of);
  const kept = [...reader.blockNumbers].filter((number) => number < header.total && isOwn(number));
  const others = createJournalReader();
  const blocks: BlockStore = {
    get: (block) => {
      const own = reader.block(block);
      if (own !== undefined || isOwn(block.number)) return own;
      readOthers(others, folder, header, settings.folder);
      return others.block(block);
    },
    put: (result) => journal().block(result),
  };
  let done = 0;
  onProgress(0, total);
  if (kept.length < total)
    await enumerateShare(context, share, {
      ...{ workers, signal, blocks },
      onBlock: () => onProgress((done += 1), total),
    });
  return { total, keptCount: kept.length };
}

/** What other shards of the same study have written so far. */
function readOthers(others: JournalReader, own: string, header: ShardHeader, whole: string): void {
  for (const { folder, share } of shardFoldersIn([whole])) {
    if (folder === own || share.of !== header.of) continue;
    const found = readHeader(folder);
    if (found !== null && differenceOf(found, header) === null) others.read(journalsOf(folder));
  }
}

/** Answers of the command, kept in the journal. */
function estimatesOf({ estimates }: JournalReader, journal: () => Journal): EstimateCache {
  const fresh = new Map<string, string>();
  return {
    get: (key, read) => {
      const text = estimates.get(key) ?? fresh.get(key);
      return text === undefined ? undefined : (read(text) ?? undefined);
    },
    put: (key, text) => {
      fresh.set(key, text);
      journal().estimate(key, text);
      journal().sync();
    },
  };
}
