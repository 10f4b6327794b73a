import type { MappedGemm } from "../sim/index.ts";
import type { Hardware } from "../spec/hardware.ts";
import { cyclesOf } from "./ports.ts";
import type { LevelTraffic } from "./types.ts";

/**
 * What a GEMM spends most of its time on: the array where that works half of the time or more, else the level that it waited
 * longest for; `latency` where that level's port is itself idle for more than half of the time, so that the wait is for
 * answers, first fills and last drains and not for bandwidth. (Waits for a local buffer are for its bandwidth alone.)
 */
export function gemmBoundBy({ timing }: MappedGemm, traffic: LevelTraffic, hardware: Hardware): string {
  const { stallCycles, computeCycles, cycles } = timing;
  if (computeCycles * 2 >= cycles) return "compute";
  const { dram, global, local } = stallCycles;
  if (local >= dram && local >= global) return "local";
  const level = dram >= global ? "dram" : "global";
  return portCycles(level, traffic, hardware) * 2 < cycles ? "latency" : level;
}

/** Cycles that a port is busy: what fills the global buffer, and what leaves it for DRAM, does not cross its own port. */
function portCycles(level: "dram" | "global", { dram, global }: LevelTraffic, hardware: Hardware): number {
  const far = hardware.dram;
  const near = hardware.globalBuffer;
  if (level === "dram") return far === null ? 0 : cyclesOf(far.port, dram.read, dram.written);
  return near === null ? 0 : cyclesOf(near.port, global.read - dram.written, global.written - dram.read);
}

/** The same with the time to start it: `launch` where that is longer than the run itself. */
export function boundWithLaunch(bound: string, cycles: number, launchCycles: number): string {
  return launchCycles > cycles ? "launch" : bound;
}
