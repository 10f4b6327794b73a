import type { Hardware } from "../spec/hardware.ts";
import { laneCyclesOf, localAccessesOf, type VectorOperator } from "../workload/index.ts";
import { cyclesOf } from "./ports.ts";
import { NOTHING_KEPT, type Kept } from "./schedule.ts";
import type { LevelTraffic } from "./types.ts";

const NO_BYTES = { read: 0, written: 0 } as const;

type Level = "vector" | "local" | "global" | "dram";

/** Time and traffic of one run of a vector operator. */
export interface VectorRun {
  readonly cycles: number;
  readonly boundBy: Level;
  readonly traffic: LevelTraffic;
}

/**
 * A vector operator: operands come from DRAM and results go there, through every buffer that there is, but for what the
 * schedule keeps in the global buffer (`kept`); within the local buffer each pass reads and writes.
 *
 *   lanes  = lane-cycles / lanes of all cores               local = bytes of the passes / bandwidth of all local buffers
 *   global, dram = bytes / bandwidth of the level
 *   cycles = max(lanes, local, global, dram)                where transfers overlap the lanes (default)
 *   cycles = lanes + local + max(global, dram)              where they do not (`vector.overlap: none`)
 *
 * Unit: cycles, bytes. Passes: src/workload/vector-primitives.ts. Limit of validity: long rows and rows that fit the local
 * buffer; the last reduction over lanes and the first fill are left out. Checked: test/validation/measured.
 */
export function runVector(operator: VectorOperator, hardware: Hardware, kept: Kept = NOTHING_KEPT): VectorRun {
  const { cores, precision, vector, localBuffer, globalBuffer, dram } = hardware;
  const activation = precision.output / 8;
  const parameters = operator.parametersRead * (precision.weight / 8);
  const bytesIn = Math.ceil(operator.elementsRead * activation + parameters);
  const bytesOut = Math.ceil(operator.elementsWritten * activation);
  const dramIn = Math.max(0, bytesIn - kept.inputBytes);
  const dramOut = Math.max(0, bytesOut - kept.outputBytes);
  const globalIn = kept.isOnTile ? dramIn : bytesIn;
  const globalOut = kept.isOnTile ? dramOut : bytesOut;
  const passes = localAccessesOf(operator);
  const passReads = Math.ceil(passes.reads * activation);
  const passWrites = Math.ceil(passes.writes * activation);

  const times: Readonly<Record<Level, number>> = {
    vector: Math.ceil(laneCyclesOf(operator, vector.cyclesPerElement) / (vector.lanes * cores)),
    local: localBuffer === null ? 0 : cyclesOf(localBuffer.port, passReads / cores, passWrites / cores),
    global: globalBuffer === null ? 0 : cyclesOf(globalBuffer.port, globalIn, globalOut),
    dram: dram === null ? 0 : cyclesOf(dram.port, dramIn, dramOut),
  };
  return {
    cycles: totalCycles(times, vector.overlap !== "none"),
    boundBy: (Object.keys(times) as Level[]).reduce((most, level) => (times[level] > times[most] ? level : most)),
    traffic: {
      local: localBuffer === null ? NO_BYTES : { read: passReads + bytesOut, written: passWrites + bytesIn },
      global: globalBuffer === null ? NO_BYTES : { read: globalIn + dramOut, written: globalOut + dramIn },
      dram: dram === null ? NO_BYTES : { read: dramIn, written: dramOut },
    },
  };
}

function totalCycles({ vector, local, global, dram }: Readonly<Record<Level, number>>, isOverlapped: boolean): number {
  return isOverlapped ? Math.max(vector, local, global, dram) : vector + local + Math.max(global, dram);
}

/** Bytes of each level, read and written together. */
export function bytesMoved({
  dram,
  global,
  local,
}: LevelTraffic): Readonly<Record<"dram" | "global" | "local", number>> {
  return {
    dram: dram.read + dram.written,
    global: global.read + global.written,
    local: local.read + local.written,
  };
}
