import { ElementType, sizeOf, type StoredTensor } from "../graph.ts";
import { activation, view, type NodeContext, type Result, type Rule } from "../node-context.ts";
import { MOST_NUMBERS } from "../numbers.ts";
import { broadcast, elementsOf, isStored, type Value } from "../value.ts";

/*
 * Where elements lie. Reshaping, transposing, slicing, splitting and spreading out change how the next operator finds its elements and are
 * no work; what is brought together or picked is moved by the lanes.
 */

/** Sizes that are known. */
const known = (dims: readonly number[], numbers: readonly number[] | null, type = ElementType.INT64): Result => ({
  ...{ dims, numbers, type, isKnown: true },
});

const constant: Rule = (c) => {
  const tensor: StoredTensor | undefined = c.tensor("value") ?? c.tensor("sparse_value");
  if (tensor !== undefined) return [{ dims: tensor.dims, type: tensor.type, numbers: tensor.values }];
  for (const [name, type] of [
    ["value_int", ElementType.INT64],
    ["value_float", ElementType.FLOAT],
  ] as const) {
    const value = c.attribute(name);
    if (typeof value === "number") return [{ dims: [], type, numbers: [value] }];
  }
  for (const [name, type] of [
    ["value_ints", ElementType.INT64],
    ["value_floats", ElementType.FLOAT],
  ] as const) {
    const values = c.wholes(name);
    if (values !== undefined) return [{ dims: [values.length], type, numbers: values }];
  }
  return c.fail("It has no value that is read: a tensor, numbers or a number.");
};

const shape: Rule = (c) => {
  const { dims } = c.input(0);
  const rank = dims.length;
  const bound = (axis: number) => Math.min(Math.max(axis < 0 ? axis + rank : axis, 0), rank);
  const part = dims.slice(bound(c.whole("start", 0)), bound(c.whole("end", rank)));
  return [known([part.length], part)];
};

const reshape: Rule = (c) => {
  const value = c.input(0);
  const wanted = c.listOf("shape", 1) ?? c.fail("It has no shape.");
  const keepsZero = c.whole("allowzero", 0) === 0;
  const dims = wanted.map((size, at) =>
    size === 0 && keepsZero
      ? (value.dims[at] ?? c.fail(`Its shape [${wanted}] takes over a size that is not there.`))
      : size,
  );
  const open = dims.indexOf(-1);
  const size = elementsOf(value);
  if (open >= 0) {
    const rest = sizeOf(dims.filter((_, at) => at !== open));
    dims[open] = rest === 0 ? 0 : c.divided(size, rest, `Its shape [${wanted}] does not hold [${value.dims}]`);
  }
  if (dims.some((each) => each < 0) || sizeOf(dims) !== size)
    c.fail(`Its shape [${wanted}] does not hold the ${size} elements of [${value.dims}].`);
  return [view(value, dims)];
};

const flatten: Rule = (c) => {
  const value = c.input(0);
  const rank = value.dims.length;
  const given = c.whole("axis", 1);
  const axis = given === rank ? rank : c.axis(given, rank);
  return [view(value, [sizeOf(value.dims.slice(0, axis)), sizeOf(value.dims.slice(axis))])];
};

const squeeze: Rule = (c) => {
  const value = c.input(0);
  const rank = value.dims.length;
  const axes = c.listOf("axes", 1)?.map((axis) => c.axis(axis, rank));
  if (axes?.some((axis) => value.dims[axis] !== 1))
    c.fail(`It takes away an axis of [${value.dims}] that is not of size 1.`);
  return [
    view(
      value,
      value.dims.filter((size, at) => (axes === undefined ? size !== 1 : !axes.includes(at))),
    ),
  ];
};

const unsqueeze: Rule = (c) => {
  const value = c.input(0);
  const axes = c.listOf("axes", 1) ?? c.fail("It has no axes.");
  const rank = value.dims.length + axes.length;
  if (rank > 64) c.fail("It has more than 64 axes.");
  const places = new Set(axes.map((axis) => c.axis(axis, rank)));
  if (places.size !== axes.length) c.fail(`Its axes [${axes}] name one twice.`);
  const left = [...value.dims];
  return [
    view(
      value,
      Array.from({ length: rank }, (_, at) => (places.has(at) ? 1 : left.shift()!)),
    ),
  ];
};

const transpose: Rule = (c) => {
  const value = c.input(0);
  const rank = value.dims.length;
  const order = c.wholes("perm") ?? value.dims.map((_, at) => rank - 1 - at);
  if (new Set(order).size !== rank || order.length !== rank) c.fail(`Its order [${order}] is none of ${rank} axes.`);
  const dims = order.map((axis) => value.dims[c.axis(axis, rank)]!);
  return [{ ...view(value, dims, rank < 2 ? value.numbers : null), trace: null }];
};

/** All but the largest part are moved: they are laid beside it. */
const concat: Rule = (c) => {
  const values = c.present();
  const first = values[0] ?? c.fail("It has no inputs.");
  const rank = first.dims.length;
  const axis = c.axis(c.whole("axis"), rank);
  for (const { dims } of values) {
    if (dims.length === rank && dims.every((size, at) => at === axis || size === first.dims[at])) continue;
    c.fail(`Sizes [${first.dims}] and [${dims}] do not go together along axis ${axis}.`);
  }
  const dims = first.dims.map((size, at) =>
    at === axis ? values.reduce((total, each) => total + each.dims[axis]!, 0) : size,
  );
  // One value may be laid down more than once.
  const largest = values.indexOf(
    values.reduce((most, each) => (elementsOf(each) > elementsOf(most) ? each : most), first),
  );
  const moved = values.filter((_, at) => at !== largest);
  const elements = moved.reduce((total, each) => total + elementsOf(each), 0);
  const { elementsRead, parameters } = {
    elementsRead: moved.filter((each) => !isStored(each)).reduce((total, each) => total + elementsOf(each), 0),
    parameters: moved.filter(isStored).reduce((total, each) => total + elementsOf(each), 0),
  };
  c.lanes("", { primitive: "gather", elements, elementsRead, parameters });
  // What comes in, grows and goes out is what is kept for later tokens.
  const isKept = c.isGraphOutput(0) && rank >= 3 && values.some((_, at) => c.isGraphInput(at));
  if (isKept) c.keep(sizeOf(dims), dims[axis]!, axis === 0 ? 1 : dims[0]!);
  const isKnown = rank === 1 && values.every(({ numbers }) => numbers !== null) && dims[0]! <= MOST_NUMBERS;
  return [
    {
      dims,
      type: first.type,
      numbers: isKnown ? values.flatMap(({ numbers }) => numbers!) : null,
      isCache: isKept || values.some(({ isCache }) => isCache),
    },
  ];
};

const slice: Rule = (c) => {
  const value = c.input(0);
  const rank = value.dims.length;
  const starts = c.listOf("starts", 1) ?? c.fail("It has no starts.");
  const ends = c.listOf("ends", 2) ?? c.fail("It has no ends.");
  const axes = (c.listOf("axes", 3) ?? starts.map((_, at) => at)).map((axis) => c.axis(axis, rank));
  const steps = c.has(4) ? c.numbers(4) : starts.map(() => 1);
  const count = starts.length;
  if (ends.length !== count || axes.length !== count || steps.length !== count || steps.includes(0))
    c.fail("Its starts, ends, axes and steps are not as many, or a step is 0.");
  const dims = [...value.dims];
  const picked = new Map<number, { readonly start: number; readonly step: number }>();
  axes.forEach((axis, i) => {
    const [size, step] = [value.dims[axis]!, steps[i]!];
    const place = (at: number, least: number, most: number) => Math.min(Math.max(at < 0 ? at + size : at, least), most);
    const start = step > 0 ? place(starts[i]!, 0, size) : place(starts[i]!, 0, size - 1);
    const end = step > 0 ? place(ends[i]!, 0, size) : place(ends[i]!, -1, size - 1);
    dims[axis] = Math.max(0, Math.ceil((end - start) / step));
    picked.set(axis, { start, step });
  });
  const only = picked.get(0);
  const numbers =
    rank === 1 && value.numbers !== null && only !== undefined
      ? Array.from({ length: dims[0]! }, (_, i) => value.numbers![only.start + i * only.step]!)
      : null;
  const isSame = dims.every((size, at) => size === value.dims[at]);
  return [isSame && numbers === null ? view(value, dims) : part(value, dims, numbers)];
};

/** Some of a value's elements, which lie where they lay. */
function part(value: Value, dims: readonly number[], numbers: readonly number[] | null): Result {
  return { dims, type: value.type, numbers, isCache: value.isCache };
}

const split: Rule = (c) => {
  const value = c.input(0);
  const rank = value.dims.length;
  const axis = c.axis(c.whole("axis", 0), rank);
  const size = value.dims[axis]!;
  const count = c.node.outputs.length;
  const even = Math.ceil(size / count);
  const given = c.listOf("split", 1);
  const sizes = given ?? Array.from({ length: count }, (_, at) => Math.max(0, Math.min(even, size - at * even)));
  if (sizes.length !== count || sizes.some((each) => each < 0) || sizes.reduce((sum, each) => sum + each, 0) !== size)
    c.fail(`Its parts [${sizes}] do not make up ${size} for ${count} results.`);
  let from = 0;
  return sizes.map((each) => {
    const start = from;
    from += each;
    const numbers = rank === 1 ? (value.numbers?.slice(start, start + each) ?? null) : null;
    return part(
      value,
      value.dims.map((whole, at) => (at === axis ? each : whole)),
      numbers,
    );
  });
};

const gather: Rule = (c) => {
  const [data, indices] = [c.input(0), c.input(1)];
  const axis = c.axis(c.whole("axis", 0), data.dims.length);
  const dims = [...data.dims.slice(0, axis), ...indices.dims, ...data.dims.slice(axis + 1)];
  const numbers =
    data.dims.length === 1 && data.numbers !== null && indices.numbers !== null
      ? indices.numbers.map(
          (at) =>
            data.numbers![at < 0 ? at + data.numbers!.length : at] ??
            c.fail(`Its index ${at} is not one of ${data.dims[0]}.`),
        )
      : null;
  // A single known place is a slice.
  if (isStored(indices) && elementsOf(indices) === 1) return [part(data, dims, numbers)];
  pick(c, data, indices, sizeOf(dims));
  return [{ dims, type: data.type, numbers }];
};

/** `elements` that are picked from where indices say, by moves through the lanes. */
export function pick(c: NodeContext, data: Value, indices: Value, elements: number, name = ""): void {
  const places = isStored(indices) ? 0 : elementsOf(indices);
  const parameters = isStored(data) ? elements : 0;
  c.lanes(name, { primitive: "gather", elements, elementsRead: places + (isStored(data) ? 0 : elements), parameters });
}

const gatherElements: Rule = (c) => {
  const [data, indices] = [c.input(0), c.input(1)];
  pick(c, data, indices, elementsOf(indices));
  return [{ dims: indices.dims, type: data.type }];
};

const gatherND: Rule = (c) => {
  const [data, indices] = [c.input(0), c.input(1)];
  const batch = c.whole("batch_dims", 0);
  const last = indices.dims.at(-1) ?? c.fail("Its indices have no dimensions.");
  if (batch < 0 || batch >= indices.dims.length || batch + last > data.dims.length)
    c.fail("Its indices have more places than the data has axes.");
  const dims = [...indices.dims.slice(0, -1), ...data.dims.slice(batch + last)];
  pick(c, data, indices, sizeOf(dims));
  return [{ dims, type: data.type }];
};

/** What is written over is moved; all else stays. */
const scatter: Rule = (c) => {
  const [data, updates] = [c.input(0), c.input(2)];
  c.lanes("", { primitive: "gather", elements: elementsOf(updates) });
  return [{ dims: data.dims, type: data.type, isCache: data.isCache }];
};

const expand: Rule = (c) => {
  const value = c.input(0);
  const wanted = c.numbers(1);
  const dims = broadcast(value.dims, wanted) ?? c.fail(`Sizes [${value.dims}] cannot be spread out to [${wanted}].`);
  if (dims.some((each) => each < 0)) c.fail(`Its shape [${wanted}] has a size below 0.`);
  const isSame = sizeOf(dims) === elementsOf(value);
  const only = value.numbers?.length === 1 && sizeOf(dims) <= MOST_NUMBERS ? filled(dims, value.numbers[0]!) : null;
  return [isSame ? view(value, dims) : part(value, dims, only)];
};

const filled = (dims: readonly number[], number: number): readonly number[] =>
  Array.from({ length: sizeOf(dims) }, () => number);

const tile: Rule = (c) => {
  const value = c.input(0);
  const repeats = c.numbers(1);
  if (repeats.length !== value.dims.length || repeats.some((each) => each < 0))
    c.fail(`Its repeats [${repeats}] are not one for each axis.`);
  return [
    part(
      value,
      value.dims.map((size, at) => size * repeats[at]!),
      null,
    ),
  ];
};

const constantOfShape: Rule = (c) => {
  const dims = c.numbers(0);
  if (dims.some((each) => each < 0)) c.fail(`Its shape [${dims}] has a size below 0.`);
  const value = c.tensor("value");
  const number = value === undefined ? 0 : (value.values?.[0] ?? null);
  const isKnown = number !== null && sizeOf(dims) <= MOST_NUMBERS;
  return [known(dims, isKnown ? filled(dims, number) : null, value?.type ?? ElementType.FLOAT)];
};

const range: Rule = (c) => {
  const [start, limit, step] = [0, 1, 2].map((at) => c.numbers(at)[0] ?? c.fail("It has no bounds."));
  const count = Math.max(0, Math.ceil((limit! - start!) / step!));
  if (!Number.isSafeInteger(count)) c.fail(`It goes from ${start} to ${limit} in steps of ${step}.`);
  const numbers = count <= MOST_NUMBERS ? Array.from({ length: count }, (_, i) => start! + i * step!) : null;
  return [known([count], numbers, c.input(0).type)];
};

const pad: Rule = (c) => {
  const value = c.input(0);
  const rank = value.dims.length;
  const pads = c.listOf("pads", 1) ?? c.fail("It has no pads.");
  const axes = c.has(3) ? c.numbers(3).map((axis) => c.axis(axis, rank)) : value.dims.map((_, at) => at);
  if (pads.length !== 2 * axes.length) c.fail(`It has ${pads.length} pads for ${axes.length} axes.`);
  const dims = [...value.dims];
  axes.forEach((axis, i) => (dims[axis] = dims[axis]! + pads[i]! + pads[axes.length + i]!));
  if (dims.some((each) => each < 0)) c.fail(`Its pads [${pads}] leave nothing of [${value.dims}].`);
  return [part(value, dims, null)];
};

const size: Rule = (c) => [known([], [elementsOf(c.input(0))])];

/** Blocks of pixels side by side as channels, or the other way round. */
const blocks =
  (isToDepth: boolean): Rule =>
  (c) => {
    const value = c.rank(0, 4);
    const block = c.whole("blocksize");
    const [n, channels, height, width] = value.dims as [number, number, number, number];
    const square = block * block;
    const dims = isToDepth
      ? [n, channels * square, c.divided(height, block, "Its height"), c.divided(width, block, "Its width")]
      : [n, c.divided(channels, square, "Its channels"), height * block, width * block];
    return [{ ...view(value, dims, null), trace: null }];
  };

const resize: Rule = (c) => {
  const value = c.input(0);
  const sizes = c.has(3) ? c.numbers(3) : null;
  const scales = sizes === null ? c.numbers(c.node.op === "Upsample" ? 1 : 2) : null;
  if ((sizes ?? scales)!.length !== value.dims.length || c.attribute("axes") !== undefined)
    c.fail("Its sizes or scales are not one for each axis.");
  const dims = sizes ?? value.dims.map((each, at) => Math.floor(each * scales![at]!));
  if (!dims.every((each) => Number.isSafeInteger(each) && each >= 0)) c.fail("Its sizes or scales make no sizes.");
  const primitive = c.word("mode", "nearest") === "nearest" ? "gather" : "multiply";
  c.elementWise("", primitive, dims, [value]);
  return [activation(dims, value.type)];
};

export const LAYOUT_RULES: Readonly<Record<string, Rule>> = {
  ...{ Constant: constant, Shape: shape, Size: size, Reshape: reshape, Flatten: flatten, Squeeze: squeeze },
  ...{ Unsqueeze: unsqueeze, Transpose: transpose, Concat: concat, Slice: slice, Split: split, Gather: gather },
  ...{ GatherElements: gatherElements, GatherND: gatherND, ScatterND: scatter, ScatterElements: scatter },
  ...{ Expand: expand, Tile: tile, ConstantOfShape: constantOfShape, Range: range, Pad: pad, Resize: resize },
  ...{ DepthToSpace: blocks(false), SpaceToDepth: blocks(true), Upsample: resize },
};
