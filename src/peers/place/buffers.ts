import type { Operand } from "../../spec/index.ts";
import type { Statement } from "../hardware-file.ts";
import type { PeerMemory, PeerPort } from "../machine.ts";
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
  const sizes = sizeStatements(key, level, standIn, at, remarks);
  const names = listed(memories.map(({ name }) => name));
  const isShared = memories.every((each) => each.isShared);
  const ports = portsOf(level);
  const outputs = ports.output;
  const isOne = OPERANDS.every((each) => ports[each] === null || ports[each].id === ports[kept(level)[0]!]?.id);
  const areUnlimited = OPERANDS.every((each) =>
    [ports[each]?.read, ports[each]?.write].every((rate) => (rate ?? Infinity) === Infinity),
  );
  const bandwidths = areUnlimited
    ? [at("bandwidth", "unlimited", `${names}: none is stated; with bandwidth: array the chip has an area`)]
    : isOne
      ? [
          at("bandwidth.read", rateText(main.read), `${names}: ports towards the multipliers`),
          at("bandwidth.write", rateText(main.write), `${names}: ports from the multipliers`),
        ]
      : portStatements(key, ports, at, remarks);
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
    ...bandwidths,
    ...(isShared || outputs?.isShared === true ? [at("shared", true, "reads and writes take turns")] : []),
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

/** The port that an operand is on at a level. */
interface LevelPort extends PeerPort {
  /** Equal for operands on one port. */
  readonly id: string;
  readonly line: number;
}

const kept = ({ of }: Level): readonly Operand[] => OPERANDS.filter((operand) => of[operand] !== null);

/** Ports by operand; null: it goes past the level. */
function portsOf({ of }: Level): Readonly<Record<Operand, LevelPort | null>> {
  const portOf = (operand: Operand): LevelPort | null => {
    const memory = of[operand];
    if (memory === null) return null;
    const { name, line, read, write, isShared, ports } = memory;
    const own = ports?.[operand] ?? { name, read, write, isShared };
    return { ...own, id: `${name} ${ports === undefined ? "" : own.name}`, line };
  };
  return { input: portOf("input"), weight: portOf("weight"), output: portOf("output") };
}

/** A bandwidth for each operand, or the name of the one whose port it is on. */
function portStatements(
  key: "localBuffer" | "globalBuffer",
  ports: Readonly<Record<Operand, LevelPort | null>>,
  at: At,
  remarks: Remark[],
): readonly Statement[] {
  return OPERANDS.flatMap((operand) => {
    const port = ports[operand];
    const path = `bandwidth.${operand}`;
    if (port === null)
      return key === "globalBuffer" ? [] : [at(path, "unlimited", `${plural(operand)} go past this level`, null)];
    const first = OPERANDS.find((other) => ports[other]?.id === port.id)!;
    if (first !== operand) {
      if (operand === "output" && port.write !== port.read)
        remarks.push({
          line: port.line,
          message: `${port.name} writes ${rateText(port.write)}; here ${rateText(port.read)}, as it reads.`,
        });
      return [at(path, first, `${port.name}, which ${plural(first)} are on too`, port.line)];
    }
    if (operand !== "output")
      return [at(path, rateText(port.read), `${port.name}: towards the multipliers`, port.line)];
    return [
      at(`${path}.read`, rateText(port.read), `${port.name}: towards the multipliers`, port.line),
      at(`${path}.write`, rateText(port.write), `${port.name}: from the multipliers`, port.line),
    ];
  });
}

type At = (name: string, value: Statement["value"], source: string, line?: number | null) => Statement;

/**
 * One size for a memory of all operands, or of all that the level keeps; else one for each operand, or the name of the one whose memory it shares.
 * What goes past a local buffer goes through a memory of its own.
 */
function sizeStatements(
  key: "localBuffer" | "globalBuffer",
  { memories, of }: Level,
  standIn: (operand: Operand) => number,
  at: At,
  remarks: Remark[],
): readonly Statement[] {
  const sizeOf = ({ bits }: PeerMemory): string => sizeText(bits);
  const past = OPERANDS.filter((operand) => of[operand] === null);
  const [only, ...more] = memories;
  const kept = OPERANDS.filter((operand) => of[operand] !== null);
  const areSkipped = key === "globalBuffer" && past.length > 0;
  const names = listed(memories.map(({ name }) => name));
  const holds = areSkipped ? [at("holds", kept, `${listed(past.map(plural))} go past ${names}`)] : [];
  if (more.length === 0 && kept.length > 1) {
    if (!areSkipped)
      for (const each of past)
        remarks.push({ line: only!.line, message: `${plural(each)} go past ${only!.name}; here they go through it.` });
    return [at("size", sizeOf(only!), only!.name), ...holds];
  }
  const sizes = OPERANDS.flatMap((operand) => {
    const memory = of[operand];
    if (memory === null) {
      if (areSkipped) return [];
      const bits = standIn(operand);
      const message = `${plural(operand)} go past ${names}; here through ${sizeText(bits)} of their own, as much as is below.`;
      remarks.push({ line: memories[0]!.line, message });
      return [
        at(`size.${operand}`, sizeText(bits), `${plural(operand)} go past this level: as much as is below`, null),
      ];
    }
    const [first] = OPERANDS.filter((other) => of[other] === memory);
    if (first !== operand)
      return [at(`size.${operand}`, first!, `${memory.name}, which ${plural(first!)} are in too`, memory.line)];
    return [at(`size.${operand}`, sizeOf(memory), memory.name, memory.line)];
  });
  return [...sizes, ...holds];
}
