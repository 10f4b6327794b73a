import type { Operand } from "../../spec/index.ts";
import type { PeerMachine, PeerMemory } from "../machine.ts";
import type { Remark } from "../remark.ts";
import { pesOf } from "../machine.ts";
import { sizeText } from "./units.ts";

export const OPERANDS: readonly Operand[] = ["input", "weight", "output"];

/** Memories of one level of a hardware file, and for each operand the one that keeps it; null: the operand goes past the level. */
export interface Level {
  readonly memories: readonly PeerMemory[];
  readonly of: Readonly<Record<Operand, PeerMemory | null>>;
}

/** The memories of a machine by level of a hardware file. */
export interface Levels {
  /** Kept in more copies than there are cores. */
  readonly inner: readonly PeerMemory[];
  readonly local: Level | null;
  readonly global: Level | null;
}

/**
 * Which memory is which level.
 *
 *   more copies than cores       registers and accumulators
 *   as many copies as cores      local buffer, where there are several cores
 *   one copy                     global buffer, and the local buffer below it where there are two such levels
 *
 * Levels are counted from the outside, since operands share their outer memories. What is between two levels is left out.
 */
export function levelsOf(machine: PeerMachine, remarks: Remark[]): Levels {
  const { memories, far, cores, arraysPerCore } = machine;
  const near = memories.filter((each) => each !== far);
  const inner = near.filter(({ copies }) => copies > cores.value);
  const onChip = near.filter(({ copies }) => copies === 1);
  if (cores.value > 1) {
    const own = near.filter(({ copies }) => copies === cores.value);
    const between = near.filter((each) => ![...inner, ...own, ...onChip].includes(each));
    for (const each of between) leaveOut(each, "it is kept neither once nor once a core", remarks);
    const { gathered, rest } = gatheredFor(machine, own, inner, remarks);
    return { inner: rest, local: levelFrom([...gathered, ...own], 1, remarks), global: levelFrom(onChip, 1, remarks) };
  }
  const outer = levelFrom(onChip, 1, []);
  const below = levelFrom(onChip, 2, remarks, outer);
  const served = below === null ? 0 : OPERANDS.filter((each) => below.of[each] !== null).length;
  if (below !== null && served === 1 && outer !== null) {
    for (const each of below.memories)
      leaveOut(each, "a level that one operand alone goes through cannot be said", remarks);
    return { inner, ...single(outer, arraysPerCore.value) };
  }
  return below === null ? { inner, ...single(outer, arraysPerCore.value) } : { inner, local: below, global: outer };
}

/**
 * Memories that some multipliers of a core share, where each multiplier has one of its own for the operand besides and the core has none:
 * together they are the core's.
 */
function gatheredFor(
  machine: PeerMachine,
  own: readonly PeerMemory[],
  inner: readonly PeerMemory[],
  remarks: Remark[],
): { readonly gathered: readonly PeerMemory[]; readonly rest: readonly PeerMemory[] } {
  const cores = machine.cores.value;
  const pes = pesOf(machine);
  const isKept = (all: readonly PeerMemory[], operand: Operand): boolean =>
    all.some((each) => each.operands.includes(operand));
  const between = inner.filter(
    ({ copies, operands }) =>
      own.length > 0 &&
      copies < pes &&
      copies % cores === 0 &&
      operands.every(
        (each) =>
          !isKept(own, each) &&
          isKept(
            inner.filter((one) => one.copies === pes),
            each,
          ),
      ),
  );
  const gathered = between.map((each) => {
    const count = each.copies / cores;
    const whole = {
      ...each,
      bits: each.bits * count,
      copies: cores,
      read: each.read * count,
      write: each.write * count,
    };
    const message = `a core has ${count} of ${each.name}, each for multipliers of its own; here one of ${sizeText(whole.bits)}.`;
    remarks.push({ line: each.line, message });
    return whole;
  });
  return { gathered, rest: inner.filter((each) => !between.includes(each)) };
}

/** Several arrays share a local buffer; one is fed by the global buffer itself. */
function single(level: Level | null, arrays: number): Pick<Levels, "local" | "global"> {
  return arrays > 1 ? { local: level, global: null } : { local: null, global: level };
}

/** The memories that are the `place`-th from the outside of each operand. */
function levelFrom(
  memories: readonly PeerMemory[],
  place: number,
  remarks: Remark[],
  outer: Level | null = null,
): Level | null {
  const of = Object.fromEntries(
    OPERANDS.map((operand) => {
      const chain = memories.filter((each) => each.operands.includes(operand));
      const found = chain.at(-place) ?? null;
      // What keeps another operand further out is of the outer level.
      return [operand, found !== null && outer?.memories.includes(found) === true ? null : found];
    }),
  ) as Record<Operand, PeerMemory | null>;
  const taken = memories.filter((each) => OPERANDS.some((operand) => of[operand] === each));
  const known = [...taken, ...(outer?.memories ?? [])];
  for (const each of memories.filter((one) => !known.includes(one)))
    leaveOut(each, "a hardware file has two levels of buffers", remarks);
  return taken.length === 0 ? null : { memories: taken, of };
}

export function leaveOut({ name, line }: PeerMemory, why: string, remarks: Remark[]): void {
  remarks.push({ line, message: `${name} is left out: ${why}.` });
}
