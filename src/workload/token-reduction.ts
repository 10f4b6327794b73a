import { square } from "../math/index.ts";
import type { Tower, VisionTower } from "../spec/model.ts";
import type { LayerTokens } from "../spec/token-reduction.ts";
import type { LayerShape } from "./layer-shape.ts";
import { product, vector, type Place } from "./make-operator.ts";
import type { Operator } from "./operator.ts";

/** Operators that take a layer's tokens away, between its attention and its FFN; none where all stay. */
export type Reducer = (shape: LayerShape, batch: number, tokens: LayerTokens, place: Place) => readonly Operator[];

/** What takes tokens away in a tower; nothing does in one that keeps them all. */
export function reducerOf({
  tokenReduction: reduction,
  tokens,
  imageSize = 0,
  patchSize = 1,
}: Tower & Partial<Pick<VisionTower, "tokenReduction" | "imageSize" | "patchSize">>): Reducer {
  const extra = tokens - square(Math.floor(imageSize / patchSize));
  return (shape, batch, each, place) => {
    if (reduction === undefined || each.after === each.before) return [];
    return "merge" in reduction
      ? merging(shape, batch, each, place)
      : pruning(shape, batch, each, { extra, fuse: reduction.fuse }, place);
  };
}

/**
 * Token merging by bipartite matching (Bolya et al. 2022, arXiv 2210.09461, section 3 and appendix D), of N tokens of which r go:
 *
 *   metric   keys, averaged over the heads: [N, headSize], normalised
 *   scores   [⌈N / 2⌉, headSize] · [headSize, ⌊N / 2⌋]: every second token against those between
 *   match    the best partner of each of the first half, and a ranking of these best scores
 *   merge    means weighted by how many patches a token stands for: times sizes, r sums, N − r that stay, over sizes
 *
 * The logarithms of sizes that are added to scores are part of the softmax's first pass, as slopes of ALiBi are.
 */
function merging(shape: LayerShape, batch: number, { before, after }: LayerTokens, place: Place): readonly Operator[] {
  const { hidden, kvHeads, headSize } = shape;
  const [first, second] = [Math.ceil(before / 2), Math.floor(before / 2)];
  const keys = batch * before * headSize;
  const mergedRows = batch * (before - after) * hidden;
  return [
    vector(place, "vector", "merge-metric", {
      primitive: "mean",
      elements: keys,
      rowLength: kvHeads,
      elementsRead: keys * kvHeads,
    }),
    vector(place, "vector", "merge-normalise", { primitive: "l2-normalise", elements: keys, rowLength: headSize }),
    product(place, "product", "merge-scores", { batch, m: first, k: headSize, n: second }),
    vector(place, "vector", "merge-match", {
      primitive: "max",
      elements: batch * first,
      rowLength: second,
      elementsRead: batch * first * second,
    }),
    ranking("merge-ranking", batch, first, place),
    vector(place, "vector", "merge-weighting", {
      primitive: "multiply",
      elements: batch * before * hidden,
      elementsRead: batch * before * (hidden + 1),
    }),
    vector(place, "vector", "merge-gather", { primitive: "gather", elements: batch * after * hidden }),
    vector(place, "vector", "merge-sum", { primitive: "add", elements: mergedRows, elementsRead: 2 * mergedRows }),
    vector(place, "vector", "merge-mean", {
      primitive: "multiply",
      elements: batch * after * hidden,
      elementsRead: batch * after * (hidden + 1),
    }),
  ];
}

/**
 * Token pruning by the attention of the class token (Liang et al. 2022, arXiv 2202.07800, section 3.2): its row of the softmax, averaged
 * over the heads, ranks the patches; those that stay are gathered; the others go on as one token, their sum weighted by that attention,
 * where they are fused.
 */
function pruning(
  shape: LayerShape,
  batch: number,
  { before, after }: LayerTokens,
  { extra, fuse }: { readonly extra: number; readonly fuse: boolean },
  place: Place,
): readonly Operator[] {
  const { hidden, heads } = shape;
  const patches = before - extra;
  const stay = after - (fuse ? 1 : 0);
  const dropped = before - stay;
  return [
    vector(place, "vector", "prune-attention", {
      primitive: "mean",
      elements: batch * patches,
      rowLength: heads,
      elementsRead: batch * patches * heads,
    }),
    ranking("prune-ranking", batch, patches, place),
    vector(place, "vector", "prune-gather", { primitive: "gather", elements: batch * stay * hidden }),
    ...(fuse
      ? [
          vector(place, "vector", "prune-weighting", {
            primitive: "multiply",
            elements: batch * dropped * hidden,
            elementsRead: batch * dropped * (hidden + 1),
          }),
          vector(place, "vector", "prune-fuse", {
            primitive: "mean",
            elements: batch * hidden,
            rowLength: dropped,
            elementsRead: batch * dropped * hidden,
          }),
        ]
      : []),
  ];
}

/**
 * A sorting network over the next power of two (Batcher 1968, "Sorting networks and their applications"): with 2^p places p (p + 1) / 2
 * steps, in each of which every place takes the larger or the smaller of two.
 */
function ranking(name: string, batch: number, count: number, place: Place): Operator {
  let [power, places] = [0, 1];
  for (; places < count; places *= 2) power += 1;
  const elements = batch * places * Math.max(1, (power * (power + 1)) / 2);
  return vector(place, "vector", name, {
    primitive: "compare",
    elements,
    elementsRead: batch * count,
    elementsWritten: batch * count,
  });
}
