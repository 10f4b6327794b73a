/** How far a parameter's values among chosen designs are from those of the whole space. */
export interface ChosenShare {
  /** Share of the sum over the parameters, from 0 to 1. */
  readonly share: number;
  /** Share of the chosen designs that have each value. */
  readonly marginal: readonly number[];
}

/**
 * PED-ANOVA (Watanabe, Bansal and Hutter, IJCAI 2023): what each parameter does for being among the chosen designs, which is the first-order
 * variance of that yes or no: the Pearson divergence Σ q (p / q − 1)² of a parameter's values among the chosen designs, p, from those of
 * the whole space, q = 1 / levels. Here both are counted, not estimated by kernels.
 *
 * @param levels  number of values of each parameter
 * @param chosen  places of the values of each chosen design, parameter by parameter, and how often it counts
 * @returns null where nothing is chosen, or the chosen designs are as the space is
 */
export function pedAnova(
  levels: readonly number[],
  chosen: readonly { readonly places: readonly number[]; readonly times: number }[],
): readonly ChosenShare[] | null {
  const all = chosen.reduce((sum, { times }) => sum + times, 0);
  const marginals = levels.map((count, feature) => {
    const sums = Array<number>(count).fill(0);
    for (const { places, times } of chosen) sums[places[feature]!]! += times / all;
    return sums;
  });
  const divergences = marginals.map((marginal) => {
    const q = 1 / marginal.length;
    return marginal.reduce((sum, p) => sum + q * (p / q - 1) * (p / q - 1), 0);
  });
  const whole = divergences.reduce((sum, divergence) => sum + divergence, 0);
  if (!(whole > 0)) return null;
  return marginals.map((marginal, feature) => ({ share: divergences[feature]! / whole, marginal }));
}
