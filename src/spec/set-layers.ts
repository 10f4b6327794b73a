import { modelFields } from "./model-schema.ts";
import type { AttentionKind, Tower } from "./model.ts";
import { changeTower, TOWER_NAMES, withAttention, withHeads, type TowerName } from "./set-model.ts";
import { LAYERED_CLASSES } from "./quantisation.ts";
import { quantisationPath, type LayeredClass } from "./set-quantisation.ts";
import { refusal, setPath, type SetPath } from "./settings.ts";

const PATTERN = new RegExp(
  `^model\\.(${TOWER_NAMES.join("|")})\\.(ffn|heads|attention)\\.([1-9]\\d{0,4})(?:-([1-9]\\d{0,4}))?$`,
);

const LAYERS = "([1-9]\\d{0,4})(?:-([1-9]\\d{0,4}))?";
const STORED = new RegExp(
  `^(quantisation(?:\\.(${TOWER_NAMES.join("|")}))?\\.(${LAYERED_CLASSES.join("|")}))\\.${LAYERS}$`,
);

type Field = "ffn" | "heads" | "attention";

const FIELDS: Readonly<Record<Field, { readonly description: string; readonly example: string }>> = {
  ffn: { description: "Inner size of the FFN", example: "2048" },
  heads: { description: "Attention heads", example: "8" },
  attention: { description: "Keys that a query meets", example: "window:4096" },
};

/** A path of some layers, the path that sets all of them, and which layers it sets. */
export interface LayerPath {
  readonly set: SetPath;
  readonly whole: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Paths of single layers, counted from 1: `model.vision.ffn.3`, or `model.vision.ffn.1-6` for layers that go together. They
 * refine what `model.vision.ffn` sets; a tower that has no such layer refuses them. Likewise `quantisation.text.weights.1-6`, and
 * `quantisation.weights.1-6` for all towers.
 *
 * @returns null for what is no such path
 */
export function layerPath(path: string): LayerPath | null {
  const match = PATTERN.exec(path);
  if (match === null) return storedLayers(path);
  const [tower, field] = [match[1] as TowerName, match[2] as Field];
  const [first, last] = [Number(match[3]), Number(match[4] ?? match[3])];
  if (last < first) return null;
  const { description, example } = FIELDS[field];
  const set = setPath(path, `${description} in these layers`, example, modelFields[field], (specs, value) =>
    changeTower(specs, tower, (before) => {
      if (typeof value === "object") return refusal(`takes one ${typeof value[0] === "number" ? "number" : "value"}`);
      if (last > before.layers) return refusal(`names layer ${last}, but the tower has ${before.layers} layers`);
      return inLayers(before, field, value, (layer) => layer >= first && layer <= last);
    }),
  );
  return { set, whole: `model.${tower}.${field}`, first, last };
}

function storedLayers(path: string): LayerPath | null {
  const match = STORED.exec(path);
  if (match === null) return null;
  const tower = (match[2] as TowerName | undefined) ?? null;
  const [first, last] = [Number(match[4]), Number(match[5] ?? match[4])];
  if (last < first) return null;
  const set = quantisationPath(path, tower, match[3] as LayeredClass, { first, last });
  return { set, whole: match[1]!, first, last };
}

/** A tower with one value changed in some layers, counted from 1. */
function inLayers(tower: Tower, field: Field, value: number | AttentionKind, isMeant: (layer: number) => boolean) {
  const replaced = <T>(values: readonly T[]) => values.map((each, layer) => (isMeant(layer + 1) ? (value as T) : each));
  if (field === "ffn") return { ffn: replaced(tower.ffn) };
  if (field === "heads") return withHeads(tower, replaced(tower.heads));
  return withAttention(tower, replaced(tower.attention ?? tower.heads.map((): AttentionKind => "full")));
}
