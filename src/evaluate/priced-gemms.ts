import { energyCoefficients } from "../cost/index.ts";
import { simulateGemms, type GemmProblem, type GemmResult, type SimulateOptions } from "../sim/portable.ts";
import { withKernelTime } from "./gemm-kernel.ts";
import type { Hardware } from "../spec/hardware.ts";
import { PLAIN_TECHNOLOGY, type Technology } from "../spec/technology.ts";

export interface PricedOptions extends SimulateOptions {
  /** What prices events where `energy` is left out; default the calibrated profile. */
  readonly technology?: Technology;
}

/**
 * Finds the best mapping of each GEMM on the hardware, by itself, and simulates it, as `ecotile gemm` does where nothing is fetched
 * ahead: events are priced by the hardware's own energies or those of the technology. A search for latency looks at energies
 * too, since of mappings that are as fast it takes the one that needs least.
 *
 * @param options  `energy` left out: as above; null: none are known, and only latency may be searched for
 * @returns        one result per problem, in order
 * @throws         as simulateGemms of the simulator; CostError where the technology names something that the tables do not have
 */
export function simulatePricedGemms(
  hardware: Hardware,
  problems: readonly GemmProblem[],
  { technology = PLAIN_TECHNOLOGY, ...options }: PricedOptions = {},
): GemmResult[] {
  const timed = (all: SimulateOptions): GemmResult[] =>
    simulateGemms(hardware, problems, all).map((result, i) => withKernelTime(result, problems[i]!, hardware));
  if (options.energy !== undefined) return timed(options);
  const coefficients = energyCoefficients(hardware, technology);
  return timed({ ...options, energy: "total" in coefficients ? null : coefficients });
}
