import * as abi from "./abi";
import { larger } from "./int-math";

/*
 * Which operands of a buffer share a memory, or a port: SPLIT_* (abi.ts).
 */

/** Operands (bits) that are in one memory with `operand`. */
export function inMemory(split: i32, operand: i32): i32 {
  if (split == abi.SPLIT_TOGETHER) return 7;
  const alone: i32 = split == abi.SPLIT_APART ? operand : split - (abi.SPLIT_APART + 1);
  return operand == alone ? 1 << operand : 7 & ~(1 << alone);
}

/** The first operand that is in one memory, or on one port, with `operand`. */
export function firstIn(split: i32, operand: i32): i32 {
  const all: i32 = inMemory(split, operand);
  return (all & 1) != 0 ? 0 : (all & 2) != 0 ? 1 : 2;
}

/** The most that any of the ports takes, if inputs, weights and sums take so much. */
export function longest(ports: i32, inputs: f64, weights: f64, sums: f64): f64 {
  if (ports == abi.SPLIT_TOGETHER) return inputs + weights + sums;
  const own: f64 = withSums(ports, inputs, weights, sums);
  if (ports == abi.SPLIT_APART) return larger(own, larger(inputs, weights));
  if (ports == abi.SPLIT_INPUT) return larger(own, inputs);
  return ports == abi.SPLIT_WEIGHT ? larger(own, weights) : larger(own, inputs + weights);
}

/** What the port takes that sums are on. */
export function withSums(ports: i32, inputs: f64, weights: f64, sums: f64): f64 {
  if (ports == abi.SPLIT_TOGETHER) return inputs + weights + sums;
  if (ports == abi.SPLIT_INPUT) return weights + sums;
  return ports == abi.SPLIT_WEIGHT ? inputs + sums : sums;
}

/** Whether the size of the memory that `operand` is in stands at it: at the first one in it. */
export function hasSize(split: i32, operand: i32): bool {
  return (inMemory(split, operand) & ((1 << operand) - 1)) == 0;
}

/** Bytes of all memories of a buffer, but those that only operands `passed` (bits) would be in. */
export function bytesOf(split: i32, input: f64, weight: f64, output: f64, passed: i32): f64 {
  let sum: f64 = 0;
  for (let i: i32 = 0; i < 3; i++) {
    if (hasSize(split, i) && (inMemory(split, i) & ~passed) != 0) sum += i == 0 ? input : i == 1 ? weight : output;
  }
  return sum;
}

/** What the port of which `first` is the first operand takes, if inputs, weights and sums take so much; 0: it is the first of none. */
export function onPort(ports: i32, first: i32, inputs: f64, weights: f64, sums: f64): f64 {
  let sum: f64 = firstIn(ports, 0) == first ? inputs : 0;
  if (firstIn(ports, 1) == first) sum += weights;
  if (firstIn(ports, 2) == first) sum += sums;
  return sum;
}
