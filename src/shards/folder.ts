import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { InputError, systemReason } from "../errors/index.ts";
import { readTextFile } from "../spec/index.ts";
import { SHARD_FOLDER, writeFileWhole } from "../study/index.ts";

/** Which part of a study: `index` from 1 to `of`. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

export const MOST_SHARDS = 10_000;

const FORMAT = 1;
const HEADER = "shard.json";
const JOURNAL = /^part-[0-9a-f]{16}\.jsonl$/;
const MOST_HEADER_BYTES = 64 * 1024;

const text = z.string().max(1000);
const count = z.number().int().min(0);
const headerSchema = z.strictObject({
  format: z.literal(FORMAT),
  study: text,
  strategy: z.enum(["exact", "random"]),
  ...{ studyHash: text, seed: count, version: text, core: text, tables: text },
  ...{ index: count.min(1), of: count.min(1).max(MOST_SHARDS) },
  /** Trials, or blocks of chips, of the whole study. */
  total: count,
});

/** What a shard is part of, and who made it. */
export type ShardHeader = z.infer<typeof headerSchema>;

export function shardFolder(folder: string, { index, of }: Share): string {
  return join(folder, `shard-${index}-of-${of}`);
}

/** How many units a share has of a whole: every `of`-th from `index` on. */
export function shareOf(total: number, { index, of }: Share): number {
  return total < index ? 0 : Math.floor((total - index) / of) + 1;
}

/** The journals of a shard: every attempt at it has its own, so that attempts at the same time do no harm. */
export function journalsOf(folder: string): readonly string[] {
  return entriesOf(folder)
    .filter((entry) => JOURNAL.test(entry))
    .sort()
    .map((entry) => join(folder, entry));
}

/** Shards below some folders, each the folder of a shard or one that holds some. By their number, then by folder. */
export function shardFoldersIn(
  folders: readonly string[],
): readonly { readonly folder: string; readonly share: Share }[] {
  const found = folders.flatMap((folder) => {
    const own = shareOfName(basename(folder));
    const names = own === null ? entriesOf(folder) : [basename(folder)];
    const parent = own === null ? folder : dirname(folder);
    return names.flatMap((name) => {
      const share = shareOfName(name);
      return share === null ? [] : [{ folder: join(parent, name), share }];
    });
  });
  return found.sort((a, b) => a.share.of - b.share.of || a.share.index - b.share.index);
}

function shareOfName(name: string): Share | null {
  const match = SHARD_FOLDER.exec(name);
  return match === null ? null : { index: Number(match[1]), of: Number(match[2]) };
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new InputError(`${folder} cannot be read: ${systemReason(cause)}.`);
  }
}

/** @returns null where the shard has not begun */
export function readHeader(folder: string): ShardHeader | null {
  const path = join(folder, HEADER);
  if (!existsSync(path)) return null;
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(path, path, MOST_HEADER_BYTES));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    value = null;
  }
  const { data } = headerSchema.safeParse(value);
  const share = shareOfName(basename(folder));
  if (data !== undefined && (share === null || (share.index === data.index && share.of === data.of))) return data;
  throw new InputError(`${path} is no header of this shard. Remove ${folder} and run the shard again.`);
}

export function writeHeader(folder: string, header: ShardHeader): void {
  writeFileWhole(join(folder, HEADER), `${JSON.stringify(header, null, 2)}\n`);
}

/** Keys of a header that say what is searched and with what, each in words. */
const SAME = {
  ...{ version: "version of ecotile", core: "simulator core", tables: "tables of costs and accuracy" },
  ...{ strategy: "strategy", seed: "seed", total: "number of trials", studyHash: "study", of: "number of shards" },
} as const satisfies Partial<Record<keyof ShardHeader, string>>;

/** In what two shards cannot be of one whole, in words; null: they can. What made the numbers is told before the study, whose hash holds it. */
export function differenceOf(a: ShardHeader, b: Omit<ShardHeader, "index">): string | null {
  for (const [key, words] of Object.entries(SAME)) {
    const [x, y] = [a[key as keyof typeof SAME], b[key as keyof typeof SAME]];
    if (x !== y) return `another ${words} (${x}, not ${y})`;
  }
  return null;
}
