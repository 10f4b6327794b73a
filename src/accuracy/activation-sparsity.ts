import { log } from "../math/index.ts";
import { placeOnCurve, type ActivationSparsity } from "../spec/activation-sparsity.ts";
import { COLLAPSE, type PricedModel } from "./precision/form.ts";

/**
 * Price of activations that are taken as zero at run time. No published table is of it, so it is what the model's own curve says, against
 * the accuracy at the curve's first threshold, on the scale of precision/form.ts:
 *
 *   λ = −ln( (accuracy − chance) / (accuracy at the first threshold − chance) )       between thresholds on a straight line
 *
 * The ends of its interval are those of the measured thresholds on either side.
 */
export interface MeasuredZeros {
  readonly sparsity: ActivationSparsity;
  /** Accuracy of guessing, a fraction. */
  readonly chance: number;
}

/** Why the zeros of a tower have no price; null: they have one, or there are none. */
export function uncoveredZeros({ zeros, family }: PricedModel): string | null {
  if (zeros === undefined) return null;
  const { below, above } = placeOnCurve(zeros.sparsity);
  const isKnown = [zeros.sparsity.curve[0]!, below, above].every(
    ({ accuracy }) => accuracy !== undefined && accuracy > zeros.chance,
  );
  if (isKnown) return null;
  return `no loss by zeros of activations of a ${family} model is published, and its activationSparsity.curve has no accuracy above chance (${zeros.chance}) at its first threshold and on both sides of ${zeros.sparsity.threshold}`;
}

/** λ with the ends of its interval; below zero: a gain. */
export interface ZerosLoss {
  readonly loss: number;
  readonly low: number;
  readonly high: number;
}

/** Loss of the towers with a threshold, added. @param towers  all of them covered */
export function zerosPrice(towers: readonly PricedModel[]): ZerosLoss {
  return towers.reduce<ZerosLoss>(
    (sum, { zeros }) => {
      if (zeros === undefined) return sum;
      const { below, above, part } = placeOnCurve(zeros.sparsity);
      const lossAt = (accuracy: number): number =>
        Math.min(COLLAPSE, -log((accuracy - zeros.chance) / (zeros.sparsity.curve[0]!.accuracy! - zeros.chance)));
      const [first, second] = [lossAt(below.accuracy!), lossAt(above.accuracy!)];
      // A gain is the noise of the measurement, not one of leaving out.
      const loss = Math.max(0, first + part * (second - first));
      return {
        loss: sum.loss + loss,
        low: sum.low + Math.min(first, second),
        high: sum.high + Math.max(loss, first, second),
      };
    },
    { loss: 0, low: 0, high: 0 },
  );
}

/** The price is the user's, not ours. */
export const zerosMarks = (towers: readonly PricedModel[]): readonly string[] =>
  towers.some(({ zeros }) => zeros !== undefined) ? ["activation_sparsity_by_given_curve"] : [];
