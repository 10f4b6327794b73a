import type { Tower, VisionTower } from "../../spec/model.ts";
import { shareOfTokens } from "../../spec/token-reduction.ts";
import { blockParameters } from "../capacity.ts";
import type { PricedModel } from "../precision/form.ts";
import { tableText } from "../stored-fit.ts";
import {
  outsideReduction,
  reductionKind,
  reductionLoss,
  type ReducedModel,
  type ReductionLoss,
  type StoredReduction,
} from "./form.ts";

let loaded: StoredReduction | undefined;

export function storedReduction(): StoredReduction {
  loaded ??= JSON.parse(tableText("token-reduction.json")) as StoredReduction;
  return loaded;
}

/** What the price looks at of a tower; undefined: it keeps all tokens. */
export function reducedModel(tower: Tower & Pick<Partial<VisionTower>, "tokenReduction">): ReducedModel | undefined {
  const { tokenReduction, tokens } = tower;
  if (tokenReduction === undefined) return undefined;
  return {
    form: "merge" in tokenReduction ? "merging" : "pruning",
    isRetrained: tokenReduction.retrained,
    share: shareOfTokens(tower),
    tokens,
    parameters: blockParameters(tower),
  };
}

/** Why no published row stands for a tower with fewer tokens; null: one does, or all of them stay. */
export function uncoveredReduction({ reduction, family }: PricedModel): string | null {
  if (reduction === undefined) return null;
  if (family !== "vit") return `no loss by merging or pruning tokens of a ${family} model is published`;
  return outsideReduction(storedReduction().coverage, reduction);
}

/**
 * Loss of the towers with fewer tokens, added.
 *
 * @param towers  all of them covered
 */
export function reductionPrice(towers: readonly PricedModel[]): ReductionLoss {
  return towers.reduce<ReductionLoss>(
    (sum, { reduction }) => {
      if (reduction === undefined) return sum;
      const { loss, low, high } = reductionLoss(storedReduction(), reduction);
      return { loss: sum.loss + loss, low: sum.low + low, high: sum.high + high };
    },
    { loss: 0, low: 0, high: 0 },
  );
}

/** Each kind rests on one source. */
export function reductionMarks(towers: readonly PricedModel[]): readonly string[] {
  const marks = towers.flatMap(({ reduction }): readonly string[] => {
    const found = reduction === undefined ? undefined : storedReduction().coverage[reductionKind(reduction)];
    return found === undefined || found.sources.length > 1 ? [] : [`token_${reduction!.form}_one_source`];
  });
  return [...new Set(marks)];
}
