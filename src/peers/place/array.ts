import type { Operand } from "../../spec/index.ts";
import type { Statement } from "../hardware-file.ts";
import { pesOf, type PeerMachine, type PeerMemory } from "../machine.ts";
import type { Remark } from "../remark.ts";
import { leaveOut } from "./levels.ts";

const DATAFLOW: Readonly<Record<Operand, string>> = {
  weight: "weight-stationary",
  output: "output-stationary",
  input: "input-stationary",
};

interface Held {
  readonly memory: PeerMemory;
  readonly words: number;
}

/** What rests at the multipliers. */
export interface InnerMemories {
  readonly registers: Held | null;
  readonly accumulators: Held | null;
  readonly statements: readonly Statement[];
}

/**
 * Words of a memory for each of the multipliers that share it, by the widest operand that it keeps. Arrays side by side hold the same
 * weights, so that what they share is whole for each; sums that a column shares are the column's.
 */
function wordsOf({ bits, copies, operands }: PeerMemory, machine: PeerMachine): number {
  const widths: Readonly<Record<Operand, number>> = {
    input: machine.inputBits.value,
    weight: machine.weightBits.value,
    output: machine.accumulatorBits.value,
  };
  const words = Math.floor(bits / Math.max(...operands.map((each) => widths[each])));
  if (operands.every((each) => each === "output")) return Math.max(1, words);
  const sharing = Math.max(1, pesOf(machine) / machine.arraysPerCore.value / copies);
  return Math.max(1, Math.floor(words / sharing));
}

/**
 * Registers and accumulators. The largest memory of operands at the multipliers is the registers, one of sums alone beside it the
 * accumulators; a word a multiplier for one of the others is its latch, which every array has.
 */
export function innerMemories(machine: PeerMachine, inner: readonly PeerMemory[], remarks: Remark[]): InnerMemories {
  const held = inner.map((memory) => ({ memory, words: wordsOf(memory, machine) }));
  const isOfSums = ({ memory }: Held): boolean => memory.operands.every((each) => each === "output");
  const most = (all: readonly Held[]): Held | null =>
    all.reduce<Held | null>((best, each) => (best === null || each.words > best.words ? each : best), null);
  const keepsWeights = (each: Held): boolean => each.memory.operands.includes("weight");
  const operands = held.filter((each) => !isOfSums(each));
  // Of memories of as many words that of weights comes first.
  const ofOperands = most([...operands.filter(keepsWeights), ...operands.filter((each) => !keepsWeights(each))]);
  const ofSums = most(held.filter(isOfSums));
  // Sums that are most of what rests there are registers that hold outputs.
  const areSumsMain =
    ofSums !== null && ofSums.words > 1 && (ofOperands?.words ?? 0) <= 1 && ofSums.memory.copies === pesOf(machine);
  const registers = areSumsMain ? ofSums : ofOperands;
  const accumulators = areSumsMain ? null : ofSums;
  for (const each of held) if (each !== registers && each !== accumulators) tellLeftOut(each, remarks);
  return { registers, accumulators, statements: statementsOf(machine, registers, accumulators, remarks) };
}

function tellLeftOut({ memory, words }: Held, remarks: Remark[]): void {
  const why =
    words === 1
      ? "a word of an operand is the latch that each multiplier has"
      : "registers are one memory, of which the largest is taken";
  leaveOut(memory, why, remarks);
}

function statementsOf(
  machine: PeerMachine,
  registers: Held | null,
  accumulators: Held | null,
  remarks: Remark[],
): readonly Statement[] {
  const at = (path: string, value: Statement["value"], source: string, memory: PeerMemory | null): Statement => ({
    path: ["array", ...path.split(".")],
    value,
    source,
    line: memory?.line ?? null,
  });
  const memory = registers?.memory ?? null;
  const holds = memory?.operands ?? [];
  const count = accumulatorCount(machine, accumulators, remarks);
  return [
    at(
      "dataflow",
      dataflowsOf(registers, accumulators),
      "operands that rest at the multipliers, those with most words first",
      null,
    ),
    at(
      "registers.words",
      registers?.words ?? 0,
      memory === null ? "none is described" : `${memory.name}, words of a multiplier`,
      memory,
    ),
    at("registers.holds", holds, "", null),
    at(
      "accumulators.count",
      count.count,
      accumulators === null ? "the sum that is made" : `${accumulators.memory.name}, words`,
      accumulators?.memory ?? null,
    ),
    at("accumulators.per", count.per, "", null),
  ];
}

/** Operands that rest at the multipliers in more than a word; where none does, those that rest in one. */
function dataflowsOf(registers: Held | null, accumulators: Held | null): readonly string[] {
  const resting = [
    ...(registers?.memory.operands ?? []).map((operand) => ({ operand, words: registers!.words })),
    ...(accumulators === null ? [] : [{ operand: "output" as const, words: accumulators.words }]),
  ];
  const several = resting.filter(({ words }) => words > 1);
  const order: readonly Operand[] = ["weight", "output", "input"];
  const found = (several.length > 0 ? several : resting).map(({ operand }) => operand);
  const sorted = order.filter((each) => found.includes(each));
  return (sorted.length > 0 ? sorted : (["output"] as const)).map((each) => DATAFLOW[each]);
}

/** Sums of a column where the multipliers of a column share them, else of a multiplier. */
function accumulatorCount(
  machine: PeerMachine,
  accumulators: Held | null,
  remarks: Remark[],
): { readonly count: number; readonly per: "pe" | "column" } {
  if (accumulators === null) return { count: 1, per: "column" };
  const { memory, words } = accumulators;
  const columns = machine.cores.value * machine.arraysPerCore.value * machine.cols.value;
  if (memory.copies === pesOf(machine) && machine.rows.value > 1) return { count: words, per: "pe" };
  if (memory.copies === columns) return { count: words, per: "column" };
  const count = Math.max(1, Math.floor((words * memory.copies) / columns));
  const message = `${memory.name} has ${memory.copies} copies for ${columns} columns; here ${count} sums are those of a column.`;
  remarks.push({ line: memory.line, message });
  return { count, per: "column" };
}
