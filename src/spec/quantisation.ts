import * as z from "zod";
import { activationForm, type ActivationSparsity } from "./activation-sparsity.ts";
import { sparseFormat, type SparseForm, type Sparsity } from "./sparsity.ts";
import { flag, listOf, oneOf, refuse, section, whole } from "./fields.ts";

/**
 * What a tensor is. Its width, its format and its scales follow from that, wherever it stands in a product.
 *
 *   weights      trained matrices
 *   embedding    tables of tokens and positions, the patch product; the head where it shares the table
 *   head         classifiers and language-model heads with a matrix of their own
 *   norms        all other trained numbers: norms, biases, scales, small tables
 *   activations  results that the next operator reads
 *   kv           keys and values, or the latent vectors, in the cache of a decoder
 *   sums         partial sums on their way through the buffers
 */
export const TENSOR_CLASSES = ["weights", "embedding", "head", "norms", "activations", "kv", "sums"] as const;
export type TensorClass = (typeof TENSOR_CLASSES)[number];

/** Classes that may differ from layer to layer. */
export const LAYERED_CLASSES = [
  "weights",
  "norms",
  "activations",
  "kv",
  "sums",
] as const satisfies readonly TensorClass[];
type LayeredClass = (typeof LAYERED_CLASSES)[number];

/** How the elements of a class are stored. */
export interface StoredFormat {
  /** Of one element. */
  readonly bits: number;
  /** Integers, floats, or floats of a block with one exponent (mx); absent: as the arrays compute. */
  readonly format?: "int" | "fp" | "mx";
  /** Elements that share a scale (and a zero point); absent: scales are too few to count. */
  readonly group?: number;
  /** Bits of one scale and of one zero point, where there are groups. */
  readonly scaleBits?: number;
  readonly zeroBits?: number;
  /** Some elements are left out; made of a tower's `sparsity` or `activationSparsity`, and never written here. */
  readonly sparse?: SparseForm | undefined;
}

/**
 * Bits of an element with its share of the group's scale and zero point.
 *
 *   bits + (scaleBits + zeroBits) / group          AWQ, groups of 128: 4 + 20/128;  mxfp4: 4 + 8/32
 *
 * and of sparse ones, for each element of the dense tensor, kept · bits + indexBits, the scales as before.
 */
export function storedBits({ bits, group, scaleBits = 0, zeroBits = 0, sparse }: StoredFormat): number {
  const elements = sparse === undefined ? bits : sparse.kept * bits + sparse.indexBits;
  return group === undefined ? elements : elements + (scaleBits + zeroBits) / group;
}

const METHODS = ["rtn", "calibrated", "trained"] as const;
const SCALES = ["static", "token", "block"] as const;
type OneOrByClass<T> = T | Readonly<Partial<Record<"weights" | "activations" | "kv", T>>>;

/** How the numbers were found: part of what a model is, though no time or energy depends on it. */
export interface QuantisationMethod {
  readonly method?: OneOrByClass<(typeof METHODS)[number]> | undefined;
  readonly scales?: OneOrByClass<(typeof SCALES)[number]> | undefined;
  readonly rotated?: boolean | undefined;
}

/** Storage of one tower; a class that is absent, and a layer that is null, has the width of the hardware's precision. */
export type Quantisation = QuantisationMethod &
  Readonly<Partial<Record<Exclude<TensorClass, LayeredClass>, StoredFormat>>> &
  Readonly<Partial<Record<LayeredClass, StoredFormat | readonly (StoredFormat | null)[]>>>;

/** Storage of the operators of one layer, or outside the layers; null: the hardware's. */
export type LayerFormats = Readonly<Record<TensorClass, StoredFormat | null>>;

export const isLayered = (name: TensorClass): name is LayeredClass =>
  (LAYERED_CLASSES as readonly TensorClass[]).includes(name);

/**
 * @param layer  from 0; null: outside the layers, where a class that differs by layer has the width of the hardware
 * @returns      null where nothing is said
 */
export function formatsOf(quantisation: Quantisation | undefined, layer: number | null): LayerFormats | null {
  if (quantisation === undefined) return null;
  const of = (name: TensorClass): StoredFormat | null => {
    const value = quantisation[name];
    if (value === undefined) return null;
    return isList(value) ? (layer === null ? null : (value[layer] ?? null)) : value;
  };
  const all = Object.fromEntries(TENSOR_CLASSES.map((name) => [name, of(name)])) as Record<TensorClass, StoredFormat>;
  return Object.values(all).every((each) => each === null) ? null : all;
}

/** The same of a layer of a tower, whose weights and whose activations may be sparse. */
export function layerFormats(
  {
    quantisation,
    sparsity,
    activationSparsity,
  }: {
    readonly quantisation?: Quantisation | undefined;
    readonly sparsity?: Sparsity | undefined;
    readonly activationSparsity?: ActivationSparsity | undefined;
  },
  layer: number,
): LayerFormats | null {
  const formats = formatsOf(quantisation, layer);
  if (formats === null) return formats;
  const { weights, activations } = formats;
  return {
    ...formats,
    weights: sparsity === undefined || weights === null ? weights : sparseFormat(weights, sparsity),
    activations:
      activationSparsity === undefined || activations === null
        ? activations
        : { ...activations, sparse: activationForm(activationSparsity) },
  };
}

const isList = (value: StoredFormat | readonly (StoredFormat | null)[]): value is readonly (StoredFormat | null)[] =>
  Array.isArray(value);

const WORD = /^(int|fp|mx)?([1-9]\d?)(?::([1-9]\d{0,5}))?$/;
const RULE = "must be bits from 1 to 64, a word such as int4:128, or a map of bits and format";

/** What a format leaves out: scales of 16 bits, of mx blocks 8; zero points as wide as the elements of integer groups, else none. */
function filled({ bits, format, group, scaleBits, zeroBits }: StoredFormat): StoredFormat {
  const size = group ?? (format === "mx" ? 32 : undefined);
  return {
    bits,
    ...(format === undefined ? {} : { format }),
    ...(size === undefined
      ? {}
      : {
          group: size,
          scaleBits: scaleBits ?? (format === "mx" ? 8 : 16),
          zeroBits: zeroBits ?? (format === "fp" || format === "mx" ? 0 : bits),
        }),
  };
}

const formatMap = section({
  bits: whole(1, 64).describe("Of one element"),
  format: oneOf(["int", "fp", "mx"]).optional().describe("As the arrays compute where left out"),
  group: whole(1, 1_000_000).optional().describe("Elements that share a scale; mx: 32 where left out"),
  scaleBits: whole(0, 64).optional().describe("16 where left out, 8 of mx"),
  zeroBits: whole(0, 64).optional().describe("Of a group's zero point; as the elements where left out, 0 of fp and mx"),
}).transform((written, ctx): StoredFormat => {
  const { group, scaleBits, zeroBits, ...rest } = written;
  const wide = (["scaleBits", "zeroBits"] as const).find((key) => written[key] !== undefined);
  if (group === undefined && rest.format !== "mx" && wide !== undefined)
    refuse(ctx, "spec/conflict", "needs a group beside it", null, [wide]);
  return filled({ ...plain(rest), ...plain({ group, scaleBits, zeroBits }) } as StoredFormat);
});

/** Without the keys that are undefined. */
function plain<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}

const bits = whole(1, 64).transform((width): StoredFormat => ({ bits: width }));
const word = z.string({ error: RULE }).transform((text, ctx): StoredFormat => {
  const match = WORD.exec(text);
  const [, format, width, group] = match ?? [];
  if (match === null || Number(width) > 64) return refuse(ctx, "spec/bad-value", `${RULE}, not "${text.slice(0, 60)}"`);
  return filled(
    plain({ bits: Number(width), format, group: group === undefined ? undefined : Number(group) }) as StoredFormat,
  );
});

/** One storage format, as written: bits, a word such as `int4:128`, or a map. */
export const storedFormat = z.union([bits, word, formatMap]);

/** The same as a value of a path: `none` is the hardware's own. */
export const settableFormat = z.union([bits, z.literal("none", { error: RULE }).transform(() => null), word]);

const byLayer = z.union([bits, word, formatMap, listOf(storedFormat.nullable(), "formats, one a layer", 1, 1000)]);

const byClass = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.union([
    oneOf(values),
    section({ weights: oneOf(values).optional(), activations: oneOf(values).optional(), kv: oneOf(values).optional() }),
  ]);

const classes = {
  weights: byLayer.optional().describe("Trained matrices: bits, int4:128, a map, or a list of them, one a layer"),
  embedding: storedFormat.optional().describe("Tables of tokens and positions, the patch product"),
  head: storedFormat.optional().describe("Heads with a matrix of their own"),
  norms: byLayer.optional().describe("All other trained numbers: norms, biases, scales"),
  activations: byLayer.optional().describe("What operators hand on"),
  kv: byLayer.optional().describe("Keys and values in the cache"),
  sums: byLayer.optional().describe("Partial sums"),
  method: byClass(METHODS).optional().describe("How values were found; one for all, or by weights, activations, kv"),
  scales: byClass(SCALES).optional().describe("What has a scale of its own at run time; likewise"),
  rotated: flag().optional().describe("Rotated before, so that outliers are spread"),
};

/** `quantisation:` of one tower. */
export const towerQuantisation = section(classes);

/** `quantisation:` of a model: for all towers, and for each by its name, which goes before. */
export const modelQuantisation = section({
  ...classes,
  text: towerQuantisation.optional(),
  vision: towerQuantisation.optional(),
  encoder: towerQuantisation.optional(),
  decoder: towerQuantisation.optional(),
});

export type WrittenQuantisation = z.output<typeof towerQuantisation>;

/** What is said of a tower, the nearer saying first; undefined: nothing. */
export function mergedQuantisation(...from: readonly (WrittenQuantisation | undefined)[]): Quantisation | undefined {
  const merged = from.reduceRight<Record<string, unknown>>((all, each) => ({ ...all, ...plain(each ?? {}) }), {});
  return Object.keys(merged).length === 0 ? undefined : (merged as Quantisation);
}
