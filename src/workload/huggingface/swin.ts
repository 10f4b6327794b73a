import { powerOfTwo, square } from "../../math/index.ts";
import type { ListedOperator, OperatorsModel } from "../../spec/model.ts";
import { architectureOf, classesOf } from "./architecture.ts";
import type { Common } from "./common.ts";
import { count, flag, isRecord, shown, side, valueOf, type ConfigReader } from "./reader.ts";

/** Labels of the published classifiers, ImageNet-1k, where a file holds none. */
const PUBLISHED_LABELS = 1000;

/**
 * SwinConfig (Liu et al. 2021, arXiv 2103.14030) as a list of operators. Stage i (from 0) has width C·2^i, a side of S / 2^i patches and
 * attention within windows of w × w patches; sides are filled up to whole windows. Its blocks, n rows in W windows, H heads of d:
 *
 *   QKV [n, C]·[C, 3C], scores W·H times [w², d]·[d, w²], a learned offset for each place within a window, softmax, context, out [n, C]·[C, C],
 *   FFN [n, C]·[C, r·C] and back; between stages four neighbours become one row: [n / 4, 4C]·[4C, 2C]
 *
 * Windows of every second block are shifted, which moves rows and masks scores, and changes no count.
 */
export function readSwin(reader: ConfigReader, common: Common): OperatorsModel {
  const width = count(reader, ["embed_dim"], 96);
  const depths = listOf(reader, "depths", [2, 2, 6, 2]);
  const heads = listOf(reader, "num_heads", [3, 6, 12, 24]);
  const window = count(reader, ["window_size"], 7);
  const ratio = numberOf(reader, "mlp_ratio", 4);
  const channels = count(reader, ["num_channels"], 3);
  const [image, patch] = [side(reader, "image_size", 224), side(reader, "patch_size", 4)];
  const hasBias = flag(reader, "qkv_bias", true);
  const hasTable = flag(reader, "use_absolute_embeddings", false);
  // They follow from the others.
  for (const name of ["hidden_size", "num_layers", "hidden_act", "path_norm", "patch_norm", "stage_names"])
    valueOf(reader, [name]);
  if (heads.length !== depths.length)
    reader.problems.push(`num_heads has ${heads.length} stages, and depths has ${depths.length}.`);
  const classes = headOf(reader);
  const patches = Math.ceil(image / patch);
  const stem = product("patches", 1, square(patches), width, channels * square(patch), 1);
  const stages = depths.map((depth, i) => ({
    ...{ name: `stage${i + 1}`, depth, heads: heads[i] ?? 1, width: width * powerOfTwo(i) },
    ...{ side: Math.ceil(patches / powerOfTwo(i)), window, isLast: i === depths.length - 1 },
    inner: Math.floor(width * powerOfTwo(i) * ratio),
  }));
  const last = stages.at(-1)!;
  const rows = square(last.side);
  const outside = stages.reduce((sum, stage) => sum + unlisted(stage, hasBias), 0);
  return {
    ...common,
    family: "operators",
    operators: [
      stem,
      vector("patches-norm", "layernorm", 1, square(patches) * width, width, 2 * width),
      ...stages.flatMap(stageOperators),
      vector("norm", "layernorm", 1, rows * last.width, last.width, 2 * last.width),
      vector("pool", "add", 1, rows * last.width, 1, 0),
      ...(classes > 0 ? [product("head", 1, 1, classes, last.width, 1, ["activation", "head"])] : []),
    ],
    // Offsets, norms and tables of places within a window; of the stem, the last norm and the classifier too.
    otherParameters:
      outside + 3 * width + (hasTable ? square(patches) * width : 0) + 2 * last.width + (classes > 0 ? classes : 0),
    kvCacheElements: 0,
    kvElementsPerToken: 0,
  };
}

interface Stage {
  readonly name: string;
  readonly depth: number;
  readonly heads: number;
  readonly width: number;
  readonly inner: number;
  /** Patches along one side, before it is filled up. */
  readonly side: number;
  readonly window: number;
  readonly isLast: boolean;
}

/** Trained numbers of a stage that stand in none of its products. */
function unlisted({ depth, heads, width, inner, window, isLast }: Stage, hasBias: boolean): number {
  const block = 4 * width + (hasBias ? 3 * width : 0) + width + inner + width + square(2 * window - 1) * heads;
  return depth * block + (isLast ? 0 : 8 * width);
}

function stageOperators(stage: Stage): readonly ListedOperator[] {
  const { name, depth, heads, width, inner, side: across, isLast } = stage;
  const window = Math.min(stage.window, across);
  const windows = square(Math.ceil(across / window));
  const [places, filled, rows] = [square(window), windows * square(window), square(across)];
  const scores = windows * heads * square(places);
  const of = (part: string): string => `${name}.${part}`;
  const within = (part: string, n: number, k: number): ListedOperator => ({
    ...place(of(part), depth),
    ...{ kind: "product", batch: windows * heads, m: places, n, k, classes: ["activation", "activation"] },
    ...{ shared: false, matrices: depth, sameWeightsAs: null },
  });
  const merged = square(Math.ceil(across / 2));
  return [
    vector(of("norm-before"), "layernorm", depth, rows * width, width, 2 * width),
    product(of("qkv"), depth, filled, 3 * width, width, depth),
    within("scores", places, width / heads),
    vector(of("places"), "add", depth, scores, 1, square(2 * stage.window - 1) * heads),
    vector(of("softmax"), "softmax", depth, scores, places, 0),
    within("context", width / heads, places),
    product(of("out"), depth, filled, width, width, depth),
    vector(of("residual-attention"), "add", depth, rows * width, 1, 0),
    vector(of("norm-after"), "layernorm", depth, rows * width, width, 2 * width),
    product(of("up"), depth, rows, inner, width, depth),
    vector(of("activation"), "gelu", depth, rows * inner, 1, 0),
    product(of("down"), depth, rows, width, inner, depth),
    vector(of("residual-ffn"), "add", depth, rows * width, 1, 0),
    ...(isLast
      ? []
      : [
          vector(of("merge-norm"), "layernorm", 1, merged * 4 * width, 4 * width, 8 * width),
          product(of("merge"), 1, merged, 2 * width, 4 * width, 1),
        ]),
  ];
}

const place = (name: string, runs: number) => ({ name, tower: "vision", phase: null, count: runs });

function product(
  name: string,
  runs: number,
  m: number,
  n: number,
  k: number,
  matrices: number,
  classes: readonly ["activation", "weight" | "head"] = ["activation", "weight"],
): ListedOperator {
  return {
    ...place(name, runs),
    ...{ kind: "product", batch: 1, m, n, k, shared: true, classes, matrices, sameWeightsAs: null },
  };
}

function vector(
  name: string,
  primitive: "layernorm" | "softmax" | "gelu" | "add",
  runs: number,
  elements: number,
  rowLength: number,
  parameters: number,
): ListedOperator {
  const elementsRead = primitive === "add" ? 2 * elements : elements;
  return {
    ...place(name, runs),
    ...{ kind: "vector", primitive, elements, rowLength, elementsRead, elementsWritten: elements, parameters },
  };
}

/** Outputs of the classifier; 0: there is none. */
function headOf(reader: ConfigReader): number {
  const name = architectureOf(reader);
  if (name !== undefined && /(Model|Backbone)$/.test(name)) return 0;
  if (name !== undefined && !name.endsWith("ForImageClassification"))
    reader.problems.push(`architectures is ${shown(name)}: the head of that class is not modelled.`);
  const labels = valueOf(reader, ["id2label"]);
  const isSaid = isRecord(labels) || valueOf(reader, ["num_labels"]) !== undefined;
  if (isSaid) return classesOf(reader);
  valueOf(reader, ["_num_labels"]);
  reader.notes.push(`num_labels is not given: ${PUBLISHED_LABELS}, as the published classifiers have.`);
  return PUBLISHED_LABELS;
}

function listOf(reader: ConfigReader, name: string, otherwise: readonly number[]): readonly number[] {
  const value = valueOf(reader, [name]);
  if (value === undefined) return otherwise;
  const isGood =
    Array.isArray(value) && value.length > 0 && value.every((each) => Number.isInteger(each) && each > 0 && each < 1e4);
  if (isGood) return value as readonly number[];
  reader.problems.push(`${name} is ${shown(value)}, but must be a list of whole numbers, one a stage.`);
  return otherwise;
}

function numberOf(reader: ConfigReader, name: string, otherwise: number): number {
  const value = valueOf(reader, [name]) ?? otherwise;
  if (typeof value === "number" && value > 0 && value < 1000) return value;
  reader.problems.push(`${name} is ${shown(value)}, but must be a number above 0.`);
  return otherwise;
}
