import type { Hardware } from "../spec/hardware.ts";
import type { Operator, OperatorKind } from "../workload/index.ts";
import { machineOf, vectorBits } from "./machine.ts";

/** A result that the next operator reads. */
export interface Handover {
  readonly bytes: number;
  /** Which operands of the consumer it is; of a vector operator, part of its input. */
  readonly input: boolean;
  readonly weight: boolean;
  /** Others read it too, later: the producer writes it to DRAM all the same. */
  readonly isWritten: boolean;
}

/** Consumers of each kind of result, right behind it. Not here: what passes from one layer to another. */
const NEXT: Readonly<Partial<Record<OperatorKind, readonly OperatorKind[]>>> = {
  normalisation: ["qkv", "ffn-up", "projection", "head"],
  qkv: ["scores"],
  rope: ["scores"],
  scores: ["softmax"],
  softmax: ["context"],
  context: ["output-projection"],
  "output-projection": ["residual"],
  residual: ["normalisation"],
  "ffn-up": ["activation"],
  "ffn-gate": ["activation"],
  activation: ["activation", "ffn-down"],
  "ffn-down": ["residual"],
};

/** Elements of a result. */
export function elementsOut(operator: Operator): number {
  return operator.type === "gemm" ? operator.batch * operator.m * operator.n : operator.elementsWritten;
}

/** Bits of one element of a result. */
export function outputBitsOf(operator: Operator, hardware: Hardware): number {
  return operator.type === "gemm"
    ? machineOf(operator, hardware).hardware.precision.output
    : vectorBits(operator, hardware).written;
}

/** Whether two operators run equally often in the same layer, so that each run of the one is followed by a run of the other. */
export function isSamePlace(a: Operator, b: Operator): boolean {
  return a.tower === b.tower && a.layer === b.layer && a.phase === b.phase && a.count === b.count;
}

/**
 * What one operator hands to the one listed behind it, or null where it hands nothing over or they are not in the same place.
 *
 * @param following  the operator behind the consumer, if any: a gate projection reads what the up projection read
 */
export function handoverBetween(
  producer: Operator,
  consumer: Operator,
  following: Operator | undefined,
  hardware: Hardware,
): Handover | null {
  const isWritten = !isOnlyReader(producer, consumer, following);
  if (!NEXT[producer.kind]?.includes(consumer.kind)) return null;
  if (!isSamePlace(producer, consumer)) return null;
  const bits = outputBitsOf(producer, hardware);
  const bytesOf = (elements: number) => Math.ceil((elements * bits) / 8);
  const made = elementsOut(producer);
  if (consumer.type === "vector") {
    if (consumer.elementsRead < made) return null;
    return { bytes: bytesOf(made), input: true, weight: false, isWritten };
  }
  const input = consumer.batch * consumer.m * consumer.k;
  if (consumer.kind === "scores") {
    const keys = consumer.batch * consumer.n * consumer.k;
    const hasKeys = keys + input <= made;
    return { bytes: bytesOf(input + (hasKeys ? keys : 0)), input: true, weight: hasKeys, isWritten: true };
  }
  if (made !== input) return null;
  return { bytes: bytesOf(made), input: true, weight: false, isWritten };
}

/**
 * Whether nobody else reads the result. The stream of a pre-norm layer is read again by the next residual addition, and a
 * post-norm layer's by the one after its half; with a gate, the up and the gate projection both read the normalised rows.
 */
function isOnlyReader(producer: Operator, consumer: Operator, following: Operator | undefined): boolean {
  const half = (name: string) => /(attention|ffn)-(norm|residual)$/.exec(name)?.[1];
  if (producer.kind === "residual") return half(producer.name) === half(consumer.name);
  if (producer.kind !== "normalisation") return true;
  if (consumer.kind === "qkv") return half(producer.name) === "attention";
  return consumer.kind === "ffn-up" && half(producer.name) === "ffn" && following?.kind !== "ffn-gate";
}
