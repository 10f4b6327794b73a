import { portsOf } from "../spec/die-links.ts";
import { roomOf, type Hardware } from "../spec/hardware.ts";
import { laneCyclesOf, localAccessesOf, passCountOf, passesOf, type VectorWork } from "../workload/index.ts";
import { vectorBits } from "./machine.ts";
import { cyclesOf } from "./ports.ts";
import { NOTHING_KEPT, type Kept } from "./schedule.ts";
import type { LevelTraffic, PortCycles } from "./types.ts";

const NO_BYTES = { read: 0, written: 0 } as const;

type Level = "vector" | "local" | "global" | "dram";
type Times = Readonly<Record<Level, number>>;

/** Time and traffic of one run of a vector operator. */
export interface VectorRun {
  readonly cycles: number;
  readonly boundBy: Level;
  readonly traffic: LevelTraffic;
  readonly portCycles: PortCycles;
}

/**
 * A vector operator: operands come from DRAM and results go there, through every buffer that there is, but for what the
 * schedule keeps in the global buffer (`kept`); within the local buffer each pass reads and writes. Rows that the local buffer
 * cannot hold come again for each pass.
 *
 *   lanes  = lane-cycles / lanes of all cores               local = bytes of the passes / bandwidth of all local buffers
 *   global, dram = bytes / bandwidth of the level
 *
 *   overlap transfers (default)   cycles = max(lanes, local, global, dram)
 *   overlap passes                cycles = Σ over passes of max(lanes + local, global, dram) of the pass: operands come in the
 *                                 first, results leave in the last
 *   overlap none                  cycles = lanes + local + max(global, dram)
 *
 * and for each row a core's cyclesPerRow of the primitive, rows shared out over the cores in waves:  + ⌈rows / cores⌉ · cyclesPerRow
 *
 * Bytes are at the widths of the tensors' classes; lanes convert what they load and store, which takes no cycles of its own.
 * Unit: cycles, bytes. Passes: src/workload/vector-primitives.ts. Limit of validity: long rows; the last reduction over lanes and
 * the first fill are left out. Checked: test/validation/measured.
 */
export function runVector(operator: VectorWork, hardware: Hardware, kept: Kept = NOTHING_KEPT): VectorRun {
  const { cores, vector } = hardware;
  const ports = portsOf(hardware);
  const bits = vectorBits(operator, hardware);
  const loads = isHeld(operator, hardware) ? 1 : passCountOf(operator.primitive);
  const { bytesIn, bytesOut, dramIn, dramOut, globalIn, globalOut } = crossing(operator, hardware, kept, loads);
  const passes = localAccessesOf(operator);
  const passReads = Math.ceil(passes.reads * (bits.read / 8));
  const passWrites = Math.ceil(passes.writes * (bits.written / 8));
  const times: Times = {
    vector: Math.ceil(laneCyclesOf(operator, vector.cyclesPerElement) / (vector.lanes * cores)),
    local: ports.local === null ? 0 : cyclesOf(ports.local, passReads / cores, passWrites / cores),
    global: ports.global === null ? 0 : cyclesOf(ports.global, globalIn, globalOut),
    dram: ports.dram === null ? 0 : cyclesOf(ports.dram, dramIn, dramOut),
  };
  const rows = Math.ceil(operator.elements / operator.rowLength);
  const perRow = Math.ceil(rows / cores) * (vector.cyclesPerRow?.[operator.primitive] ?? 0);
  const moving =
    vector.overlap === "passes" ? passCycles(operator, hardware, kept, loads) : totalCycles(times, vector.overlap);
  return {
    cycles: moving + perRow,
    boundBy: (Object.keys(times) as Level[]).reduce((most, level) => (times[level] > times[most] ? level : most)),
    traffic: {
      local: ports.local === null ? NO_BYTES : { read: passReads + bytesOut, written: passWrites + bytesIn },
      global: ports.global === null ? NO_BYTES : { read: globalIn + dramOut, written: globalOut + dramIn },
      dram: ports.dram === null ? NO_BYTES : { read: dramIn, written: dramOut },
    },
    portCycles: { dram: times.dram, global: times.global, local: times.local },
  };
}

function totalCycles({ vector, local, global, dram }: Times, overlap: "none" | undefined): number {
  return overlap === "none" ? vector + local + Math.max(global, dram) : Math.max(vector, local, global, dram);
}

/**
 * Whether the rows at work stay in the local buffer between passes: one that comes while another is worked on, and as much for
 * those that leave. Private memories of operands have two each. Kernels that hold less say so: `vector.heldRow`.
 */
function isHeld(operator: VectorWork, hardware: Hardware): boolean {
  const { localBuffer, vector } = hardware;
  const { read, written } = vectorBits(operator, hardware);
  const rowBytes = (operator.rowLength * Math.max(read, written)) / 8;
  if (vector.heldRow !== undefined) return rowBytes <= vector.heldRow;
  if (localBuffer === null) return true;
  const isTogether =
    typeof localBuffer.size === "number" ||
    (localBuffer.together?.includes("input") === true && localBuffer.together.includes("output"));
  const [input, output] = [roomOf(localBuffer, "input"), roomOf(localBuffer, "output")];
  return isTogether ? 4 * rowBytes <= input : 2 * rowBytes <= Math.min(input, output);
}

interface Crossing {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly dramIn: number;
  readonly dramOut: number;
  readonly globalIn: number;
  readonly globalOut: number;
}

/** Bytes that cross each level's port; operands come `loads` times, parameters once. */
function crossing(operator: VectorWork, hardware: Hardware, kept: Kept, loads: number): Crossing {
  const bits = vectorBits(operator, hardware);
  const parameters = operator.parametersRead * (bits.parameters / 8);
  const bytesIn = Math.ceil(loads * operator.elementsRead * (bits.read / 8) + parameters);
  const bytesOut = Math.ceil(operator.elementsWritten * (bits.written / 8));
  const dramIn = Math.max(0, bytesIn - loads * kept.inputBytes);
  const dramOut = Math.max(0, bytesOut - kept.outputBytes);
  return {
    bytesIn,
    bytesOut,
    dramIn,
    dramOut,
    globalIn: kept.isOnTile ? dramIn : bytesIn,
    globalOut: kept.isOnTile ? dramOut : bytesOut,
  };
}

/** Passes one after the other; a kernel's instructions that access the local buffer take turns with those that compute. */
function passCycles(operator: VectorWork, hardware: Hardware, kept: Kept, loads: number): number {
  const { cores, vector } = hardware;
  const ports = portsOf(hardware);
  const bits = vectorBits(operator, hardware);
  const work = passesOf(operator, vector.cyclesPerElement);
  const { dramIn, dramOut, globalIn, globalOut } = crossing(operator, hardware, kept, 1);
  const again = crossing({ ...operator, parametersRead: 0 }, hardware, kept, 1);
  return work.reduce((sum, { laneCycles, reads, writes }, pass) => {
    const come = pass === 0 ? { dram: dramIn, global: globalIn } : { dram: again.dramIn, global: again.globalIn };
    const isLoaded = pass < loads;
    const isLast = pass === work.length - 1;
    const memory = Math.max(
      ports.global === null ? 0 : cyclesOf(ports.global, isLoaded ? come.global : 0, isLast ? globalOut : 0),
      ports.dram === null ? 0 : cyclesOf(ports.dram, isLoaded ? come.dram : 0, isLast ? dramOut : 0),
    );
    const local =
      ports.local === null
        ? 0
        : cyclesOf(ports.local, (reads * (bits.read / 8)) / cores, (writes * (bits.written / 8)) / cores);
    return sum + Math.max(Math.ceil(laneCycles / (vector.lanes * cores)) + local, memory);
  }, 0);
}

/** Bytes of each level, read and written together. */
export function bytesMoved({ dram, global, local }: LevelTraffic): Readonly<Record<keyof LevelTraffic, number>> {
  return {
    dram: dram.read + dram.written,
    global: global.read + global.written,
    local: local.read + local.written,
  };
}
