import { ElementType, sizeOf } from "../graph.ts";
import { activation, type NodeContext, type Result, type Rule } from "../node-context.ts";
import { elementsOf, isStored, type Value } from "../value.ts";

interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

function windowsOf(c: NodeContext, kernel: readonly number[]): Windows {
  const each = (name: string, count: number, fallback: number, least: number): readonly number[] => {
    const list = c.wholes(name) ?? Array.from({ length: count }, () => fallback);
    if (list.length !== count || list.some((value) => value < least))
      c.fail(`Its attribute ${name} must be ${count} whole numbers of at least ${least}.`);
    return list;
  };
  if (kernel.some((size) => size < 1)) c.fail(`Its window [${kernel}] has no extent.`);
  const rank = kernel.length;
  const pads = each("pads", 2 * rank, 0, 0);
  return { kernel, strides: each("strides", rank, 1, 1), dilations: each("dilations", rank, 1, 1), pads };
}

/** Places of a window along each axis. */
function placesOf(c: NodeContext, sizes: readonly number[], windows: Windows): readonly number[] {
  const { kernel, strides, dilations, pads } = windows;
  const auto = c.word("auto_pad", "NOTSET");
  const round = c.whole("ceil_mode", 0) === 0 ? Math.floor : Math.ceil;
  const rank = kernel.length;
  return sizes.map((size, axis) => {
    const reach = dilations[axis]! * (kernel[axis]! - 1) + 1;
    if (auto === "SAME_UPPER" || auto === "SAME_LOWER") return Math.ceil(size / strides[axis]!);
    const padded = size + (auto === "VALID" ? 0 : pads[axis]! + pads[rank + axis]!);
    const places = round((padded - reach) / strides[axis]!) + 1;
    return places >= 1 ? places : c.fail(`Its window of ${reach} does not fit into ${padded}.`);
  });
}

/** Image [n, channels, ...], weights [filters, channels / groups, ...window]. */
function convolution(
  c: NodeContext,
  at: { readonly x: number; readonly w: number; readonly bias: number },
  type?: ElementType,
): Result {
  const [x, w] = [c.input(at.x), c.input(at.w)];
  const rank = x.dims.length - 2;
  if (rank < 1 || w.dims.length !== rank + 2)
    c.fail(`Its image [${x.dims}] and weights [${w.dims}] do not go together.`);
  const [batch, channels] = [x.dims[0]!, x.dims[1]!];
  const [filters, depth] = [w.dims[0]!, w.dims[1]!];
  const groups = c.whole("group", 1);
  if (groups < 1 || channels !== groups * depth || filters % groups !== 0)
    c.fail(`Its ${groups} groups do not make weights [${w.dims}] fit ${channels} channels.`);
  const windows = windowsOf(c, w.dims.slice(2));
  const places = placesOf(c, x.dims.slice(2), windows);
  const dims = [batch, filters, ...places];
  const window = sizeOf(windows.kernel);
  if (depth === 1 && groups > 1) depthwise(c, x, w, c.optional(at.bias), sizeOf(dims), window);
  else imageToColumns(c, x, w, { groups, rows: batch * sizeOf(places), n: filters / groups, k: depth * window });
  return activation(dims, type ?? x.type);
}

/** One product a group: a row for each place of the window, a column for each filter. */
function imageToColumns(
  c: NodeContext,
  x: Value,
  w: Value,
  { groups, rows, n, k }: { readonly groups: number; readonly rows: number; readonly n: number; readonly k: number },
): void {
  const isTrained = isStored(w);
  c.product("", {
    ...{ batch: groups, m: rows, n, k, shared: groups === 1 && isTrained, weights: w.origin },
    classes: [x.isCache ? "kv" : "activation", isTrained ? "weight" : "activation"],
  });
}

/** Each channel has a window of its own: a multiply-add of the lanes for every place and every element of the window. */
function depthwise(c: NodeContext, x: Value, w: Value, bias: Value | null, results: number, window: number): void {
  const stored = [w, ...(bias === null ? [] : [bias])].filter(isStored);
  c.lanes("", {
    ...{ primitive: "multiply", elements: results * window, elementsRead: elementsOf(x), elementsWritten: results },
    parameters: stored.reduce((sum, each) => sum + elementsOf(each), 0),
  });
}

const plain =
  (x: number, w: number, bias: number, type?: ElementType): Rule =>
  (c) => [convolution(c, { x, w, bias }, type)];

/** With an activation behind it (contributed): "Relu" and the like by their names. */
const fusedConvolution: Rule = (c) => {
  const result = convolution(c, { x: 0, w: 1, bias: 2 });
  const added = c.optional(3);
  if (added !== null) c.elementWise("add", "add", result.dims, [{ ...c.input(0), ...result }, added]);
  const name = c.word("activation", "");
  if (name !== "")
    c.lanes("activation", { primitive: /Relu/.test(name) ? "relu" : "tanh", elements: sizeOf(result.dims) });
  return [result];
};

/** Every element of the image spreads out to a window: a product, whose overlapping results are added up. */
const transposed: Rule = (c) => {
  const [x, w] = [c.input(0), c.input(1)];
  const rank = x.dims.length - 2;
  if (rank < 1 || w.dims.length !== rank + 2 || w.dims[0] !== x.dims[1])
    c.fail(`Its image [${x.dims}] and weights [${w.dims}] do not go together.`);
  const groups = c.whole("group", 1);
  if (
    groups < 1 ||
    x.dims[1]! % groups !== 0 ||
    c.word("auto_pad", "NOTSET") !== "NOTSET" ||
    c.attribute("output_shape") !== undefined
  )
    c.fail("Its groups do not divide its channels, or its result's size is given otherwise than by pads.");
  const windows = windowsOf(c, w.dims.slice(2));
  const extra = c.wholes("output_padding") ?? windows.kernel.map(() => 0);
  const places = x.dims.slice(2).map((size, i) => {
    const reach = windows.dilations[i]! * (windows.kernel[i]! - 1) + 1;
    return windows.strides[i]! * (size - 1) + (extra[i] ?? 0) + reach - windows.pads[i]! - windows.pads[rank + i]!;
  });
  const window = sizeOf(windows.kernel);
  const rows = x.dims[0]! * sizeOf(x.dims.slice(2));
  imageToColumns(c, x, w, { groups, rows, n: w.dims[1]! * window, k: x.dims[1]! / groups });
  const dims = [x.dims[0]!, w.dims[1]! * groups, ...places];
  c.lanes("overlap", {
    primitive: "add",
    elements: rows * w.dims[1]! * groups * window,
    elementsWritten: sizeOf(dims),
  });
  return [activation(dims, x.type)];
};

const pool: Rule = (c) => {
  const x = c.input(0);
  const kernel = c.wholes("kernel_shape") ?? c.fail("It has no window.");
  if (kernel.length !== x.dims.length - 2) c.fail(`Its window [${kernel}] does not fit [${x.dims}].`);
  const dims = [...x.dims.slice(0, 2), ...placesOf(c, x.dims.slice(2), windowsOf(c, kernel))];
  c.lanes("", { primitive: "mean", elements: sizeOf(dims), rowLength: sizeOf(kernel), elementsRead: elementsOf(x) });
  return [activation(dims, x.type), activation(dims, ElementType.INT64)];
};

const poolAll: Rule = (c) => {
  const x = c.input(0);
  if (x.dims.length < 3) c.fail(`Its image [${x.dims}] has no extent.`);
  const dims = x.dims.map((size, axis) => (axis < 2 ? size : 1));
  const window = sizeOf(x.dims.slice(2));
  c.lanes("", { primitive: "mean", elements: sizeOf(dims), rowLength: window, elementsRead: elementsOf(x) });
  return [activation(dims, x.type)];
};

export const CONVOLUTION_RULES: Readonly<Record<string, Rule>> = {
  Conv: plain(0, 1, 2),
  ConvInteger: plain(0, 1, -1, ElementType.INT32),
  QLinearConv: plain(0, 3, 8),
  FusedConv: fusedConvolution,
  ConvTranspose: transposed,
  ...{ MaxPool: pool, AveragePool: pool, LpPool: pool, GlobalAveragePool: poolAll, GlobalMaxPool: poolAll },
};
