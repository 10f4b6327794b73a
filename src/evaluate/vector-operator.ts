import type { Hardware } from "../spec/hardware.ts";
import type { Rate } from "../units/quantity.ts";
import { laneCyclesOf, localAccessesOf, type VectorOperator } from "../workload/index.ts";

/** Time and traffic of one run of a vector operator. */
export interface VectorRun {
  readonly cycles: number;
  readonly boundBy: "vector" | "local" | "global" | "dram";
  /** Bytes read and written at each level, together. */
  readonly traffic: { readonly local: number; readonly global: number; readonly dram: number };
}

/** Cycles that `bytes` take at a rate; 0 where it is unlimited. */
function cyclesAt(bytes: number, rate: Rate): number {
  return Math.ceil((bytes * rate.cycles) / rate.bytes);
}

/**
 * A vector operator that is neither fused nor resident: operands come from DRAM and results go there, through every
 * buffer that there is; within the local buffer each pass reads and writes. Transfers overlap the lanes:
 *
 *   cycles = max(lane-cycles / lanes, bytes / bandwidth of each level), lanes and local buffers of all cores
 *
 * Unit: cycles, bytes. Passes: src/workload/vector-primitives.ts. Limit of validity: long rows; the last reduction over
 * lanes and the first fill are left out.
 */
export function runVector(operator: VectorOperator, hardware: Hardware): VectorRun {
  const { cores, precision, vector, localBuffer, globalBuffer, dram } = hardware;
  const activation = precision.output / 8;
  const bytesIn = Math.ceil(operator.elementsRead * activation + operator.parametersRead * (precision.weight / 8));
  const bytesOut = Math.ceil(operator.elementsWritten * activation);
  const passes = localAccessesOf(operator);
  const localReads = Math.ceil(passes.reads * activation) + bytesOut;
  const localWrites = Math.ceil(passes.writes * activation) + bytesIn;

  const times: (readonly [VectorRun["boundBy"], number])[] = [
    ["vector", Math.ceil(laneCyclesOf(operator, vector.cyclesPerElement) / (vector.lanes * cores))],
  ];
  if (localBuffer !== null) {
    const { read, write, shared } = localBuffer.port;
    const reads = cyclesAt(Math.ceil(passes.reads * activation) / cores, read);
    const writes = cyclesAt(Math.ceil(passes.writes * activation) / cores, write);
    times.push(["local", shared ? reads + writes : Math.max(reads, writes)]);
  }
  for (const [name, level] of [
    ["global", globalBuffer],
    ["dram", dram],
  ] as const) {
    if (level === null) continue;
    const { read, write, shared } = level.port;
    const reads = cyclesAt(bytesIn, read);
    const writes = cyclesAt(bytesOut, write);
    times.push([name, shared ? reads + writes : Math.max(reads, writes)]);
  }
  const [boundBy, cycles] = times.reduce((slowest, each) => (each[1] > slowest[1] ? each : slowest));
  return {
    cycles,
    boundBy,
    traffic: {
      local: localBuffer === null ? 0 : localReads + localWrites,
      global: globalBuffer === null ? 0 : 2 * (bytesIn + bytesOut),
      dram: dram === null ? 0 : bytesIn + bytesOut,
    },
  };
}
