import type { Hardware } from "../spec/hardware.ts";
import type { GemmOperator, Operator, Primitive, VectorOperator } from "../workload/index.ts";
import { elementsOut, handoverBetween } from "./neighbours.ts";
import type { Job } from "./run-operator.ts";
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
}

const ELEMENT_WISE: ReadonlySet<Primitive> = new Set(["gelu", "quick-gelu", "silu", "relu", "tanh", "add", "multiply"]);

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
  const parts: Job[] = [{ operator: first, placement: placementOf(first, weightBytes), isLaunched: true }];
  let last = first;
  let taken = 1;
  while (isFused({ fusion }, "epilogue") && first.type === "gemm") {
    const next = operators[at + taken];
    if (next?.type !== "vector" || !ELEMENT_WISE.has(next.primitive)) break;
    const handover = handoverBetween(last, next, operators[at + taken + 1], hardware);
    if (handover === null || handover.isWritten || next.elementsWritten !== elementsOut(last)) break;
    const kept = { inputBytes: handover.bytes, outputBytes: handover.bytes, isOnTile: true };
    parts.push({ operator: next, placement: { ...PLAIN_PLACEMENT, kept }, isLaunched: false });
    last = next;
    taken += 1;
  }
  return { slot: { parts, exit: 0, first, last }, taken };
}

/**
 * Scores, softmax and context as one kernel: the scores of `rows` query rows of one head wait in the global buffer, never in
 * DRAM. Fewer rows than a head has: keys and values are read once for each block of rows, as the simulation counts.
 *
 * Room: half of the global buffer, shared by the heads that run at once (one a core).
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
  const room = hardware.globalBuffer?.size;
  if (typeof room !== "number") return null;
  const rowBytes = Math.ceil((scores.n * hardware.precision.output) / 8);
  const heads = Math.min(scores.batch, hardware.cores);
  const most = Math.floor(Math.max(0, room / 2 - weightBytes) / (heads * rowBytes));
  if (most < 1) return null;
  const rows = Math.ceil(scores.m / Math.ceil(scores.m / most));
  const reservedBytes = weightBytes + heads * Math.min(rows, scores.m) * rowBytes;
  const parts = [
    ...blocksOf(scores, rows, "output", reservedBytes, true),
    { operator: softmax, placement: onChip(softmax, hardware), isLaunched: false },
    ...blocksOf(context, rows, "input", reservedBytes, false),
  ];
  return { slot: { parts, exit: parts.length - 1, first: scores, last: context }, taken: 3 };
}

function onChip(softmax: VectorOperator, { precision }: Hardware): Placement {
  const bytes = Math.ceil((softmax.elements * precision.output) / 8);
  return { ...PLAIN_PLACEMENT, kept: { inputBytes: bytes, outputBytes: bytes, isOnTile: false } };
}

/** A product in blocks of rows: as many elements of the batch, and what is left as another part. */
function blocksOf(
  operator: GemmOperator,
  rows: number,
  resident: "input" | "output",
  reservedBytes: number,
  isLaunched: boolean,
): Job[] {
  const whole = Math.floor(operator.m / rows);
  const rest = operator.m - whole * rows;
  const placement: Placement = {
    ...PLAIN_PLACEMENT,
    resident: { input: resident === "input", weight: false, output: resident === "output" },
    reservedBytes,
  };
  const parts: Job[] = [{ operator: { ...operator, batch: operator.batch * whole, m: rows }, placement, isLaunched }];
  if (rest > 0) {
    const last = { ...operator, name: `${operator.name}.last-rows`, m: rest };
    parts.push({ operator: last, placement, isLaunched: false });
  }
  return parts;
}
