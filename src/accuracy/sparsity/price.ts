import { exp } from "../../math/index.ts";
import { sparseForm, type Sparsity } from "../../spec/sparsity.ts";
import type { PricedModel } from "../precision/form.ts";
import { storedPrice } from "../precision/stored-price.ts";
import { tableText } from "../stored-fit.ts";
import { isCoveredBy, sparseKind, sparseLoss, type SparseLoss, type SparseModel, type StoredSparsity } from "./form.ts";

let loaded: StoredSparsity | undefined;

export function storedSparsity(): StoredSparsity {
  loaded ??= JSON.parse(tableText("sparsity.json")) as StoredSparsity;
  return loaded;
}

/** Patterns of hardware keep a fixed share of each block. */
function modelOf({ family }: PricedModel, sparsity: Sparsity): SparseModel | null {
  if (family !== "decoder" && family !== "bert") return null;
  const { kept, pattern = "unstructured" } = sparseForm(sparsity);
  return { family, pattern, gone: 1 - kept, method: sparsity.method };
}

/** Why no published row stands for a tower's sparsity; null: one does, or the tower is dense. */
export function uncoveredSparsity(tower: PricedModel): string | null {
  const { sparsity, family } = tower;
  if (sparsity === undefined) return null;
  const model = modelOf(tower, sparsity);
  if (model === null) return `no loss by sparse weights of a ${family} model is published`;
  const what = `${sparsity.weights} (${sparsity.method})`;
  const found = storedSparsity().coverage[sparseKind(model)];
  if (found === undefined) return `no such loss of a ${family} model is published at all: sparse weights, ${what}`;
  if (isCoveredBy(storedSparsity().coverage, model)) return null;
  const range = found.least === found.most ? `${found.least}` : `${found.least} to ${found.most}`;
  return `no such loss of a ${family} model is published beyond a share of ${range} that is gone: sparse weights, ${what}`;
}

/**
 * Loss of the sparse towers, added. Rows of decoders are perplexities: other tasks lose as much less as narrow numbers cost them less.
 *
 * @param towers  all of them covered
 */
export function sparsePrice(towers: readonly PricedModel[]): SparseLoss {
  const { coefficients } = storedPrice();
  const effect = (task: string): number => coefficients[`task ${task}`] ?? 0;
  return towers.reduce<SparseLoss>(
    (sum, tower) => {
      const model = tower.sparsity === undefined ? null : modelOf(tower, tower.sparsity);
      if (model === null) return sum;
      const by = model.family === "decoder" ? exp(effect(tower.task) - effect("perplexity")) : 1;
      const { loss, low, high } = sparseLoss(storedSparsity(), model);
      return { loss: sum.loss + by * loss, low: sum.low + by * low, high: sum.high + by * high };
    },
    { loss: 0, low: 0, high: 0 },
  );
}

/** Sparse weights rest on one source, or on two that disagree. */
export function sparseMarks(towers: readonly PricedModel[]): readonly string[] {
  const marks = towers.flatMap((tower): readonly string[] => {
    const model = tower.sparsity === undefined ? null : modelOf(tower, tower.sparsity);
    const found = model === null ? undefined : storedSparsity().coverage[sparseKind(model)];
    if (found === undefined) return [];
    // Of what training wins back the two sources of BERT tell different things: no rank, a wide interval.
    return [`${tower.family}_sparsity_${found.sources.length < 2 ? "one_source" : "sources_disagree"}`];
  });
  return [...new Set(marks)];
}
