import { createHash } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import type { BlockResult, ChipBlock, Trial } from "../search/index.ts";
import { readBlock, writeBlock } from "./chip-blocks.ts";
import { damaged, StoreError } from "./errors.ts";
import { packTrial } from "./pack.ts";
import { trialOf } from "./trials.ts";

/*
 * A journal is a file that only grows, of one writer: a line for each finding, a digest before it. It needs no locks and no shared memory,
 * so that it may lie on a network's file system and be read while it is written. What a killed writer has left of its last line counts
 * for nothing, and so does a line that is not what was written: it is made anew.
 */

/** A trial, a block of chips, or an answer of the accuracy command. */
type Entry =
  | readonly ["trial", number, string, string]
  | readonly ["block", number, string]
  | readonly ["estimate", string, string];

const DIGITS = 16;
const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, DIGITS);

/** The only writer of a journal. */
export interface Journal {
  /** When these return, the entry survives the death of the process. */
  trial(trial: Trial): void;
  block(result: BlockResult): void;
  estimate(key: string, answer: string): void;
  /** What was written so far also survives a loss of power. */
  sync(): void;
  close(): void;
}

/** @param file is not there yet: every writer has a file of its own. @throws StoreError */
export function createJournal(file: string): Journal {
  const failing = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (cause) {
      throw new StoreError("store/disk-full", file, `cannot be written: ${messageOf(cause)}`, cause);
    }
  };
  const descriptor = failing(() => openSync(file, "wx", 0o666));
  const put = (entry: Entry): void => {
    const text = JSON.stringify(entry);
    const line = Buffer.from(`${digestOf(text)} ${text}\n`);
    failing(() => {
      for (let at = 0; at < line.length;) at += writeSync(descriptor, line, at);
    });
  };
  return {
    trial: (trial) => {
      const { number, point, outcome } = packTrial(trial);
      put(["trial", number, point, outcome]);
    },
    block: (result) => put(["block", result.number, writeBlock(result)]),
    estimate: (key, answer) => put(["estimate", key, answer]),
    sync: () => failing(() => fsyncSync(descriptor)),
    close: () => closeSync(descriptor),
  };
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** What journals hold; read again, only what has been added is read. */
export interface JournalReader {
  /** Takes what the files have now. Files may come, and lines may be added. @throws StoreError where two disagree */
  read(files: readonly string[]): void;
  readonly trials: ReadonlyMap<number, Trial>;
  /** Numbers of the blocks that are there. */
  readonly blockNumbers: ReadonlySet<number>;
  /** @throws StoreError where it holds other chips; undefined: it is not there, or by other rules than these */
  block(wanted: ChipBlock): BlockResult | undefined;
  readonly estimates: ReadonlyMap<string, string>;
}

export function createJournalReader(): JournalReader {
  const trials = new Map<number, Trial>();
  const texts = new Map<number, string>();
  const blocks = new Map<number, { readonly text: string; readonly file: string }>();
  const estimates = new Map<string, string>();
  const offsets = new Map<string, number>();

  const take = (entry: Entry, text: string, file: string): void => {
    if (entry[0] === "block") blocks.set(entry[1], { text: entry[2], file });
    else if (entry[0] === "estimate") estimates.set(entry[1], estimates.get(entry[1]) ?? entry[2]);
    else {
      const before = texts.get(entry[1]);
      if (before !== undefined && before !== text)
        throw new StoreError("store/conflict", file, `trial ${entry[1]} is in another journal, with another outcome`);
      texts.set(entry[1], text);
      if (before === undefined) trials.set(entry[1], trialOf(entry[1], entry[2], entry[3], file));
    }
  };
  return {
    read: (files) => {
      for (const file of files) {
        const { lines, end } = linesFrom(file, offsets.get(file) ?? 0);
        for (const line of lines) {
          const text = line.slice(DIGITS + 1);
          if (line[DIGITS] === " " && line.slice(0, DIGITS) === digestOf(text))
            take(JSON.parse(text) as Entry, text, file);
        }
        offsets.set(file, end);
      }
    },
    trials,
    get blockNumbers() {
      return new Set(blocks.keys());
    },
    block: (wanted) => {
      const found = blocks.get(wanted.number);
      return found === undefined ? undefined : readBlock(wanted, found.text, found.file);
    },
    estimates,
  };
}

const CHUNK_BYTES = 1024 * 1024;
const LINE_FEED = 10;

/** Whole lines behind an offset, and where they end. */
function linesFrom(file: string, offset: number): { readonly lines: readonly string[]; readonly end: number } {
  let descriptor;
  try {
    descriptor = openSync(file, "r");
  } catch (cause) {
    throw new StoreError("store/cannot-open", file, `cannot be read: ${messageOf(cause)}`, cause);
  }
  try {
    if (!fstatSync(descriptor).isFile()) throw damaged(file, "it is no regular file");
    const pieces: Buffer[] = [];
    for (let at = offset; ;) {
      const piece = Buffer.alloc(CHUNK_BYTES);
      const count = readSync(descriptor, piece, 0, CHUNK_BYTES, at);
      if (count === 0) break;
      pieces.push(piece.subarray(0, count));
      at += count;
    }
    const bytes = Buffer.concat(pieces);
    const length = bytes.lastIndexOf(LINE_FEED) + 1;
    const text = bytes.subarray(0, length).toString("utf8");
    return { lines: text === "" ? [] : text.slice(0, -1).split("\n"), end: offset + length };
  } finally {
    closeSync(descriptor);
  }
}
