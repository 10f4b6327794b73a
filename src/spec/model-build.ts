import type * as z from "zod";
import { square } from "../math/index.ts";
import { refuse } from "./fields.ts";
import type { AttentionKind, Tower, VisionTower } from "./model.ts";
import { formatsOf, LAYERED_CLASSES, type Quantisation } from "./quantisation.ts";
import { builtReduction, type WrittenReduction } from "./token-reduction.ts";

export type TowerContext = z.RefinementCtx;

type PerLayer = number | readonly number[];

/** A tower as written: sizes per layer may be one number, some may be left out. */
export type RawTower = Omit<Tower, "ffn" | "heads" | "kvHeads" | "headSize" | "tokens" | "attention"> & {
  readonly ffn: PerLayer;
  readonly heads: PerLayer;
  readonly kvHeads?: PerLayer | undefined;
  readonly headSize?: number | undefined;
  readonly attention?: AttentionKind | readonly AttentionKind[] | undefined;
};

/** One value per layer. Undefined: the list has another length. */
export function perLayer(value: PerLayer, layers: number): readonly number[] | undefined {
  return perLayerOf(value, layers);
}

/** The same for values of any kind. */
export function perLayerOf<T extends number | string>(
  value: T | readonly T[],
  layers: number,
): readonly T[] | undefined {
  if (typeof value !== "object") return Array.from({ length: layers }, () => value);
  return value.length === layers ? value : undefined;
}

type Refuse = (field: string, message: string) => void;

/** Full towers from what was written; adds issues below `tower` where lists do not fit. */
function buildTower<T extends RawTower>(raw: T, refuseField: Refuse) {
  const list = (field: "ffn" | "heads" | "kvHeads", value: PerLayer) => {
    const filled = perLayer(value, raw.layers);
    const count = typeof value === "number" ? 1 : value.length;
    if (!filled) refuseField(field, `holds ${count} values, but the tower has ${raw.layers} layers`);
    return filled ?? [];
  };
  const heads = list("heads", raw.heads);
  const kvHeads = list("kvHeads", raw.kvHeads ?? raw.heads);
  if (heads.some((count, layer) => count % (kvHeads[layer] ?? 1) !== 0)) {
    refuseField("heads", "must be a multiple of kvHeads in each layer");
  }
  checkExtras(raw, refuseField);
  checkQuantisation(raw, refuseField);
  const { attention, ...plain } = raw;
  const sizes = { heads, kvHeads, ffn: list("ffn", raw.ffn), headSize: headSizeOf(raw, heads, refuseField) };
  // A key that is absent stays absent: models with and without it are the same text.
  const kinds = attention === undefined ? {} : { attention: kindsOf(attention, raw.layers, refuseField) };
  return { ...plain, ...sizes, ...kinds };
}

function kindsOf(
  attention: AttentionKind | readonly AttentionKind[],
  layers: number,
  refuseField: Refuse,
): readonly AttentionKind[] {
  const filled = perLayerOf(attention, layers);
  if (!filled) refuseField("attention", `holds ${attention.length} values, but the tower has ${layers} layers`);
  return filled ?? [];
}

/** Lists hold one format a layer, and sums are no narrower than the activations that are made of them. */
function checkQuantisation({ quantisation, layers }: RawTower, refuseField: Refuse): void {
  for (const name of LAYERED_CLASSES) {
    const formats = quantisation?.[name];
    if (Array.isArray(formats) && formats.length !== layers)
      refuseField("quantisation", `holds ${formats.length} formats of ${name}, but the tower has ${layers} layers`);
  }
  for (let layer = 0; layer < layers; layer++) {
    const { sums = null, activations = null } = formatsOf(quantisation as Quantisation | undefined, layer) ?? {};
    if (sums === null || activations === null || sums.bits >= activations.bits) continue;
    refuseField("quantisation", `has sums of ${sums.bits} bits, narrower than activations with ${activations.bits}`);
    return;
  }
}

/** Where what is beyond a plain tower contradicts it. */
function checkExtras(raw: RawTower, refuseField: Refuse): void {
  const { experts, position, relative, rotarySize, latent } = raw;
  if (experts !== undefined && experts.active > experts.count)
    refuseField("experts", `chooses ${experts.active} of ${experts.count} experts`);
  if ((position === "relative") !== (relative !== undefined))
    refuseField("relative", "belongs to position: relative, and to no other");
  if (rotarySize !== undefined && position !== "rotary")
    refuseField("rotarySize", "belongs to position: rotary, and to no other");
  if (latent !== undefined && raw.attentionGate !== undefined)
    refuseField("attentionGate", "is not known with latent attention");
  checkRecurrent(raw, refuseField);
  if (latent !== undefined && position !== "rotary") refuseField("latent", "belongs to position: rotary");
  if (raw.sharedLayers === true && experts !== undefined) refuseField("sharedLayers", "is not known with experts");
}

/** A state where layers have one, of heads that share keys evenly; the first form has channels in place of heads. */
function checkRecurrent({ recurrent, attention, layers }: RawTower, refuseField: Refuse): void {
  const isUsed = attention === "recurrent" || (Array.isArray(attention) && attention.includes("recurrent"));
  if (isUsed && recurrent === undefined) refuseField("attention", "is recurrent, which needs the section recurrent");
  if (recurrent === undefined) return;
  if (!isUsed && layers > 0) refuseField("recurrent", "belongs to layers whose attention is recurrent; there are none");
  const { form, heads, keyHeads, valueSize, rank, kernel } = recurrent;
  if (heads % keyHeads !== 0) refuseField("recurrent", `has ${heads} heads, no multiple of ${keyHeads} keyHeads`);
  if ((form === "mamba") !== rank > 0) refuseField("recurrent", "has a rank of form mamba, and of no other");
  if (form === "mamba" && (valueSize !== 1 || keyHeads !== 1))
    refuseField("recurrent", "of form mamba has channels for heads: valueSize and keyHeads are 1");
  if (form === "lightning" && kernel !== 0)
    refuseField("recurrent", "of form lightning has no convolution: kernel is 0");
}

function headSizeOf(raw: RawTower, heads: readonly number[], refuseField: Refuse): number {
  if (raw.headSize !== undefined) return raw.headSize;
  // The latent form has head sizes of its own.
  if (raw.latent !== undefined) return raw.latent.nope + raw.latent.rope;
  const size = raw.hidden / (heads[0] ?? 1);
  if (Number.isInteger(size) && heads.every((count) => count === heads[0])) return size;
  refuseField("headSize", "must be given, since hidden is not a whole multiple of heads");
  return 1;
}

function lastOf(ffn: PerLayer): number {
  return typeof ffn === "number" ? ffn : (ffn.at(-1) ?? 0);
}

function refuseIn(at: readonly PropertyKey[], tower: string, ctx: TowerContext): Refuse {
  return (field, message) => void refuse(ctx, "spec/inconsistent", message, null, [...at, tower, field]);
}

export function buildText<T extends RawTower & { readonly tokens: number }>(
  raw: T,
  ctx: TowerContext,
  at: readonly PropertyKey[] = [],
  name = "text",
) {
  return buildTower(raw, refuseIn(at, name, ctx));
}

export function buildVision<
  T extends RawTower & {
    readonly imageSize: number;
    readonly patchSize: number;
    readonly tokens?: number | undefined;
    readonly pooling?: VisionTower["pooling"];
    readonly attentionPool?: VisionTower["attentionPool"];
    readonly tokenReduction?: WrittenReduction | undefined;
  },
>({ tokenReduction: written, ...raw }: T, ctx: TowerContext, at: readonly PropertyKey[] = []) {
  const refuseField = refuseIn(at, "vision", ctx);
  const { imageSize, patchSize } = raw;
  if (imageSize < patchSize) refuseField("patchSize", `is ${patchSize}, more than the image's ${imageSize} pixels`);
  if (raw.pooling === "attention" && raw.attentionPool === undefined && lastOf(raw.ffn) === 0)
    refuseField("pooling", "by attention has an FFN as wide as that of the last layer, which has none");
  const tokens = raw.tokens ?? square(Math.floor(imageSize / patchSize)) + 1;
  checkReduction(written, raw.layers, refuseField);
  const reduction = written === undefined ? undefined : builtReduction(written, raw.layers);
  // A key that is absent stays absent: models with and without it are the same text.
  return { ...buildTower(raw, refuseField), tokens, ...(reduction === undefined ? {} : { tokenReduction: reduction }) };
}

/** Merging or pruning, and what belongs to either; lists hold one number a layer. */
function checkReduction(written: WrittenReduction | undefined, layers: number, refuseField: Refuse): void {
  if (written === undefined) return;
  const { merge, keep, layers: at, fuse } = written;
  const field = "tokenReduction";
  if ((merge === undefined) === (keep === undefined)) refuseField(field, "needs merge or keep, and not both");
  if (keep === undefined && (at !== undefined || fuse !== undefined))
    refuseField(field, "has layers or fuse, which belong to keep");
  if (typeof merge === "object" && merge.length !== layers)
    refuseField(field, `holds ${merge.length} numbers of merge, but the tower has ${layers} layers`);
  const beyond = at?.find((layer) => layer > layers);
  if (beyond !== undefined) refuseField(field, `names layer ${beyond}, but the tower has ${layers} layers`);
}
