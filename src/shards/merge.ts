import { join } from "node:path";
import { InputError } from "../errors/index.ts";
import { chipBlocks, type ChipBlock } from "../search/index.ts";
import type { Study } from "../spec/index.ts";
import { createJournalReader, type JournalReader, type SqliteStore } from "../store/index.ts";
import { exactContextOf } from "../study/exact/run.ts";
import {
  identityOf,
  loadSearchStudy,
  RUN_FILES,
  runFilled,
  sourcesInUse,
  type RunOptions,
  type StudyRun,
} from "../study/index.ts";
import { differenceOf, journalsOf, readHeader, shardFoldersIn, shareOf, type ShardHeader } from "./folder.ts";

export type ShardState = "done" | "partial" | "missing";

export interface ShardStatus {
  readonly index: number;
  readonly of: number;
  readonly state: ShardState;
  /** Trials or blocks of the shard that are there, of how many. */
  readonly done: number;
  readonly total: number;
}

export interface WholeStatus {
  readonly study: string;
  readonly complete: boolean;
  /** All of them, those that have not begun included. */
  readonly shards: readonly ShardStatus[];
}

interface Whole {
  readonly header: ShardHeader;
  /** A folder with the study. */
  readonly folder: string;
  readonly reader: JournalReader;
  readonly status: WholeStatus;
}

/**
 * What the shards below some folders have.
 *
 * @throws InputError where there is none, or where they are of different studies, versions or numbers of shards; StoreError
 */
export function statusOf(folders: readonly string[]): WholeStatus {
  return readWhole(folders).status;
}

function readWhole(folders: readonly string[]): Whole {
  const found = shardFoldersIn(folders).flatMap(({ folder }) => {
    const header = readHeader(folder);
    return header === null ? [] : [{ folder, header }];
  });
  const [first] = found;
  if (first === undefined)
    throw new InputError(
      `There is no shard in ${folders.join(", ")}. ecotile search STUDY --shard I/N --out DIR makes one.`,
    );
  const reader = createJournalReader();
  for (const { folder, header } of found) {
    const difference = differenceOf(header, first.header);
    if (difference !== null)
      throw new InputError(`${folder} and ${first.folder} are not of one search: the first has ${difference}.`);
    reader.read(journalsOf(folder));
  }
  const { header } = first;
  const numbers = header.strategy === "exact" ? reader.blockNumbers : reader.trials;
  const begun = new Set(found.map((each) => each.header.index));
  const done = new Array<number>(header.of).fill(0);
  for (const number of numbers.keys()) if (number < header.total) done[number % header.of]! += 1;
  const shards = done.map((count, i): ShardStatus => {
    const share = { index: i + 1, of: header.of };
    const total = shareOf(header.total, share);
    // What a neighbour has made in its place is done, whether the shard has begun or not.
    const state =
      count === total && (total > 0 || begun.has(share.index))
        ? "done"
        : begun.has(share.index)
          ? "partial"
          : "missing";
    return { ...share, state, done: count, total };
  });
  const complete = shards.every(({ state, total }) => state === "done" || total === 0);
  return { header, folder: first.folder, reader, status: { study: header.study, complete, shards } };
}

/**
 * The run of one machine, out of all of its shards: the same files, to the byte. Second looks of an exact search, the details of the front
 * and the report are made here.
 *
 * @throws InputError where shards lack, or were made by another version, study or core; as `runStudy`
 */
export async function mergeShards(folders: readonly string[], options: RunOptions): Promise<StudyRun> {
  const { header, folder, reader, status } = readWhole(folders);
  if (!status.complete) throw new InputError(lackText(status));
  const study = loadSearchStudy(join(folder, RUN_FILES.study), {});
  const sources = sourcesInUse();
  const { studyHash, seed } = identityOf(study, sources);
  const { strategy } = study.search;
  const difference = differenceOf(header, {
    ...header,
    ...sources,
    studyHash,
    seed,
    strategy: strategy as ShardHeader["strategy"],
  });
  if (difference !== null)
    throw new InputError(`The shards cannot be merged here: they have ${difference}. Merge them with what made them.`);
  const blocks = strategy === "exact" ? await blocksOf(study) : [];
  return runFilled(study, options, (store) => fill(store, reader, blocks, header.total));
}

async function blocksOf(study: Study): Promise<readonly ChipBlock[]> {
  const { context } = await exactContextOf(study, null);
  return chipBlocks(context.request.hardware.length).flat();
}

/** Trials a transaction. */
const BATCH = 2000;

function fill(store: SqliteStore, reader: JournalReader, blocks: readonly ChipBlock[], total: number): void {
  for (const [key, answer] of reader.estimates) store.estimates.put(key, answer);
  for (const block of blocks) {
    const result = reader.block(block);
    if (result !== undefined) store.blocks.put(result);
  }
  const trials = [...reader.trials.values()].filter(({ number }) => number < total).sort((a, b) => a.number - b.number);
  for (let at = 0; at < trials.length; at += BATCH) store.append(trials.slice(at, at + BATCH));
}

const MOST_NAMED = 20;

function lackText({ study, shards }: WholeStatus): string {
  const lacking = shards.filter(({ state, total }) => state !== "done" && total > 0);
  const named = lacking
    .slice(0, MOST_NAMED)
    .map(({ index, state, done, total }) =>
      state === "missing" ? `${index} is missing` : `${index} has ${done} of ${total}`,
    );
  const more = lacking.length > MOST_NAMED ? `, and ${lacking.length - MOST_NAMED} more` : "";
  return `${study} is not complete. Of ${shards.length} shards ${named.join(", ")}${more}. Run them again: a shard goes on where it was.`;
}
