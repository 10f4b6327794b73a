import { approximateMultiplier, type Hardware } from "../spec/index.ts";

/** What arrays whose multipliers err do to products; nothing of exact ones. */
export function multiplierLines({ precision }: Hardware): readonly string[] {
  const circuit = approximateMultiplier(precision);
  if (circuit === null) return [];
  const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;
  return [
    `Multipliers: ${circuit.name} (${circuit.signed ? "signed" : "unsigned"}), wrong in ${percent(circuit.errorRate)} of products, by ${percent(circuit.meanError)} of their range in the mean and ${percent(circuit.worstError)} at worst. What that costs in accuracy is not known here.`,
  ];
}
