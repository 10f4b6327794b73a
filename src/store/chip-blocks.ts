import { createHash } from "node:crypto";
import type Database from "libsql";
import * as z from "zod";
import type { BLOCK_FORMAT, BlockResult, LocalBlockStore, ChipBlock, ExactDesign } from "../search/index.ts";
import { asBytes, textOf } from "./bytes.ts";
import { damaged, guarded } from "./errors.ts";
import type { Presence } from "./presence.ts";

/*
 * The text of a block: one JSON object. Which chips it holds, and what raises its format, stands in
 * src/search/exact/chip-blocks.ts. Designs are lists: hardware, variant, a, b, then the value of each objective.
 */

/** Of the search room, whose types alone may be used here: where it is raised there, this does not compile. */
const FORMAT: typeof BLOCK_FORMAT = 2;

export const CREATE_BLOCKS =
  "CREATE TABLE IF NOT EXISTS block (number INTEGER PRIMARY KEY, body TEXT NOT NULL, digest TEXT NOT NULL)";

const count = z.number().int().min(0);
/** Counts of designs may be beyond 2^53. */
const designs = z.number().min(0);
const design = z.array(z.number()).min(5);
/** What is not finite is null in JSON. */
const amount = z.number().nullable();
const block = { format: z.literal(FORMAT), number: count, chips: z.array(count), simulationCount: count };
const bodySchema = z.discriminatedUnion("kind", [
  z.object({
    ...{ ...block, kind: z.literal("first"), front: z.array(design) },
    ...{ coveredCount: designs, feasibleCount: designs, dominatedCount: designs, boundedCount: designs },
    points: z.object({ ruledOut: count, bounded: count, enumerated: count }),
    reasons: z.array(
      z.object({
        ...{ constraint: z.string(), designCount: designs, nearestAmount: amount, nearestRelative: amount },
        unit: z.string().nullable(),
      }),
    ),
    secondLooks: z.array(z.object({ hardware: count, made: z.array(amount).nullable() })),
  }),
  z.object({
    ...{ ...block, kind: z.literal("second"), found: z.array(design) },
    ...{ designCount: designs, feasibleCount: designs },
  }),
]);
type Body = z.infer<typeof bodySchema>;

export function blocksOn(db: Database.Database, file: string, presence: Presence): LocalBlockStore {
  const get = db.prepare(`SELECT ${asBytes("body", "digest")} FROM block WHERE number = ?`).raw();
  const put = db.prepare("INSERT OR REPLACE INTO block VALUES (?, ?, ?)");
  return {
    get: (wanted) =>
      guarded(file, () => {
        const row = get.get(wanted.number) as readonly unknown[] | undefined;
        return row === undefined ? undefined : checkedBlock(wanted, row.map(textOf), file);
      }),
    put: (result) => {
      const text = writeBlock(result);
      presence.check();
      guarded(file, () => void put.run(result.number, text, digestOf(text)));
    },
  };
}

function checkedBlock(
  wanted: ChipBlock,
  [text, digest]: readonly (string | null)[],
  file: string,
): BlockResult | undefined {
  if (text === null || text === undefined || digest !== digestOf(text))
    throw damaged(file, `block ${wanted.number} of chips is not what was written`);
  return readBlock(wanted, text, file);
}

/** @throws StoreError where the text is that of another block; undefined: it was made by other rules than these */
export function readBlock(wanted: ChipBlock, text: string, file: string): BlockResult | undefined {
  const broken = (why: string) => damaged(file, `block ${wanted.number} of chips ${why}`);
  const value = parsed(text);
  if (typeof value === "object" && value !== null && "format" in value && value.format !== FORMAT) return undefined;
  const { data, error } = bodySchema.safeParse(value);
  if (data === undefined) throw broken(`does not hold what a block holds (${error.issues[0]!.path.join(".")})`);
  if (data.number !== wanted.number || data.chips.join() !== wanted.chips.join()) throw broken("holds other chips");
  return resultOf(data);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Of a text that is not what was written, digits may be others and all still look well. */
function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** A block as one text. */
export function writeBlock(result: BlockResult): string {
  const { kind, number, chips, simulationCount } = result;
  const head = { format: FORMAT, kind, number, chips, simulationCount };
  if (result.kind === "second") {
    const { designCount, feasibleCount, found } = result.second;
    return JSON.stringify({ ...head, designCount, feasibleCount, found: found.map(rowOf) });
  }
  const { front, coveredCount, feasibleCount, dominatedCount, boundedCount, points, reasons, secondLooks } =
    result.part;
  return JSON.stringify({
    ...{ ...head, coveredCount, feasibleCount, dominatedCount, boundedCount, points, reasons },
    secondLooks: secondLooks.map(({ hardware, made }) => ({ hardware, made: made === null ? null : Array.from(made) })),
    front: front.map(rowOf),
  });
}

function resultOf(body: Body): BlockResult {
  const { kind, number, chips, simulationCount } = body;
  if (kind === "second") {
    const { designCount, feasibleCount, found } = body;
    return { kind, number, chips, simulationCount, second: { designCount, feasibleCount, found: found.map(designOf) } };
  }
  const { coveredCount, feasibleCount, dominatedCount, boundedCount, points } = body;
  return {
    ...{ kind, number, chips, simulationCount },
    part: {
      ...{ coveredCount, feasibleCount, dominatedCount, boundedCount, points },
      front: body.front.map(designOf),
      reasons: body.reasons.map((reason) => ({ ...reason, nearestAmount: reason.nearestAmount ?? Infinity })),
      secondLooks: body.secondLooks.map(({ hardware, made }) => ({
        hardware,
        made: made === null ? null : Float64Array.from(made, (cost) => cost ?? Infinity),
      })),
    },
  };
}

const rowOf = ({ hardware, variant, a, b, values }: ExactDesign): readonly number[] => [
  ...[hardware, variant, a, b],
  ...values,
];

function designOf([hardware, variant, a, b, ...values]: readonly number[]): ExactDesign {
  return { hardware: hardware!, variant: variant!, a: a!, b: b!, values };
}
