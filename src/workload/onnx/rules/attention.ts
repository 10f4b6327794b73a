import { ElementType, sizeOf } from "../graph.ts";
import { activation, view, type NodeContext, type Result, type Rule } from "../node-context.ts";
import { elementsOf, isStored, type Value } from "../value.ts";
import { contract } from "./products.ts";
import { pick } from "./layout.ts";

/** Attention of `heads` query heads on `keyHeads` heads of keys and values. */
interface Heads {
  readonly batch: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headSize: number;
  readonly valueSize: number;
  /** Keys and values are those of earlier tokens too. */
  readonly isCache: boolean;
}

/**
 * Scores, softmax and context. Queries of a group of heads that have the same keys are rows of one product. The masked part
 * is counted: products are dense. Scale and mask belong to the softmax's first pass.
 */
function attend(c: NodeContext, sizes: Heads): void {
  const { batch, heads, keyHeads, queries, keys, headSize, valueSize, isCache } = sizes;
  const group = c.divided(heads, keyHeads, "Its heads and those of its keys");
  const common = { batch: batch * keyHeads, m: group * queries, shared: false, weights: -1 };
  const classes = ["activation", isCache ? "kv" : "activation"] as const;
  c.product("scores", { ...common, n: keys, k: headSize, classes });
  c.lanes("softmax", { primitive: "softmax", elements: batch * heads * queries * keys, rowLength: keys });
  c.product("context", { ...common, n: valueSize, k: keys, classes });
}

/** Keys and values with what is kept of earlier tokens; null where nobody asks for it. */
function present(c: NodeContext, at: number, dims: readonly number[], type: ElementType): Result | null {
  if (!c.isWanted(at)) return null;
  const [batch = 1, , tokens = 1] = dims.length === 5 ? dims.slice(1) : dims;
  c.keep(sizeOf(dims), tokens, batch);
  return { ...activation(dims, type), isCache: true };
}

/** The contributed operator: one matrix makes queries, keys and values of its input. */
const contributed: Rule = (c) => {
  const [x, weights] = [c.rank(0, 3), c.rank(1, 2)];
  const [batch, queries, width] = x.dims as [number, number, number];
  const heads = c.whole("num_heads");
  const [inner, columns] = weights.dims as [number, number];
  if (inner !== width) c.fail(`Its weights [${weights.dims}] do not fit rows of ${width}.`);
  const third = () => c.divided(columns, 3, "Its weights");
  const [queryWidth, keyWidth, valueWidth] = c.wholes("qkv_hidden_sizes") ?? [third(), third(), third()];
  if (queryWidth! + keyWidth! + valueWidth! !== columns)
    c.fail(`Its parts make up ${queryWidth! + keyWidth! + valueWidth!} columns, not ${columns}.`);
  const past = c.optional(4)?.dims.at(-2) ?? 0;
  const keys = past + queries;
  contract(c, "qkv", x, weights, { batchA: batch, batchB: 1, batch, m: queries, n: columns, k: width });
  const headSize = c.divided(queryWidth!, heads, "Its queries' width");
  if (c.whole("do_rotary", 0) !== 0)
    c.lanes("rope", { primitive: "rope", elements: batch * queries * (queryWidth! + keyWidth!) });
  const valueSize = c.divided(valueWidth!, heads, "Its values' width");
  attend(c, { batch, heads, keyHeads: heads, queries, keys, headSize, valueSize, isCache: c.has(4) });
  return [activation([batch, queries, valueWidth!], x.type), present(c, 1, [2, batch, heads, keys, headSize], x.type)];
};

/** Queries [b, s, width], or with keys and values beside them [b, s, heads, 3, size]; keys as rows or by head. */
const multiHead: Rule = (c) => {
  const query = c.rank(0, 3, 5);
  const heads = c.whole("num_heads");
  const isPacked = query.dims.length === 5;
  const [batch, queries] = query.dims as [number, number];
  const width = isPacked ? heads * query.dims[4]! : query.dims[2]!;
  const headSize = c.divided(width, heads, "Its queries' width");
  const key = isPacked ? query : c.optional(1);
  if (key === null) return c.fail("It has no keys.");
  const value = c.optional(2);
  const isByHead = key.dims.length === 4;
  const own = isPacked ? queries : isByHead ? key.dims[2]! : key.dims[1]!;
  const isCross = isByHead && value?.dims.length === 4;
  const valueSize =
    isPacked || key.dims.length === 5
      ? headSize
      : value === null
        ? c.fail("It has no values.")
        : isCross
          ? value.dims[3]!
          : c.divided(value.dims.at(-1)!, heads, "Its values' width");
  const past = c.optional(6)?.dims[2] ?? 0;
  const keys = past + own;
  attend(c, { batch, heads, keyHeads: heads, queries, keys, headSize, valueSize, isCache: past > 0 || key.isCache });
  return [
    activation([batch, queries, heads * valueSize], query.type),
    present(c, 1, [batch, heads, keys, headSize], query.type),
    present(c, 2, [batch, heads, keys, valueSize], query.type),
  ];
};

/**
 * Fewer heads of keys than of queries, with a cache. Of a window of N each query meets N keys. The length of the sequence is the
 * input `total_sequence_length` where it is known, else what is kept and what is new.
 */
const groupQuery: Rule = (c) => {
  const query = c.rank(0, 3);
  const [heads, keyHeads] = [c.whole("num_heads"), c.whole("kv_num_heads")];
  const [batch, queries, width] = query.dims as [number, number, number];
  const isPacked = !c.has(1);
  const headSize = c.divided(width, isPacked ? heads + 2 * keyHeads : heads, "Its queries' width");
  const past = c.optional(3)?.dims[2] ?? 0;
  const total = c.optional(6)?.numbers?.[0] ?? past + queries;
  const window = c.whole("local_window_size", -1);
  const keys = window > 0 ? Math.min(total, window) : total;
  if (keys < 1) c.fail(`Its total_sequence_length is ${total}.`);
  if (c.whole("do_rotary", 0) !== 0) rotate(c, "rope", batch * queries, heads + keyHeads, headSize, c.optional(7));
  attend(c, { ...{ batch, heads, keyHeads, queries, keys, headSize }, valueSize: headSize, isCache: true });
  const kept = [batch, keyHeads, Math.max(past, total), headSize];
  return [
    activation([batch, queries, heads * headSize], query.type),
    present(c, 1, kept, query.type),
    present(c, 2, kept, query.type),
  ];
};

/** ONNX's own operator: [b, heads, s, size], or [b, s, width] with the numbers of heads. */
const own: Rule = (c) => {
  const [query, key, value] = [c.rank(0, 3, 4), c.rank(1, 3, 4), c.rank(2, 3, 4)];
  const byHead = (x: Value, name: string): readonly number[] => {
    if (x.dims.length === 4) return x.dims;
    const heads = c.whole(name);
    return [x.dims[0]!, heads, x.dims[1]!, c.divided(x.dims[2]!, heads, "Its width")];
  };
  const [batch, heads, queries, headSize] = byHead(query, "q_num_heads") as [number, number, number, number];
  const [, keyHeads, own_, keySize] = byHead(key, "kv_num_heads") as [number, number, number, number];
  const [, , , valueSize] = byHead(value, "kv_num_heads") as [number, number, number, number];
  if (keySize !== headSize) c.fail(`Heads of queries have ${headSize} elements and those of keys ${keySize}.`);
  const past = c.optional(4)?.dims[2] ?? 0;
  const keys = past + own_;
  attend(c, { batch, heads, keyHeads, queries, keys, headSize, valueSize, isCache: past > 0 || key.isCache });
  const dims = query.dims.length === 4 ? [batch, heads, queries, valueSize] : [batch, queries, heads * valueSize];
  return [
    activation(dims, query.type),
    present(c, 1, [batch, keyHeads, keys, headSize], key.type),
    present(c, 2, [batch, keyHeads, keys, valueSize], value.type),
    activation([batch, heads, queries, keys], query.type),
  ];
};

/** Rotates the part of each head that the table of angles covers: half as wide, one row a position. */
function rotate(
  c: NodeContext,
  name: string,
  rows: number,
  heads: number,
  headSize: number,
  table: Value | null,
): void {
  const rotated = Math.min(headSize, 2 * (table?.dims.at(-1) ?? headSize / 2));
  c.lanes(name, {
    primitive: "rope",
    elements: rows * heads * rotated,
    parameters: table === null ? 0 : rows * rotated,
  });
}

const rotary =
  (tableAt: number): Rule =>
  (c) => {
    const x = c.rank(0, 3, 4);
    const table = c.input(tableAt);
    const half = table.dims.at(-1) ?? c.fail("Its table has no dimensions.");
    const isByHead = x.dims.length === 4;
    const given = c.whole("num_heads", 0);
    const width = x.dims.at(-1)!;
    const heads = isByHead ? 1 : given > 0 ? given : c.divided(width, 2 * half, "Its width");
    const headSize = c.divided(width, heads, "Its width");
    rotate(c, "", elementsOf(x) / width, heads, headSize, table);
    return [{ ...view(x, x.dims, null), origin: -1, trace: null }];
  };

/** Rows of a table of few bits. */
const gatherBlocks: Rule = (c) => {
  const [data, indices] = [c.input(0), c.input(1)];
  const axis = c.axis(c.whole("gather_axis", 0), data.dims.length);
  const bits = c.whole("bits", 4);
  const isPacked = data.type === ElementType.UINT8 && bits > 0 && bits < 8;
  const rest = data.dims
    .slice(axis + 1)
    .map((size, at, all) => (isPacked && at === all.length - 1 ? size * Math.floor(8 / bits) : size));
  const dims = [...data.dims.slice(0, axis), ...indices.dims, ...rest];
  pick(c, data, indices, sizeOf(dims));
  if (!isStored(data)) c.fail("Its table is not stored in the file.");
  return [activation(dims, c.input(2).type)];
};

export const ATTENTION_RULES: Readonly<Record<string, Rule>> = {
  ...{ Attention: own, "com.microsoft.Attention": contributed },
  ...{ MultiHeadAttention: multiHead, GroupQueryAttention: groupQuery },
  ...{ RotaryEmbedding: rotary(1), "com.microsoft.RotaryEmbedding": rotary(2) },
  GatherBlockQuantized: gatherBlocks,
};
