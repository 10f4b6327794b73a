import { square } from "../math/index.ts";
import type { TextTower, VisionTower } from "../spec/model.ts";
import type { Operator } from "./operator.ts";
import { normSize } from "./layer-shape.ts";
import { linear, normalisation, vector, type Place } from "./make-operator.ts";

/** Patches of one image; what does not fill a patch is not looked at (as a convolution without padding does). */
export function patchesOf(tower: VisionTower): number {
  return square(Math.floor(tower.imageSize / tower.patchSize));
}

/**
 * Tokens that are not patches: 1 where there is a class token, more with registers, 0 where patches are averaged.
 *
 * @throws RangeError if the tower has fewer tokens than patches
 */
export function extraTokensOf(tower: VisionTower): number {
  const extra = tower.tokens - patchesOf(tower);
  if (extra < 0) throw new RangeError(`${tower.tokens} tokens are fewer than ${patchesOf(tower)} patches`);
  return extra;
}

/**
 * Image to tokens. The convolution of stride = patchSize reads each pixel once, so it is a GEMM
 * [batch·patches, channels·patchSize²] · [channels·patchSize², hidden]. Class tokens and positions are one addition:
 * read the patches, the class token and the position table; write all tokens. With rotary positions only class tokens are put in.
 */
export function imageEmbedding(tower: VisionTower, batch: number, place: Place): readonly Operator[] {
  const { hidden, channels, patchSize } = tower;
  const rows = batch * patchesOf(tower);
  return [
    linear(place, "patch-embedding", "patch-embedding", { rows, k: channels * square(patchSize), n: hidden }),
    ...(tower.position === "learned" || tower.position === "fixed"
      ? [addPositions(tower, batch, place)]
      : putClassTokens(tower, batch, place)),
  ];
}

function addPositions(tower: VisionTower, batch: number, place: Place): Operator {
  const { hidden, tokens } = tower;
  return vector(place, "position-embedding", "position-embedding", {
    primitive: "add",
    elements: batch * tokens * hidden,
    elementsRead: batch * patchesOf(tower) * hidden,
    parametersRead: (tokens + extraTokensOf(tower)) * hidden,
  });
}

function putClassTokens(tower: VisionTower, batch: number, place: Place): readonly Operator[] {
  const parametersRead = extraTokensOf(tower) * tower.hidden;
  const work = { primitive: "gather", elements: batch * parametersRead, elementsRead: 0, parametersRead } as const;
  return parametersRead > 0 ? [vector(place, "position-embedding", "class-token", work)] : [];
}

/** What of a text tower's embedding the tower itself does not say. */
export interface TextStem {
  /** Rows of a learned position table. */
  readonly positions: number;
  readonly segments: number;
  /** Whether a norm follows, where the tower does not say. */
  readonly hasNorm: boolean;
}

/** Width of the tables: where the way to `hidden` has a bias, all tables and the norm stand before it (ALBERT, ELECTRA). */
function tableWidth({ hidden, embeddingSize = hidden, embeddingBias }: TextTower): number {
  return embeddingBias === true ? embeddingSize : hidden;
}

/**
 * Token ids to vectors: one row of the vocabulary table for every token (the ids are the activations read), positions and segments added,
 * a norm where there is one. A narrower or wider table goes through a matrix: behind the norm where that has a bias, else at once (OPT).
 */
export function textEmbedding(
  tower: TextTower,
  stem: TextStem,
  batch: number,
  tokens: number,
  place: Place,
): readonly Operator[] {
  const { hidden, vocabulary, position, embeddingSize } = tower;
  const width = tableWidth(tower);
  const table = { batch, tokens, hidden: width };
  const rows = batch * tokens;
  const projection =
    embeddingSize === undefined
      ? []
      : [linear(place, "projection", "embedding-projection", { rows, k: embeddingSize, n: hidden })];
  const isLast = tower.embeddingBias === true;
  const { embeddingNorm = stem.hasNorm, normalisation: kind } = tower;
  return [
    ...(vocabulary > 0 ? [tokenEmbedding(embeddingSize ?? hidden, rows, place)] : []),
    ...(isLast ? [] : projection),
    ...(position === "learned" || position === "fixed"
      ? [addTable("position-embedding", { ...table, rows: tokens }, place)]
      : []),
    ...(stem.segments > 0
      ? [addTable("segment-embedding", { ...table, rows: Math.min(stem.segments, tokens) }, place)]
      : []),
    ...(embeddingNorm ? [normalisation(place, "embedding-norm", { rows, hidden: width, normalisation: kind })] : []),
    ...(isLast ? projection : []),
  ];
}

/** Trained numbers of a text tower's embedding. */
export function textEmbeddingParameters(tower: TextTower, stem: TextStem): number {
  const { tables, matrices } = textTables(tower, stem);
  const { embeddingNorm = stem.hasNorm, embeddingSize, hidden } = tower;
  const bias = embeddingSize !== undefined && tower.embeddingBias === true ? hidden : 0;
  return tables + matrices + bias + (embeddingNorm ? normSize(tower.normalisation, tableWidth(tower)) : 0);
}

/** Of these the elements of tables, and those of the way to `hidden`. */
export function textTables(tower: TextTower, stem: TextStem): { readonly tables: number; readonly matrices: number } {
  const { hidden, vocabulary, embeddingSize, position, classTokens = 0 } = tower;
  const positions = position === "learned" ? stem.positions : 0;
  return {
    tables:
      (embeddingSize ?? hidden) * vocabulary + tableWidth(tower) * (positions + stem.segments) + classTokens * hidden,
    matrices: embeddingSize === undefined ? 0 : embeddingSize * hidden,
  };
}

function tokenEmbedding(width: number, rows: number, place: Place): Operator {
  return vector(place, "token-embedding", "token-embedding", {
    primitive: "gather",
    elements: rows * width,
    elementsRead: rows,
    parametersRead: rows * width,
  });
}

/** Addition of a table: `rows` of it are read, whatever the batch. */
function addTable(
  name: string,
  shape: { readonly batch: number; readonly tokens: number; readonly hidden: number; readonly rows: number },
  place: Place,
): Operator {
  return vector(place, "position-embedding", name, {
    primitive: "add",
    elements: shape.batch * shape.tokens * shape.hidden,
    parametersRead: shape.rows * shape.hidden,
  });
}
