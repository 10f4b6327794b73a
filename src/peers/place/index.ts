import type { Operand } from "../../spec/index.ts";
import { hardwareFile, type HardwareImport, type Statement } from "../hardware-file.ts";
import type { PeerMachine, PeerMemory, Sourced } from "../machine.ts";
import type { Remark } from "../remark.ts";
import { innerMemories, type InnerMemories } from "./array.ts";
import { bufferStatements, largest } from "./buffers.ts";
import { levelsOf, type Levels } from "./levels.ts";
import { BYTE, rateText } from "./units.ts";

/**
 * The hardware file of a machine of multipliers and memories.
 *
 * @param title first line of the file
 * @param file what messages call the file that is imported
 * @param remarks what its reader has found already
 * @throws SpecError where it describes what a hardware file cannot have
 */
export function placedHardware(
  title: string,
  file: string,
  machine: PeerMachine,
  remarks: readonly Remark[],
): HardwareImport {
  const found = [...remarks];
  const levels = levelsOf(machine, found);
  const inner = innerMemories(machine, levels.inner, found);
  const statements = [
    ...general(machine),
    ...inner.statements,
    { path: ["vector", "lanes"], value: "rows", source: "not in the file: no vector unit is described", line: null },
    ...buffers(machine, levels, inner, found),
    ...farMemory(machine, found),
    ...energies(machine, levels, inner, found),
  ];
  return hardwareFile(title, file, statements, found);
}

function general(machine: PeerMachine): readonly Statement[] {
  const said = (path: string, { value, source, line }: Sourced<string | number>): Statement => ({
    path: path.split("."),
    value,
    source,
    line,
  });
  const plain = (path: string, value: string, source: string): Statement => ({
    path: path.split("."),
    value,
    source,
    line: null,
  });
  return [
    said("name", machine.name),
    plain("clock", "1 GHz", "not in the file: cycles are counted"),
    said("node", { ...machine.node, value: `${machine.node.value} nm` }),
    said("precision.input", machine.inputBits),
    said("precision.weight", machine.weightBits),
    said("precision.accumulator", machine.accumulatorBits),
    said("precision.output", machine.outputBits),
    said("cores", machine.cores),
    ...(machine.arraysPerCore.value > 1 ? [said("arraysPerCore", machine.arraysPerCore)] : []),
    plain("array.kind", "dot-product", "multipliers without a skew, sums added along the rows"),
    said("array.rows", machine.rows),
    said("array.cols", machine.cols),
    said("array.unroll", machine.unroll),
    plain("array.skew", "edge-aware", "a part-filled array takes no longer"),
    plain("array.overlap", "folds", "the next operands come while these are used"),
    plain("array.drain", "shadow", "results leave beside the next fold"),
  ];
}

function buffers(
  machine: PeerMachine,
  { local, global }: Levels,
  inner: InnerMemories,
  remarks: Remark[],
): readonly Statement[] {
  const cores = machine.cores.value;
  const below = (operand: Operand): number => {
    const held = [inner.registers, inner.accumulators].find((each) => each?.memory.operands.includes(operand) === true);
    const bits = held === undefined || held === null ? 0 : (held.memory.bits * held.memory.copies) / cores;
    return Math.max(1024, Math.ceil(bits / BYTE) * BYTE);
  };
  return [
    ...(local === null ? [] : bufferStatements("localBuffer", local, below, remarks)),
    ...(global === null ? [] : bufferStatements("globalBuffer", global, below, remarks)),
  ];
}

function farMemory({ far, memories }: PeerMachine, remarks: Remark[]): readonly Statement[] {
  if (far === null) {
    const line = memories.at(-1)?.line ?? null;
    remarks.push({
      line,
      message: "No memory outside of the chip is described: all operands are there when they are wanted.",
    });
    return [];
  }
  const at = (name: string, value: Statement["value"], source: string): Statement => ({
    path: ["dram", name],
    value,
    source,
    line: far.line,
  });
  const isWhole = far.accessBits !== null && far.accessBits % BYTE === 0;
  return [
    at("type", "idealised", `${far.name}: plain numbers, no product`),
    { ...at("capacity", "unlimited", "all that a product needs fits"), line: null },
    ...(far.read === Infinity && far.write === Infinity
      ? [at("bandwidth", "unlimited", `${far.name}: none is stated`)]
      : (["read", "write"] as const).map((way): Statement => {
          return { path: ["dram", "bandwidth", way], value: rateText(far[way]), source: far.name, line: far.line };
        })),
    ...(far.isShared ? [at("shared", true, "reads and writes take turns")] : []),
    ...(far.latency > 0 ? [at("latency", `${far.latency} cycles`, "latency, beyond the cycle of the access")] : []),
    ...(isWhole ? [at("accessWidth", `${far.accessBits! / BYTE} B`, far.name)] : []),
    ...(isWhole ? [at("rounding", far.isBlock ? "block" : "pro-rata", "")] : []),
  ];
}

/** Energies that the file states; nothing where it states none of a multiplication, since then the tables price the machine. */
function energies(
  { mac, far }: PeerMachine,
  { local, global }: Levels,
  { registers, accumulators }: InnerMemories,
  remarks: Remark[],
): readonly Statement[] {
  if (mac === null) return [];
  const levels: readonly (readonly [string, PeerMemory | null])[] = [
    ["registers", registers?.memory ?? null],
    [
      "accumulators",
      accumulators?.memory ?? (registers?.memory.operands.includes("output") === true ? registers.memory : null),
    ],
    ["localBuffer", local === null ? null : largest(local.memories)],
    ["globalBuffer", global === null ? null : largest(global.memories)],
    ["dram", far],
  ];
  const missing = levels.flatMap(([, memory]) => (memory !== null && memory.energy === null ? [memory] : []));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(", ");
    const message = `${mac.source} is ${mac.value} pJ: left out, since ${names} have no energy of an access; here tables price all of the machine.`;
    remarks.push({ line: mac.line, message });
    return [];
  }
  return [
    { path: ["energy", "mac"], value: `${mac.value} pJ`, source: mac.source, line: mac.line },
    ...levels.flatMap(([level, memory]) => {
      if (memory?.energy == null) return [];
      const { read, write } = memory.energy;
      const one = (way: string, value: number): Statement => ({
        path: ["energy", level, way],
        value: `${value} pJ/B`,
        source: memory.name,
        line: memory.line,
      });
      return [one("read", read), one("write", write)];
    }),
  ];
}
