import { commonRoom, type Hardware } from "../spec/hardware.ts";
import type { GemmOperator, LanePrimitive, Operator, VectorOperator } from "../workload/index.ts";
import { vectorBits } from "./machine.ts";
import { elementsOut, handoverBetween, outputBitsOf } from "./neighbours.ts";
import { kernelOf } from "./operator-latency.ts";
import type { Job } from "./run-operator.ts";
import type { KernelClass } from "../spec/runtime.ts";
import { isFused, type ScheduleSettings } from "../spec/schedule.ts";
import { PLAIN_PLACEMENT, type Placement } from "./schedule.ts";

/**
 * One place in the schedule: an operator with what is fused into it. What arrives, arrives at the first part; what leaves,
 * leaves the part `exit`, and is the result of `last`.
 */
export interface Slot {
  readonly parts: readonly Job[];
  readonly exit: number;
  readonly first: Operator;
  readonly last: Operator;
  /** Its vector work goes on beside its products. */
  readonly isOverlapped?: boolean;
}

const ELEMENT_WISE: ReadonlySet<LanePrimitive> = new Set([
  "gelu",
  "quick-gelu",
  "silu",
  "relu",
  "relu-squared",
  "tanh",
  "add",
  "multiply",
]);

/** Operators → slots, with weights in the global buffer where `weightBytes` > 0. */
export function slotsOf(
  operators: readonly Operator[],
  hardware: Hardware,
  fusion: ScheduleSettings["fusion"],
  weightBytes: number,
): readonly Slot[] {
  const slots: Slot[] = [];
  for (let i = 0; i < operators.length; i++) {
    const slot =
      (isFused({ fusion }, "attention") ? attentionSlot(operators, i, hardware, weightBytes) : null) ??
      epilogueSlot(operators, i, hardware, fusion, weightBytes);
    slots.push(slot.slot);
    i += slot.taken - 1;
  }
  return slots;
}

interface Taken {
  readonly slot: Slot;
  readonly taken: number;
}

/** Where an operator's data are before anything is handed over. */
function placementOf(operator: Operator, weightBytes: number): Placement {
  if (weightBytes === 0) return PLAIN_PLACEMENT;
  const weight = operator.type === "gemm" && operator.weightsAreParameters;
  return { ...PLAIN_PLACEMENT, resident: { input: false, weight, output: false }, reservedBytes: weightBytes };
}

/** A GEMM and the element-wise work behind it that nobody else's operand is: it works on tiles that leave the array. */
function epilogueSlot(
  operators: readonly Operator[],
  at: number,
  hardware: Hardware,
  fusion: ScheduleSettings["fusion"],
  weightBytes: number,
): Taken {
  const first = operators[at]!;
  const parts: Job[] = [{ operator: first, placement: placementOf(first, weightBytes), starts: kernelOf(first) }];
  let last = first;
  let taken = 1;
  while (isFused({ fusion }, "epilogue") && first.type === "gemm") {
    const next = operators[at + taken];
    if (next?.type !== "vector" || !ELEMENT_WISE.has(next.primitive)) break;
    const handover = handoverBetween(last, next, operators[at + taken + 1], hardware);
    if (handover === null || handover.isWritten || next.elementsWritten !== elementsOut(last)) break;
    const kept = { inputBytes: handover.bytes, outputBytes: handover.bytes, isOnTile: true };
    parts.push({ operator: next, placement: { ...PLAIN_PLACEMENT, kept }, starts: null });
    last = next;
    taken += 1;
  }
  return { slot: { parts, exit: 0, first, last }, taken };
}

/** Key rows of one block, and the fewest query rows that a causal mask is cut into, as kernels have them. */
const KEY_BLOCK = 128;
const MOST_CAUSAL_BLOCKS = 16;

/**
 * Scores, softmax and context as one kernel (Dao 2023, FlashAttention-2, arXiv 2307.08691): a block of query rows goes through its keys
 * a block at a time, with a running maximum and sum, so that of the scores only rows × keys of one block are anywhere, in the
 * global buffer. Keys and values are read once for each block of query rows, as the simulation counts.
 *
 *   room     half of the global buffer ≥ blocks at once (one a core) · rows · min(keys, 128) · bytes of a score
 *   causal   block i of q queries meets the first (keys − queries) + i·q keys, the masked blocks behind them are skipped
 */
function attentionSlot(
  operators: readonly Operator[],
  at: number,
  hardware: Hardware,
  weightBytes: number,
): Taken | null {
  const [scores, softmax, context] = [operators[at], operators[at + 1], operators[at + 2]];
  if (scores?.kind !== "scores" || scores.type !== "gemm") return null;
  if (softmax?.kind !== "softmax" || softmax.type !== "vector") return null;
  if (context?.kind !== "context" || context.type !== "gemm") return null;
  const room = commonRoom(hardware.globalBuffer);
  if (room === null) return null;
  const rowBytes = Math.ceil((Math.min(scores.n, KEY_BLOCK) * outputBitsOf(scores, hardware)) / 8);
  const most = (heads: number) => Math.floor(Math.max(0, room / 2 - weightBytes) / (heads * rowBytes));
  const least = most(Math.min(scores.batch * scores.m, hardware.cores));
  if (least < 1) return null;
  const blocks = rowBlocks(scores, least);
  const rows = Math.max(...blocks.map((each) => each.rows));
  const atOnce = Math.min(scores.batch * blocks.reduce((sum, { count }) => sum + count, 0), hardware.cores);
  const reservedBytes = weightBytes + atOnce * rows * rowBytes;
  const parts = [
    ...blocksOf(scores, blocks, "output", reservedBytes, "attention"),
    { operator: onlineSoftmax(softmax, scores, blocks), placement: PLAIN_PLACEMENT, starts: null },
    ...blocksOf(context, blocks, "input", reservedBytes, null),
  ].map((job) => (job.operator.type === "vector" ? { ...job, placement: onChip(job.operator, hardware) } : job));
  return { slot: { parts, exit: parts.length - 1, first: scores, last: context, isOverlapped: true }, taken: 3 };
}

/** Equal blocks of query rows of one head, and the keys that they meet in the mean. */
interface RowBlocks {
  readonly rows: number;
  readonly keys: number;
  readonly count: number;
}

/** A product's rows in blocks of at most `most`, even ones and what is left. */
function rowBlocks({ m, n, causalQueries = 1 }: GemmOperator, most: number): readonly RowBlocks[] {
  const perQuery = m / causalQueries;
  if (causalQueries === 1 || most < perQuery) {
    const rows = Math.ceil(m / Math.ceil(m / most));
    const count = Math.floor(m / rows);
    return withRest([{ rows, keys: n, count }], { rows: m - count * rows, keys: n, count: 1 });
  }
  const wanted = Math.max(KEY_BLOCK, Math.ceil(causalQueries / MOST_CAUSAL_BLOCKS));
  const queries = Math.min(causalQueries, wanted, Math.floor(most / perQuery));
  const count = Math.floor(causalQueries / queries);
  const rest = causalQueries - count * queries;
  const rows = queries * perQuery;
  return withRest(meanBlocks(rows, n - causalQueries, queries, count), { rows: rest * perQuery, keys: n, count: 1 });
}

const withRest = (blocks: readonly RowBlocks[], rest: RowBlocks): readonly RowBlocks[] =>
  rest.rows === 0 ? blocks : [...blocks, rest];

/**
 * Blocks 1 to `count` of which block i meets before + i · queries keys, at their mean, or half of them at each of the two whole
 * numbers beside it: MACs and elements are those of the blocks, exactly; times are linear in the keys but for rounding.
 */
function meanBlocks(rows: number, before: number, queries: number, count: number): readonly RowBlocks[] {
  const doubled = 2 * before + queries * (count + 1);
  const below = Math.floor(doubled / 2);
  if (doubled % 2 === 0) return [{ rows, keys: below, count }];
  return [
    { rows, keys: below, count: count / 2 },
    { rows, keys: below + 1, count: count / 2 },
  ];
}

/** The softmax of the scores that are made, block by block. */
function onlineSoftmax(softmax: VectorOperator, { batch }: GemmOperator, blocks: readonly RowBlocks[]): VectorOperator {
  const rows = blocks.reduce((sum, each) => sum + each.rows * each.count, 0);
  const made = blocks.reduce((sum, { rows: high, keys, count }) => sum + high * keys * count, 0);
  const elements = batch * made;
  const share = elements / softmax.elements;
  return {
    ...softmax,
    primitive: "online-softmax",
    elements,
    rowLength: elements / (batch * rows),
    elementsRead: elements,
    elementsWritten: elements,
    parametersRead: Math.ceil(softmax.parametersRead * share),
  };
}

function onChip(softmax: VectorOperator, hardware: Hardware): Placement {
  const { read, written } = vectorBits(softmax, hardware);
  const bytesOf = (bits: number): number => Math.ceil((softmax.elements * bits) / 8);
  return { ...PLAIN_PLACEMENT, kept: { inputBytes: bytesOf(read), outputBytes: bytesOf(written), isOnTile: false } };
}

/** A product in blocks of rows: as many elements of the batch. Keys are columns of the scores, and what the context sums over. */
function blocksOf(
  operator: GemmOperator,
  blocks: readonly RowBlocks[],
  resident: "input" | "output",
  reservedBytes: number,
  starts: KernelClass | null,
): Job[] {
  const placement: Placement = {
    ...PLAIN_PLACEMENT,
    resident: { input: resident === "input", weight: false, output: resident === "output" },
    reservedBytes,
  };
  return blocks.map(({ rows, keys, count }, at) => {
    const cut = resident === "output" ? { n: keys } : { k: keys };
    const name = at === 0 ? operator.name : `${operator.name}.${rows === blocks[0]!.rows ? "more-keys" : "last-rows"}`;
    const part = { ...operator, ...cut, name, batch: operator.batch * count, m: rows, causalQueries: undefined };
    return { operator: part, placement, starts: at === 0 ? starts : null };
  });
}
