import type { Primitive } from "../../operator.ts";
import { ElementType, sizeOf } from "../graph.ts";
import { activation, readsOf, type NodeContext, type Result, type Rule } from "../node-context.ts";
import { MOST_NUMBERS } from "../numbers.ts";
import { elementsOf, isStored, type Value } from "../value.ts";
import { pick } from "./layout.ts";

/** Work over rows of `rowLength` elements, with gains and offsets. */
function overRows(
  c: NodeContext,
  name: string,
  primitive: Primitive,
  x: Value,
  rowLength: number,
  trained: readonly Value[],
): number | null {
  const { parameters } = readsOf(trained.filter(isStored));
  return c.lanes(name, { primitive, elements: elementsOf(x), rowLength, parameters });
}

const present = (...values: readonly (Value | null)[]): readonly Value[] => values.filter((each) => each !== null);

/** Rows from `axis` to the end; results that say each row's mean and deviation have 1 there. */
const layerNorm =
  (primitive: "layernorm" | "rmsnorm"): Rule =>
  (c) => {
    const x = c.input(0);
    const axis = c.axis(c.whole("axis", -1), x.dims.length);
    const isOneAxis = c.attribute("one_axis") === 1;
    const rowLength = isOneAxis ? x.dims[axis]! : sizeOf(x.dims.slice(axis));
    overRows(c, "", primitive, x, rowLength, present(c.optional(1), c.optional(2)));
    const rows = activation(
      x.dims.map((size, at) => (at < axis ? size : 1)),
      ElementType.FLOAT,
    );
    return [activation(x.dims, x.type), rows, rows];
  };

/** A sum of two activations, and of a bias, then a norm; the fourth result is the sum. */
const skipNorm =
  (primitive: "layernorm" | "rmsnorm", biasAt: number): Rule =>
  (c) => {
    const [x, skip] = [c.input(0), c.input(1)];
    const bias = c.optional(biasAt);
    c.elementWise("add", "add", x.dims, present(x, skip, bias));
    const hidden = x.dims.at(-1) ?? c.fail("Its input has no dimensions.");
    overRows(c, "norm", primitive, x, hidden, present(c.input(2), biasAt === 4 ? c.optional(3) : null));
    const rows = activation([...x.dims.slice(0, -1), 1], ElementType.FLOAT);
    return [activation(x.dims, x.type), rows, rows, activation(x.dims, x.type)];
  };

/** Words, positions and segments from their tables, added up, and a norm. */
const embedding: Rule = (c) => {
  const ids = c.rank(0, 2);
  const hidden = c.input(2).dims.at(-1) ?? c.fail("Its table has no dimensions.");
  const dims = [...ids.dims, hidden];
  const elements = sizeOf(dims);
  pick(c, c.input(2), ids, elements, "words");
  const tables = present(c.optional(3), c.has(1) ? c.optional(4) : null);
  tables.forEach((_, at) =>
    c.lanes(at === 0 ? "positions" : "segments", { primitive: "add", elements, parameters: elements }),
  );
  const words = { ...c.input(2), dims, origin: -1 };
  overRows(c, "norm", "layernorm", words, hidden, present(c.optional(5), c.optional(6)));
  const type = c.input(2).type;
  return [activation(dims, type), activation([ids.dims[0]!], ElementType.INT32), activation(dims, type)];
};

/** One gain and one offset a channel. */
const batchNorm: Rule = (c) => {
  const x = c.input(0);
  c.elementWise("", "multiply", x.dims, [x, c.input(1), c.input(2)]);
  return [activation(x.dims, x.type)];
};

/** Rows of the elements of a group of channels of one image. */
const groupNorm =
  (groupsOf: (c: NodeContext, channels: number) => number): Rule =>
  (c) => {
    const x = c.input(0);
    const [, channels] = x.dims;
    if (channels === undefined) return c.fail(`Its image [${x.dims}] has no channels.`);
    const rowLength = c.divided(channels, groupsOf(c, channels), "Its groups") * sizeOf(x.dims.slice(2));
    overRows(c, "", "layernorm", x, rowLength, present(c.optional(1), c.optional(2)));
    return [activation(x.dims, x.type)];
  };

const unit: Rule = (c) => {
  const x = c.input(0);
  const axis = c.axis(c.whole("axis", -1), x.dims.length);
  c.lanes("", { primitive: "l2-normalise", elements: elementsOf(x), rowLength: x.dims[axis]! });
  return [activation(x.dims, x.type)];
};

/** Before version 13 all axes from the named one on are one row. */
const softmax: Rule = (c) => {
  const x = c.input(0);
  const isOld = c.opset > 0 && c.opset < 13;
  const axis = c.axis(c.whole("axis", isOld ? 1 : -1), x.dims.length);
  const rowLength = isOld ? sizeOf(x.dims.slice(axis)) : x.dims[axis]!;
  const scores = x.trace?.kind === "scores" && rowLength === x.dims.at(-1) && c.isOnlyHere(0) ? x.trace : null;
  if (scores !== null) c.drop(scores.extras);
  const work = c.lanes("", { primitive: "softmax", elements: elementsOf(x), rowLength });
  const isAttention = scores !== null && work !== null;
  return [activation(x.dims, x.type, isAttention ? { kind: "softmax", product: scores.product, softmax: work } : null)];
};

const FOLDS: Readonly<Record<string, (numbers: readonly number[]) => number>> = {
  ReduceProd: (numbers) => numbers.reduce((product, each) => product * each, 1),
  ReduceSum: (numbers) => numbers.reduce((sum, each) => sum + each, 0),
  ReduceMax: (numbers) => Math.max(...numbers),
  ReduceMin: (numbers) => Math.min(...numbers),
};

const reduce: Rule = (c) => {
  const x = c.input(0);
  const rank = x.dims.length;
  const given = c.listOf("axes", 1) ?? [];
  if (given.length === 0 && c.whole("noop_with_empty_axes", 0) !== 0) return [{ ...x, trace: null }];
  const axes = new Set(given.length === 0 ? x.dims.map((_, at) => at) : given.map((axis) => c.axis(axis, rank)));
  return reduced(c, axes, c.whole("keepdims", 1) !== 0, x.type);
};

const argument: Rule = (c) => {
  const axis = c.axis(c.whole("axis", 0), c.input(0).dims.length);
  return reduced(c, new Set([axis]), c.whole("keepdims", 1) !== 0, ElementType.INT64);
};

function reduced(c: NodeContext, axes: ReadonlySet<number>, keeps: boolean, type: ElementType): readonly Result[] {
  const x = c.input(0);
  const all = x.dims.map((size, at) => (axes.has(at) ? 1 : size));
  const dims = keeps ? all : x.dims.filter((_, at) => !axes.has(at));
  const rowLength = sizeOf(x.dims.filter((_, at) => axes.has(at)));
  c.lanes("", { primitive: "mean", elements: sizeOf(dims), rowLength, elementsRead: elementsOf(x) });
  const fold = FOLDS[c.node.op];
  const isKnown = fold !== undefined && x.numbers !== null && sizeOf(dims) === 1 && x.numbers.length <= MOST_NUMBERS;
  return [{ dims, type, numbers: isKnown ? [fold(x.numbers)] : null }];
}

/** A scale, a rounding and, backwards, a scale again: one multiplication each. */
const quantise: Rule = (c) => {
  const [x, scale] = [c.input(0), c.input(1)];
  c.elementWise("", "multiply", x.dims, [x, scale]);
  const isTo = c.node.op === "QuantizeLinear";
  return [activation(x.dims, isTo ? (c.optional(2)?.type ?? ElementType.UINT8) : scale.type)];
};

/** What is stored in few bits stays so, and is widened where it is used. */
const dequantise: Rule = (c) => {
  const [x, scale] = [c.input(0), c.input(1)];
  if (isStored(x)) return [{ ...x, type: scale.type, numbers: null }];
  return quantise(c);
};

/** The range of a whole tensor is found, then all of it quantised. */
const quantiseByRange: Rule = (c) => {
  const x = c.input(0);
  c.lanes("range", { primitive: "mean", elements: 1, rowLength: elementsOf(x), elementsRead: elementsOf(x) });
  c.lanes("", { primitive: "multiply", elements: elementsOf(x) });
  return [activation(x.dims, ElementType.UINT8), activation([], ElementType.FLOAT), activation([], ElementType.UINT8)];
};

export const ROW_RULES: Readonly<Record<string, Rule>> = {
  LayerNormalization: layerNorm("layernorm"),
  ...{ RMSNormalization: layerNorm("rmsnorm"), SimplifiedLayerNormalization: layerNorm("rmsnorm") },
  SkipLayerNormalization: skipNorm("layernorm", 4),
  SkipSimplifiedLayerNormalization: skipNorm("rmsnorm", 3),
  ...{ EmbedLayerNormalization: embedding, BatchNormalization: batchNorm, LpNormalization: unit },
  InstanceNormalization: groupNorm((_, channels) => channels),
  GroupNormalization: groupNorm((c) => c.whole("num_groups")),
  ...{ Softmax: softmax, LogSoftmax: softmax },
  ...Object.fromEntries(
    ["Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "SumSquare", "LogSum", "LogSumExp"].map((name) => [
      `Reduce${name}`,
      reduce,
    ]),
  ),
  ...{ ArgMax: argument, ArgMin: argument },
  ...{ QuantizeLinear: quantise, DequantizeLinear: dequantise, DynamicQuantizeLinear: quantiseByRange },
};
