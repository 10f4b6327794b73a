import { power } from "../math/index.ts";
import type { Hardware } from "../spec/hardware.ts";
import { joulesOf } from "../units/index.ts";
import type { GemmOperator } from "../workload/index.ts";
import { machineOf } from "./machine.ts";
import type { Costing } from "./run-operator.ts";
import { sideBySide } from "./side-by-side.ts";
import type { OperatorEvaluation } from "./types.ts";

/** Query rows and key rows of one block of a kernel (FlashAttention-2, arXiv 2307.08691, head of 128). */
const BLOCK = 128;

/** Lane-cycles of a special function on the lanes of a GPU: one in four lanes has a unit for it. */
const LANES_OF_A_UNIT = 4;

/** Of the longest block row, what is not beside others when the last ones are on their way. */
const TAIL = 0.6;

const OVERLAP = 3;

/** Bytes of keys and values from which a decode step splits its context over all cores, and adds up in a second kernel. */
const SPLIT_FROM_BYTES = 1e6;

/** Fewest query rows of one head that go through a kernel of blocks; fewer stream keys and values. */
const FEW_QUERIES = 16;

/**
 * Attention as one library kernel, on a chip whose file describes it (`kernels.attention`), cycles of one run without the time to start it.
 *
 * Blocks of 128 queries × 128 keys of one head; of causal queries those on and below the diagonal:
 *
 *   block   = 2 · 128² · head / (MACs of a core · products) + softmax · 128² · 4 / lanes
 *   arrays  = blocks · block / cores + 0.6 · longest row of blocks, or the longest row where there are no more rows than cores
 *   cycles  = (arrays^3 + operands^3)^(1/3),  operands = bytes of queries, keys, values and results / (DRAM · operands)
 *
 * Of 16 queries a head and fewer, a decode step among them, keys and values stream:
 *
 *   cycles  = bytes of keys and values / DRAM + split · min(1, bytes / 1 MB) + wave · ⌈sequences · kv heads / cores⌉
 *
 * Constants: of one half of the published kernels of A100 and H100 (aiconfigurator, Apache-2.0). Limit of validity: kernels of 20 us and more,
 * heads of 64 to 256, up to 16 query heads on one kv head in a decode step (beyond, some engines fall to scalar lanes).
 * Checked: test/validation/kernels.
 *
 * @returns null where the file describes no such kernel
 */
export function attentionCycles(
  scores: Pick<GemmOperator, "batch" | "m" | "n" | "k" | "causalQueries" | "phase" | "stored" | "weightsAreParameters">,
  hardware: Hardware,
): number | null {
  const attention = hardware.kernels?.attention;
  const { dram, cores, array, arraysPerCore, vector, clock } = hardware;
  if (attention === undefined || dram === null) return null;
  const { rate, hardware: own } = machineOf(scores, hardware);
  const { batch, m, n, k } = scores;
  const { read } = dram.port;
  const perByte = read.cycles / read.bytes;
  const keysAndValues = (2 * batch * n * k * own.precision.weight) / 8;
  const queries = scores.causalQueries ?? m;
  const heads = m / queries;
  if (scores.phase === "decode" || queries <= FEW_QUERIES) {
    const split = attention.split * Math.min(1, keysAndValues / SPLIT_FROM_BYTES);
    return keysAndValues * perByte + (split + attention.wave * Math.ceil(batch / cores)) * clock;
  }
  const rows = Math.ceil(queries / BLOCK);
  const isCausal = scores.causalQueries !== undefined;
  let blocks = 0;
  for (let row = 1; row <= rows; row += 1)
    blocks += Math.ceil((isCausal ? n - queries + Math.min(row * BLOCK, queries) : n) / BLOCK);
  const pes = arraysPerCore * array.rows * array.cols * rate;
  const area = BLOCK * BLOCK;
  const block =
    (2 * area * k) / (pes * attention.products) + (attention.softmax * area * LANES_OF_A_UNIT) / vector.lanes;
  const longest = Math.ceil(n / BLOCK) * block;
  const all = (batch * heads * blocks * block) / cores;
  const arrays = batch * heads * rows > cores ? all + TAIL * longest : longest;
  const ends = (batch * m * k * (own.precision.input + hardware.precision.output)) / 8;
  const operands = ((ends + keysAndValues) * perByte) / attention.operands;
  return power(power(arrays, OVERLAP) + power(operands, OVERLAP), 1 / OVERLAP);
}

/**
 * The parts of fused attention in the time of its kernel, each with its share of what they would take one after the other; where the
 * chip's file describes no kernel, side by side. Bytes and operations stay those of the parts.
 */
export function attentionParts(
  parts: readonly OperatorEvaluation[],
  scores: GemmOperator,
  costing: Costing,
): readonly OperatorEvaluation[] {
  const kernel = attentionCycles(scores, costing.hardware);
  if (kernel === null) return sideBySide(parts, costing);
  const alone = parts.reduce((sum, { cycles }) => sum + cycles, 0);
  let left = Math.ceil(kernel);
  return parts.map((part, at) => {
    const cycles = at === parts.length - 1 ? left : Math.min(left, Math.round((part.cycles * kernel) / alone));
    left -= cycles;
    const energy =
      costing.coefficients === null || part.energy["static"] === undefined
        ? part.energy
        : { ...part.energy, static: joulesOf(cycles * costing.coefficients.activePerCycle) };
    const utilisation = cycles === 0 ? 0 : Math.min(1, (part.utilisation * part.cycles) / cycles);
    return { ...part, cycles, energy, utilisation };
  });
}
