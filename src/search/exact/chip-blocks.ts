import type { Awaitable } from "../trial-store.ts";
import type { ExactPart, SecondLookResult } from "./types.ts";

/*
 * An exact search goes over its chips (hardware points) block by block, and keeps what each block has brought, so that it can
 * go on from there. Which chips a block holds, its number, and what comes out of it depend on the study alone: never on
 * workers, time, or what was kept before. Changing anything here raises BLOCK_FORMAT, and what was kept is made anew.
 */

/** Of the rules of this file, and of the text that a store makes of a block (src/store/chip-blocks.ts). */
export const BLOCK_FORMAT = 2;

/**
 * Chips a block: some tens to hundreds of milliseconds, and what a killed worker loses at most. Of many chips most are ruled out by a bound in
 * less time than a block takes to be handed over and kept, so that blocks are then larger.
 */
const CHIPS = 4;
const FEW = 4096;
const chipsOfBlock = (chipCount: number): number => (chipCount <= FEW ? CHIPS : 16 * Math.ceil(chipCount / (4 * FEW)));

/**
 * Each round takes every n-th chip that is left, and rules out by the front of the rounds before it. The first, of eight chips at most, rules
 * out nothing unseen, and the second, of 128 at most, is what the floors of most others are then compared with.
 */
const ROUNDS = [32, 32, 8, 1];
const MOST = [8, 128, Infinity, Infinity];

/** Chips that are enumerated together. */
export interface ChipBlock {
  readonly number: number;
  /** Hardware points, ascending. */
  readonly chips: readonly number[];
}

/** The blocks of all chips, round by round; numbers run on from one round to the next. */
export function chipBlocks(chipCount: number): readonly (readonly ChipBlock[])[] {
  let left = Array.from({ length: chipCount }, (_, chip) => chip);
  let number = 0;
  return ROUNDS.map((least, round) => {
    const step = Math.max(least, Math.ceil(left.length / MOST[round]!));
    const taken = left.filter((_, i) => i % step === 0);
    left = left.filter((_, i) => i % step !== 0);
    return cut(taken, chipsOfBlock(chipCount)).map((chips) => ({ number: number++, chips }));
  });
}

/** The same in one round, which rules out nothing unseen. */
export function chipBlocksInOneRound(chipCount: number): readonly (readonly ChipBlock[])[] {
  return [
    cut(
      Array.from({ length: chipCount }, (_, chip) => chip),
      chipsOfBlock(chipCount),
    ).map((chips, number) => ({ number, chips })),
  ];
}

function cut(chips: readonly number[], size: number): readonly (readonly number[])[] {
  const count = Math.ceil(chips.length / size);
  return Array.from({ length: count }, (_, i) => chips.slice(i * size, (i + 1) * size));
}

/** What the first look at the chips of a block has brought. */
export interface FirstLookBlock extends ChipBlock {
  readonly kind: "first";
  readonly part: ExactPart;
  /** GEMMs simulated for it. */
  readonly simulationCount: number;
}

/** What the second look at one chip has brought. */
export interface SecondLookBlock extends ChipBlock {
  readonly kind: "second";
  readonly second: SecondLookResult;
  readonly simulationCount: number;
}

export type BlockResult = FirstLookBlock | SecondLookBlock;

/** Second looks are taken chip by chip, once all first looks are done; their numbers follow those of all blocks. */
export function secondLookBlock(rounds: readonly (readonly ChipBlock[])[], chip: number): ChipBlock {
  const firstCount = rounds.reduce((sum, blocks) => sum + blocks.length, 0);
  return { number: firstCount + chip, chips: [chip] };
}

/**
 * Where an exact search keeps its blocks. Blocks come in any order.
 *
 * - When `put` is done, the block survives the death of the process.
 * - `get` gives what was put under a number, equal bit for bit; undefined: nothing was, or by other rules than these.
 */
export interface BlockStore {
  /** @throws where what is kept is damaged, or of another block than this one */
  get(block: ChipBlock): Awaitable<BlockResult | undefined>;
  put(result: BlockResult): Awaitable<void>;
}

/** One that answers at once. */
export interface LocalBlockStore extends BlockStore {
  get(block: ChipBlock): BlockResult | undefined;
  put(result: BlockResult): void;
}
