import type { Mapping } from "../mapping/mapping.ts";
import type { GemmCounters } from "../sim/types.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { BITS_PER_BYTE } from "./constants.ts";
import { chargingRules, type ChargingRules } from "./profile.ts";

/**
 * Counters as the profile charges them; timing and the traffic that results show stay what was counted.
 *
 *   inputChargedPerMac   local reads of inputs = MACs / N words: N MACs of one step, of all arrays of a core, share a word,
 *                        whatever registers keep
 *   sumsInLocalBuffer    accumulator reads and writes are reads and writes of the local buffer, at accumulator width
 *
 * What fills the local buffer, and weights, are charged as counted. The mapper sees the second rule (`accumulator` of the
 * coefficients), not the first, which depends on the mapping in a way that no coefficient has.
 *
 * @source notes on the reference tables: inputs and outputs "charged per MAC (divided by multicast)"; test/validation/cost/published-gemm.test.ts
 */
export function chargedCounters(
  counters: GemmCounters,
  { spatial: { rows, cols }, arraySplit }: Pick<Mapping, "spatial" | "arraySplit">,
  { precision, energy, localBuffer }: Hardware,
  { profile }: Technology,
  rules: ChargingRules = chargingRules(profile),
): GemmCounters {
  if (energy !== null || localBuffer === null || !(rules.inputChargedPerMac || rules.sumsInLocalBuffer))
    return counters;
  const { macs, local, register } = counters;
  const sums = rules.sumsInLocalBuffer ? register : { reads: { output: 0 }, writes: { output: 0 } };
  const perStep = (macs / (rows.n * cols.n * arraySplit.n)) * (precision.input / BITS_PER_BYTE);
  return {
    ...counters,
    local: {
      reads: {
        ...local.reads,
        input: rules.inputChargedPerMac ? perStep : local.reads.input,
        output: local.reads.output + sums.reads.output,
      },
      writes: { ...local.writes, output: local.writes.output + sums.writes.output },
    },
    register: {
      reads: { ...register.reads, output: register.reads.output - sums.reads.output },
      writes: { ...register.writes, output: register.writes.output - sums.writes.output },
    },
  };
}
