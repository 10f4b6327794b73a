import { square } from "../math/index.ts";
import type { TextTower, VisionTower } from "../spec/model.ts";
import type { Operator } from "./operator.ts";
import { linear, vector, type Place } from "./make-operator.ts";

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
    ...(tower.position === "learned" ? [addPositions(tower, batch, place)] : putClassTokens(tower, batch, place)),
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

/**
 * Token ids to vectors: one row of the vocabulary table for every token. `tokens` of each of `batch` sequences; the ids
 * are the activations read.
 */
export function tokenEmbedding(tower: TextTower, batch: number, tokens: number, place: Place): Operator {
  const elements = batch * tokens * tower.hidden;
  return vector(place, "token-embedding", "token-embedding", {
    primitive: "gather",
    elements,
    elementsRead: batch * tokens,
    parametersRead: elements,
  });
}

/** Addition of a learned table: `rows` of it are read, whatever the batch. */
export function addTable(
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
