import { square } from "../math/index.ts";
import type { ModelSpec, Tower } from "../spec/model.ts";
import { architectureNumbers, architectureOf, readRow, type RowProblem, type RowValues } from "./row.ts";
import { isPrunedSeries } from "./training.ts";

export type RowModel =
  | { readonly kind: "model"; readonly model: ModelSpec }
  | { readonly kind: "problems"; readonly problems: readonly RowProblem[] };

/**
 * A model from one row of `ecotile accuracy --input`; columns as in `accuracyColumns`.
 *
 * Text and vision sizes make a dual encoder, vision sizes alone an image classifier, text sizes alone a decoder where the family is
 * one (`pythia`, `opt`, `bloom`, `llama`, ...) and else an encoder. A known family (`ViT-B-16`) without any size takes its published shape.
 */
export function modelFromRow(row: Readonly<Record<string, string>>): RowModel {
  const read = readRow(row);
  const known = architectureOf(read.family);
  const numbers = known ? architectureNumbers(known, read.numbers) : read.numbers;
  const values: RowValues = { ...read, numbers };
  const hasText = numbers.has("text_layers") || numbers.has("text_hidden");
  const hasVision = numbers.has("vision_layers") || numbers.has("vision_hidden");
  const isForeign = read.problems.some(({ code }) => code === "accuracy/unsupported-family");
  const problems = isForeign
    ? read.problems
    : [...read.problems, ...missing(values, hasText, hasVision), ...oversized(values)];
  if (problems.length > 0) return { kind: "problems", problems };
  return { kind: "model", model: build(values, hasText, hasVision) };
}

function missing(values: RowValues, hasText: boolean, hasVision: boolean): readonly RowProblem[] {
  const needed = [
    ...(hasText || !hasVision ? ["text_layers", "text_hidden"] : []),
    ...(hasVision ? ["vision_layers", "vision_hidden", "vision_patch"] : []),
  ];
  const broken = new Set(values.problems.map(({ column }) => column));
  return needed
    .filter((name) => !values.numbers.has(name) && !broken.has(name))
    .map((column) => ({
      code: "accuracy/missing-column",
      column,
      message: `${column} is empty, and "${values.family}" is not a known architecture`,
    }));
}

/** An image smaller than one patch has nothing to look at. */
function oversized({ numbers }: RowValues): readonly RowProblem[] {
  const image = numbers.get("image_size") ?? IMAGE_SIZE;
  const patch = numbers.get("vision_patch") ?? 0;
  if (patch <= image) return [];
  const message = `vision_patch is ${patch}, more than the image's ${image} pixels`;
  return [{ code: "accuracy/bad-value", column: "vision_patch", message }];
}

/** Pixels a side where nothing is said. */
const IMAGE_SIZE = 224;
const DECODER = /^(pythia|opt|bloom|llama|gpt|mistral|qwen|gemma|phi|falcon|smollm|olmo|decoder)/i;

function build(values: RowValues, hasText: boolean, hasVision: boolean): ModelSpec {
  const { family, pretrained, numbers } = values;
  const training = family ? { family, pretrained, samplesSeen: numbers.get("samples_seen") ?? 0 } : null;
  const common = { name: `${family} ${pretrained}`.trim(), description: "", training };
  const vision = {
    imageSize: numbers.get("image_size") ?? IMAGE_SIZE,
    patchSize: numbers.get("vision_patch") ?? 16,
    channels: 3,
  };
  const patches = square(Math.floor(vision.imageSize / vision.patchSize));
  const vocabulary = numbers.get("vocabulary") ?? 49408;
  if (hasText && hasVision) {
    const text = { ...tower(values, "text", numbers.get("context") ?? 77), vocabulary };
    const embedding = numbers.get("embedding") ?? text.hidden;
    return {
      ...common,
      family: "clip",
      text,
      vision: { ...tower(values, "vision", patches + 1), ...vision },
      embedding,
    };
  }
  if (hasVision)
    return { ...common, family: "vit", vision: { ...tower(values, "vision", patches + 1), ...vision }, classes: 1000 };
  if (DECODER.test(family)) {
    const text = { ...tower(values, "text", numbers.get("context") ?? 2048), vocabulary, causal: true };
    return { ...common, family: "decoder", text, tiedEmbedding: false, contextTokens: 0, generatedTokens: 1 };
  }
  const maxPositions = numbers.get("context") ?? 512;
  const text = { ...tower(values, "text", maxPositions), vocabulary, segments: 2, maxPositions };
  return { ...common, family: "bert", text, pooler: true };
}

function tower(values: RowValues, name: "text" | "vision", tokens: number): Tower {
  const size = (field: string): number | undefined => values.numbers.get(`${name}_${field}`);
  const layers = size("layers")!;
  const hidden = size("hidden")!;
  const heads = size("heads") ?? Math.max(1, Math.round(hidden / (size("head_size") ?? 64)));
  const headSize = size("head_size") ?? defaultHeadSize(values.family, name, hidden, heads);
  const each = (value: number): readonly number[] => Array.from({ length: layers }, () => value);
  return {
    layers,
    hidden,
    ffn: each(size("ffn") ?? 4 * hidden),
    heads: each(heads),
    kvHeads: each(heads),
    headSize,
    tokens,
    activation: "gelu",
    gated: false,
    normalisation: "layernorm",
    normPosition: "pre",
    position: "learned",
    causal: name === "text",
    bias: true,
  };
}

/** Pruned heads keep the size of the parent's; else heads span the hidden size. */
function defaultHeadSize(family: string, name: "text" | "vision", hidden: number, heads: number): number {
  if (isPrunedSeries(family)) return 64;
  const parent = architectureOf(family)?.[name];
  if (parent) return parent.hidden / parent.heads;
  return hidden % heads === 0 ? hidden / heads : 64;
}
