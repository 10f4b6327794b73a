import type { MappedGemm } from "../sim/index.ts";
import { portsOf } from "../spec/die-links.ts";
import type { Hardware } from "../spec/hardware.ts";
import { cyclesOf } from "./ports.ts";
import type { PortCycles } from "./types.ts";

/**
 * Cycles that a GEMM keeps the port of each level busy: what fills the global buffer, and what leaves it for DRAM, does not cross
 * its own port. Of the local buffers, all with the same share, what the array reads; sums, which may pass several times, are left out.
 */
export function gemmPorts({ counters, mapping }: MappedGemm, hardware: Hardware): PortCycles {
  const { cores, precision } = hardware;
  const { dram, global, local } = portsOf(hardware);
  const sum = ({ input, weight, output }: typeof counters.dram.reads) => input + weight + output;
  const far = { read: sum(counters.dram.reads), written: sum(counters.dram.writes) };
  const near = { read: sum(counters.global.reads) - far.written, written: sum(counters.global.writes) - far.read };
  const inputs = mapping.bypass === "input" ? 0 : (counters.array.inputReads * precision.input) / 8;
  const weights = mapping.bypass === "weight" ? 0 : (counters.array.weightReads * precision.weight) / 8;
  return {
    dram: dram === null ? 0 : cyclesOf(dram, far.read, far.written),
    global: global === null ? 0 : cyclesOf(global, near.read, near.written),
    local: local === null ? 0 : cyclesOf(local, (inputs + weights) / cores, 0),
  };
}

/**
 * What a GEMM spends most of its time on: the array where that works half of the time or more, else the level that it waited
 * longest for; `latency` where that level's port is itself idle for more than half of the time, so that the wait is for
 * answers, first fills and last drains and not for bandwidth. (Waits for a local buffer are for its bandwidth alone.)
 */
export function gemmBoundBy({ timing }: MappedGemm, ports: PortCycles): string {
  const { stallCycles, computeCycles, cycles } = timing;
  if (computeCycles * 2 >= cycles) return "compute";
  const { dram, global, local } = stallCycles;
  if (local >= dram && local >= global) return "local";
  const level = dram >= global ? "dram" : "global";
  return ports[level] * 2 < cycles ? "latency" : level;
}

/** The same with the time to start it: `launch` where that is longer than the run itself. */
export function boundWithLaunch(bound: string, cycles: number, launchCycles: number): string {
  return launchCycles > cycles ? "launch" : bound;
}
