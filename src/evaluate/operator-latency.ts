import type { Hardware } from "../spec/hardware.ts";
import { stackOf, type KernelClass } from "../spec/runtime.ts";
import { simulateGemms } from "../sim/portable.ts";
import type { GemmOperator, Operator, VectorOperator, VectorWork } from "../workload/index.ts";
import { boardWorkOf, clockShare } from "./board.ts";
import { withKernelTime } from "./gemm-kernel.ts";
import { machineOf, packedProblem } from "./machine.ts";
import { runVector } from "./vector-operator.ts";

const KERNEL_CLASS: Readonly<Record<string, KernelClass>> = {
  softmax: "softmax",
  layernorm: "normalisation",
  rmsnorm: "normalisation",
  "l2-normalise": "normalisation",
};

/** All that the time to start an operator may depend on. */
export type LaunchedWork = Pick<GemmOperator, "type"> | Pick<VectorWork, "type" | "primitive">;

/** Fixed time to start one run of an operator, s; 0 where the machine has none. */
export function launchSeconds(operator: LaunchedWork, hardware: Hardware): number {
  return kernelSeconds(kernelOf(operator), hardware);
}

/** The class of the kernel that an operator by itself is. */
export function kernelOf(operator: LaunchedWork): KernelClass {
  return operator.type === "gemm" ? "gemm" : (KERNEL_CLASS[operator.primitive] ?? "elementwise");
}

/** Fixed time to start a kernel of a class under the stack that runs, s. */
export function kernelSeconds(kernel: KernelClass, { runtime }: Pick<Hardware, "runtime">): number {
  return stackOf(runtime)?.[kernel] ?? 0;
}

/**
 * Latency of one run of one operator by itself, s: operands from DRAM, best mapping for latency, launch overhead included.
 *
 * @returns null where a GEMM has no legal mapping
 */
export function operatorLatency(operator: Operator, hardware: Hardware): number | null {
  const launch = launchSeconds(operator, hardware);
  if (operator.type === "vector") {
    const { cycles, traffic } = runVector(operator, hardware);
    const share = clockShare({ bytes: traffic.dram.read + traffic.dram.written, macs: 0 }, cycles, hardware);
    return cycles / share / hardware.clock + launch;
  }
  const machine = machineOf(operator, hardware);
  const problem = packedProblem(operator, machine);
  const [mapped] = simulateGemms(machine.core, [problem]);
  const result = mapped && withKernelTime(mapped, problem, machine.core);
  if (result?.kind !== "mapped") return null;
  const { cycles } = result.timing;
  return cycles / clockShare(boardWorkOf(result.counters), cycles, hardware) / hardware.clock + launch;
}

/** A vector operator on [rows, rowLength] elements that reads each once and writes each once, outside any model. */
export function rowsOperator(
  primitive: "softmax" | "layernorm" | "rmsnorm" | "gelu" | "silu" | "relu",
  rows: number,
  rowLength: number,
): VectorOperator {
  const elements = rows * rowLength;
  const gains = primitive === "layernorm" ? 2 : primitive === "rmsnorm" ? 1 : 0;
  return {
    type: "vector",
    name: primitive,
    kind: primitive === "softmax" ? "softmax" : gains > 0 ? "normalisation" : "activation",
    tower: "joint",
    layer: null,
    phase: null,
    count: 1,
    primitive,
    elements,
    rowLength,
    elementsRead: elements,
    parametersRead: gains * rowLength,
    elementsWritten: elements,
  };
}
