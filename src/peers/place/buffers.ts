import type { Operand } from "../../spec/index.ts";
import type { Statement } from "../hardware-file.ts";
import type { PeerMemory } from "../machine.ts";
import type { Remark } from "../remark.ts";
import { OPERANDS, type Level } from "./levels.ts";
import { BYTE, rateText, sizeText } from "./units.ts";

const listed = (names: readonly string[]): string => names.join(" and ");
const plural = (operand: Operand): string => `${operand}s`;

/**
 * A level of buffers.
 *
 * @param standIn bits for an operand that goes past the level, where each has a memory of its own
 */
export function bufferStatements(
  key: "localBuffer" | "globalBuffer",
  level: Level,
  standIn: (operand: Operand) => number,
  remarks: Remark[],
): readonly Statement[] {
  const { memories } = level;
  const main = largest(memories);
  const at = (name: string, value: Statement["value"], source: string, line: number | null = main.line): Statement => ({
    path: [key, ...name.split(".")],
    value,
    source,
    line,
  });
  const sizes = sizeStatements(level, standIn, at, remarks);
  const sum = (of: "read" | "write"): number => memories.reduce((total, each) => total + each[of], 0);
  const names = listed(memories.map(({ name }) => name));
  if (memories.length > 1 && (sum("read") < Infinity || sum("write") < Infinity))
    remarks.push({
      line: main.line,
      message: `${names} have ports of their own; here the level has one of their sum.`,
    });
  const isShared = memories.every((each) => each.isShared);
  const energies = memories.filter(({ energy }) => energy !== null);
  if (new Set(energies.map(({ energy }) => `${energy?.read} ${energy?.write}`)).size > 1)
    remarks.push({
      line: main.line,
      message: `${names} have energies of their own; here the level has those of ${main.name}.`,
    });
  const { accessBits, isBlock, latency } = main;
  const isWhole = accessBits !== null && accessBits % BYTE === 0;
  return [
    ...sizes,
    ...(sum("read") === Infinity && sum("write") === Infinity
      ? [at("bandwidth", "unlimited", `${names}: none is stated; with bandwidth: array the chip has an area`)]
      : [
          at("bandwidth.read", rateText(sum("read")), `${names}: ports towards the multipliers`),
          at("bandwidth.write", rateText(sum("write")), `${names}: ports from the multipliers`),
        ]),
    ...(isShared ? [at("shared", true, "reads and writes take turns")] : []),
    ...(latency > 0
      ? [at("latency", `${latency} cycles`, `${main.name}: latency, beyond the cycle of the access`)]
      : []),
    ...(isWhole ? [at("accessWidth", `${accessBits / BYTE} B`, main.name)] : []),
    ...(isWhole
      ? [
          at(
            "rounding",
            isBlock ? "block" : "pro-rata",
            isBlock ? "a smaller transfer counts whole" : "a smaller transfer counts in part",
          ),
        ]
      : []),
    at("doubleBuffer", true, "the next tile comes while one is used", null),
  ];
}

export function largest(memories: readonly PeerMemory[]): PeerMemory {
  return memories.reduce((best, each) => (each.bits * each.copies > best.bits * best.copies ? each : best));
}

type At = (name: string, value: Statement["value"], source: string, line?: number | null) => Statement;

/** One size for a memory of all operands, or of two where nothing else is at the level; else one for each operand. */
function sizeStatements(
  { memories, of }: Level,
  standIn: (operand: Operand) => number,
  at: At,
  remarks: Remark[],
): readonly Statement[] {
  const sizeOf = ({ bits }: PeerMemory): string => sizeText(bits);
  const past = OPERANDS.filter((operand) => of[operand] === null);
  const [only, ...more] = memories;
  const kept = OPERANDS.filter((operand) => of[operand] !== null);
  if (more.length === 0 && kept.length > 1) {
    for (const each of past)
      remarks.push({ line: only!.line, message: `${plural(each)} go past ${only!.name}; here they go through it.` });
    return [at("size", sizeOf(only!), only!.name)];
  }
  return OPERANDS.map((operand) => {
    const memory = of[operand];
    if (memory === null) {
      const bits = standIn(operand);
      const names = listed(memories.map(({ name }) => name));
      const message = `${plural(operand)} go past ${names}; here through ${sizeText(bits)} of their own, as much as is below.`;
      remarks.push({ line: memories[0]!.line, message });
      return at(`size.${operand}`, sizeText(bits), `${plural(operand)} go past this level: as much as is below`, null);
    }
    const sharing = OPERANDS.filter((other) => of[other] === memory);
    if (sharing.length === 1) return at(`size.${operand}`, sizeOf(memory), memory.name, memory.line);
    const part = sizeText(Math.floor(memory.bits / sharing.length / BYTE) * BYTE);
    if (sharing[0] === operand)
      remarks.push({
        line: memory.line,
        message: `${listed(sharing.map(plural))} share the ${sizeOf(memory)} of ${memory.name}; here each has ${part}.`,
      });
    return at(`size.${operand}`, part, `${memory.name}, its share`, memory.line);
  });
}
