import type { Mapping } from "../../src/mapping/mapping.ts";
import type { GemmProblem, Traffic } from "../../src/sim/types.ts";
import type { Hardware } from "../../src/spec/hardware.ts";
import { coreWork, HELD } from "./array-time.ts";
import { folded, hasWork, stepsOf } from "./steps.ts";

/**
 * Bytes into and out of PE registers and accumulators, step by step and core by core. Operands that PE registers hold are
 * written once for each copy that comes in (every PE, of every array, that works on another row or column of the other operand has its own,
 * as far as the problem has rows or columns) and read once per MAC, or, where a PE keeps a word in use for as long as it has it, once per copy. A sum is read and
 * written in an accumulator in every step that adds to it, where sums stay in the array for several steps.
 */
export function registerTraffic(hardware: Hardware, problem: GemmProblem, mapping: Mapping): Traffic {
  const { precision, array } = hardware;
  const { dataflow, registerTile: register, spatial } = mapping;
  const along = (d: "m" | "n" | "k"): number => spatial.rows[d] * spatial.cols[d];
  // PEs of all arrays of a core.
  const rowsOfInputs = along("m") * mapping.arraySplit.m;
  const columnsOfWeights = along("n") * mapping.arraySplit.n;
  const whole = folded(problem);
  const copiesOfWeight = Math.min(rowsOfInputs, whole.m);
  const copiesOfInput = Math.min(columnsOfWeights, whole.n);
  const held = HELD[dataflow];
  /** A register tile of the held operand, or both sides of a tile of sums, has several words to choose from. */
  const choosesWeight = {
    "weight-stationary": register.n * register.k > 1,
    "output-stationary": register.m > 1 && register.n > 1,
    "input-stationary": false,
  }[dataflow];
  const choosesInput = {
    "weight-stationary": false,
    "output-stationary": register.m > 1 && register.n > 1,
    "input-stationary": register.m * register.k > 1,
  }[dataflow];
  const holds = (operand: "input" | "weight"): boolean =>
    array.registers.words > 0 && array.registers.holds.includes(operand);
  let operandReads = 0;
  let operandWrites = 0;
  let sums = 0;
  const steps = stepsOf(problem, mapping);
  steps.forEach((step, s) => {
    const before = steps[s - 1];
    const wasHeld = held !== null && step.innerName[held] === before?.innerName[held];
    for (const { elements, tile } of step.cores.filter(hasWork)) {
      const work = coreWork(array, mapping, tile, step.isFirstK, wasHeld);
      // Positions of the stream that are worked on together take a held word once, in the first array as often as in any.
      const [streamed, together, sharers] = {
        "weight-stationary": ["m", register.m, mapping.arraySplit.m] as const,
        "output-stationary": ["k", 1, 1] as const,
        "input-stationary": ["n", register.n, mapping.arraySplit.n] as const,
      }[dataflow];
      const positions = Math.ceil(tile[streamed] / (along(streamed) * sharers));
      const taken = tile.m * tile.n * tile.k * (Math.ceil(positions / together) / positions);
      let written = 0;
      let read = 0;
      if (holds("weight")) {
        const copies = work.weightsRead * copiesOfWeight;
        written += (copies * precision.weight) / 8;
        read += ((choosesWeight ? taken : copies) * precision.weight) / 8;
      }
      if (holds("input")) {
        const copies = work.inputsRead * copiesOfInput;
        written += (copies * precision.input) / 8;
        read += ((choosesInput ? taken : copies) * precision.input) / 8;
      }
      operandWrites += elements * Math.ceil(written);
      operandReads += elements * Math.ceil(read);
      if (dataflow !== "output-stationary" && register.k === 1) continue;
      let updates = 0;
      for (let at = 0; at < tile.k; at += along("k")) updates += tile.m * tile.n;
      sums += elements * Math.ceil((updates * precision.accumulator) / 8);
    }
  });
  return {
    reads: { input: 0, weight: operandReads, output: sums },
    writes: { input: 0, weight: operandWrites, output: sums },
  };
}
