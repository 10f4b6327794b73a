import type * as z from "zod";
import { square } from "../math/index.ts";
import { refuse } from "./fields.ts";
import type { Tower } from "./model.ts";

export type TowerContext = z.RefinementCtx;

type PerLayer = number | readonly number[];

/** A tower as written: sizes per layer may be one number, some may be left out. */
export type RawTower = Omit<Tower, "ffn" | "heads" | "kvHeads" | "headSize" | "tokens"> & {
  readonly ffn: PerLayer;
  readonly heads: PerLayer;
  readonly kvHeads?: PerLayer | undefined;
  readonly headSize?: number | undefined;
};

/** One value per layer. Undefined: the list has another length. */
export function perLayer(value: PerLayer, layers: number): readonly number[] | undefined {
  if (typeof value === "number") return Array.from({ length: layers }, () => value);
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
  return { ...raw, heads, kvHeads, ffn: list("ffn", raw.ffn), headSize: headSizeOf(raw, heads, refuseField) };
}

function headSizeOf(raw: RawTower, heads: readonly number[], refuseField: Refuse): number {
  if (raw.headSize !== undefined) return raw.headSize;
  const size = raw.hidden / (heads[0] ?? 1);
  if (Number.isInteger(size) && heads.every((count) => count === heads[0])) return size;
  refuseField("headSize", "must be given, since hidden is not a whole multiple of heads");
  return 1;
}

function refuseIn(tower: "text" | "vision", ctx: TowerContext): Refuse {
  return (field, message) => void refuse(ctx, "spec/inconsistent", message, null, [tower, field]);
}

export function buildText<T extends RawTower & { readonly tokens: number }>(raw: T, ctx: TowerContext) {
  return buildTower(raw, refuseIn("text", ctx));
}

export function buildVision<
  T extends RawTower & { readonly imageSize: number; readonly patchSize: number; readonly tokens?: number | undefined },
>(raw: T, ctx: TowerContext) {
  const refuseField = refuseIn("vision", ctx);
  const { imageSize, patchSize } = raw;
  if (imageSize < patchSize) refuseField("patchSize", `is ${patchSize}, more than the image's ${imageSize} pixels`);
  const tokens = raw.tokens ?? square(Math.floor(imageSize / patchSize)) + 1;
  return { ...buildTower(raw, refuseField), tokens };
}
