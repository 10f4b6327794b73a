import { flag, listOf, oneOrMore, real, section, whole } from "./fields.ts";
import type { Tower, VisionTower } from "./model.ts";

/** Pairs of tokens that are alike become one (Bolya et al. 2022, ToMe, arXiv 2210.09461). */
export interface TokenMerging {
  /** Pairs that are merged in each layer, between its attention and its FFN; length = layers. */
  readonly merge: readonly number[];
  readonly retrained: boolean;
}

/** Patches that the class token attends to least are dropped (Liang et al. 2022, EViT, arXiv 2202.07800). */
export interface TokenPruning {
  /** Share of the patches that stays, at each of `layers`, between attention and FFN. */
  readonly keep: number;
  /** Layers that prune, counted from 1; absent: {@link quarterLayers}. */
  readonly layers?: readonly number[] | undefined;
  /** What is dropped goes on as one token, weighted by the attention that it got. */
  readonly fuse: boolean;
  readonly retrained: boolean;
}

export type TokenReduction = TokenMerging | TokenPruning;

/** A vision tower as written: `merge` may be one number, `layers` may be left out. */
export interface WrittenReduction {
  readonly merge?: number | readonly number[] | undefined;
  readonly keep?: number | undefined;
  readonly layers?: readonly number[] | undefined;
  readonly fuse?: boolean | undefined;
  readonly retrained: boolean;
}

/** Fields that `--set` changes too: one definition for both. */
export const reductionFields = {
  merge: oneOrMore(whole(0, 10_000_000), "must hold one number per layer"),
  keep: real(0.01, 1),
  retrained: flag(),
};

const f = reductionFields;

/** `tokenReduction:` of a vision tower. */
export const towerReduction = section({
  merge: f.merge.optional().describe("Token merging: pairs of tokens merged in each layer (the r of ToMe)"),
  keep: f.keep.optional().describe("Token pruning: share of the patches that stays, at each of the layers"),
  layers: listOf(whole(1, 1000), "layers", 1, 1000)
    .optional()
    .describe("Layers, from 1, that prune; the first of each quarter but the first where left out"),
  fuse: flag().optional().describe("What is pruned goes on as one token, weighted by its attention"),
  retrained: f.retrained.default(false).describe("Whether the model was trained again with fewer tokens"),
});

/** The first layer of the second, the third and the last quarter, as EViT has it (4, 7 and 10 of 12). */
export function quarterLayers(layers: number): readonly number[] {
  return [...new Set([1, 2, 3].map((quarter) => Math.min(layers, Math.floor((quarter * layers) / 4) + 1)))];
}

/** What is written, in full; undefined where it leaves all tokens, as in a file that says nothing. */
export function builtReduction(
  { merge, keep, layers: at, fuse = false, retrained }: WrittenReduction,
  layers: number,
): TokenReduction | undefined {
  if (merge !== undefined) {
    const all = typeof merge === "number" ? Array.from({ length: layers }, () => merge) : merge;
    return all.every((count) => count === 0) ? undefined : { merge: all, retrained };
  }
  if (keep === undefined || keep === 1) return undefined;
  return { keep, ...(at === undefined ? {} : { layers: at }), fuse, retrained };
}

/** Tokens that meet in the attention of a layer, and that go on to its FFN and the layers behind. */
export interface LayerTokens {
  readonly before: number;
  readonly after: number;
}

/**
 * Tokens of each layer of a tower; null: all of them, everywhere. Class tokens and registers stay.
 *
 *   merging  after = before − min(merge, ⌊(before − class tokens) / 2⌋)
 *   pruning  after = class tokens + ⌈keep · (before − class tokens)⌉, and one that stands for the others where they are fused
 */
export function layerTokens(
  tower: Tower & Partial<Pick<VisionTower, "tokenReduction" | "imageSize" | "patchSize">>,
): readonly LayerTokens[] | null {
  const { tokenReduction: reduction, layers, tokens, imageSize = 0, patchSize = 1 } = tower;
  if (reduction === undefined) return null;
  const side = Math.floor(imageSize / patchSize);
  const extra = tokens - side * side;
  let before = tokens;
  return Array.from({ length: layers }, (_, layer) => {
    const after =
      "merge" in reduction ? merged(before, extra, reduction, layer) : pruned(before, extra, reduction, layer, layers);
    const each = { before, after };
    before = after;
    return each;
  });
}

function merged(before: number, extra: number, { merge }: TokenMerging, layer: number): number {
  return before - Math.min(merge[layer] ?? 0, Math.floor((before - extra) / 2));
}

function pruned(
  before: number,
  extra: number,
  { keep, layers, fuse }: TokenPruning,
  layer: number,
  count: number,
): number {
  if (!(layers ?? quarterLayers(count)).includes(layer + 1)) return before;
  const patches = before - extra;
  const kept = Math.ceil(keep * patches);
  return extra + kept + (fuse && kept < patches ? 1 : 0);
}

/** Tokens that leave a tower's layers. */
export function tokensLeft(tower: Parameters<typeof layerTokens>[0]): number {
  return layerTokens(tower)?.at(-1)?.after ?? tower.tokens;
}

/** Mean over the layers of the share of the tokens that goes on to the FFN; 1: all of them. */
export function shareOfTokens(tower: Parameters<typeof layerTokens>[0]): number {
  const each = layerTokens(tower);
  if (each === null || each.length === 0) return 1;
  return each.reduce((sum, { after }) => sum + after, 0) / each.length / tower.tokens;
}

/** A reduction of a tower that gets another number of layers: the last layer's stands for new ones. */
export function resizedReduction(reduction: TokenReduction, layers: number): TokenReduction | undefined {
  const { retrained } = reduction;
  if ("merge" in reduction) {
    const { merge } = reduction;
    const all = Array.from({ length: layers }, (_, at) => merge[Math.min(at, merge.length - 1)] ?? 0);
    return builtReduction({ merge: all, retrained }, layers);
  }
  const left = reduction.layers?.filter((layer) => layer <= layers);
  if (left === undefined) return reduction;
  return left.length === 0 ? undefined : { ...reduction, layers: left };
}
