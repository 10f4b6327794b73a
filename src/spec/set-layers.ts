import { modelFields } from "./model-schema.ts";
import { changeTower, withHeads } from "./set-model.ts";
import { refusal, setPath, type SetPath } from "./settings.ts";

const PATTERN = /^model\.(text|vision)\.(ffn|heads)\.([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/;

/** A path of some layers, the path that sets all of them, and which layers it sets. */
export interface LayerPath {
  readonly set: SetPath;
  readonly whole: string;
  readonly first: number;
  readonly last: number;
}

/**
 * Paths of single layers, counted from 1: `model.vision.ffn.3`, or `model.vision.ffn.1-6` for layers that go together. They
 * refine what `model.vision.ffn` sets; a tower that has no such layer refuses them.
 *
 * @returns null for what is no such path
 */
export function layerPath(path: string): LayerPath | null {
  const match = PATTERN.exec(path);
  if (match === null) return null;
  const [tower, field] = [match[1] as "text" | "vision", match[2] as "ffn" | "heads"];
  const [first, last] = [Number(match[3]), Number(match[4] ?? match[3])];
  if (last < first) return null;
  const description = `${field === "ffn" ? "Inner size of the FFN" : "Attention heads"} in these layers`;
  const set = setPath(path, description, field === "ffn" ? "2048" : "8", modelFields[field], (specs, value) =>
    changeTower(specs, tower, (before) => {
      if (typeof value !== "number") return refusal("takes one number");
      if (last > before.layers) return refusal(`names layer ${last}, but the tower has ${before.layers} layers`);
      const values = before[field].map((each, layer) => (layer + 1 >= first && layer + 1 <= last ? value : each));
      return field === "ffn" ? { ffn: values } : withHeads(before, values);
    }),
  );
  return { set, whole: `model.${tower}.${field}`, first, last };
}
