import type { AttentionKind } from "../spec/model.ts";

/** Query rows that meet `keys` key rows, `count` times in one run of the layer. */
export interface Span {
  readonly queries: number;
  readonly keys: number;
  readonly count: number;
  /** Blocks of query rows, each with keys of its own, side by side. */
  readonly blocks: number;
  /** Query i of the `queries` meets the first `keys − queries + i` keys alone where a mask is causal; absent: all meet all. */
  readonly isTriangular?: boolean;
}

/** One run of a stack over `queries` rows that come with `keys` tokens in sight, or `steps` runs of one row behind `context` tokens. */
export type Pass =
  { readonly queries: number; readonly keys: number } | { readonly context: number; readonly steps: number };

/** Rows of one input in one run. */
export function queriesOf(pass: Pass): number {
  return "queries" in pass ? pass.queries : 1;
}

/** How often the stack runs. */
export function runsOf(pass: Pass): number {
  return "queries" in pass ? 1 : pass.steps;
}

/** Context lengths `first`, `first + 1`, … `last`, each of them `times` times. */
interface Lengths {
  readonly first: number;
  readonly last: number;
  readonly times: number;
}

/**
 * Lengths that stand for all of `first` to `last`.
 *
 *   Σ lengths = times · n · (first + last) / 2,   n = last − first + 1
 *
 * MACs, softmax elements and KV reads are linear in the length, so any lengths with the same sum and number give their exact totals:
 * the mean itself if it is whole, else its two neighbours, half of the runs at each. Time and energy of one length are
 * those of its own mapping; they are close to linear over the range, and not exact.
 */
function meanSpans({ first, last, times }: Lengths): readonly Span[] {
  const runs = (last - first + 1) * times;
  const below = Math.floor((first + last) / 2);
  if ((first + last) % 2 === 0) return [{ queries: 1, keys: below, count: runs, blocks: 1 }];
  return [
    { queries: 1, keys: below, count: runs / 2, blocks: 1 },
    { queries: 1, keys: below + 1, count: runs / 2, blocks: 1 },
  ];
}

type AttentionForm = "full" | "none" | "recurrent" | "window" | "chunk" | "local+global";

/** A kind of attention in two parts: what it is, and its size (Infinity for all of the context). */
export function parseKind(kind: AttentionKind): {
  readonly form: AttentionForm;
  readonly size: number;
} {
  const [form, size] = kind.split(":") as [AttentionForm, string | undefined];
  return { form, size: size === undefined ? Infinity : Number(size) };
}

/** Summary keys of what lies beyond the `size` nearest of `context` tokens. */
function summaries(context: number, size: number): number {
  return Math.ceil(Math.max(0, context - size) / size);
}

/** Tokens whose keys and values a layer of this kind keeps of `context` tokens. */
export function cachedTokens(kind: AttentionKind, context: number): number {
  const { form, size } = parseKind(kind);
  if (form === "none" || form === "recurrent") return 0;
  if (form === "local+global") return Math.min(size, context) + summaries(context, size);
  return Math.min(size, context);
}

/**
 * What meets what in one layer.
 *
 *   full            queries × keys; a causal mask leaves the upper triangle in the count
 *   window:N        queries in blocks of N, each with N keys
 *   chunk:N         queries in blocks of N, each with its own keys
 *   local+global:N  as window, each block with the summaries of what lies beyond it as well
 *
 * Where all keys fit (N ≥ keys) it is full. A step of a decoder meets what of its context the kind lets it see.
 */
export function spansOf(kind: AttentionKind, pass: Pass): readonly Span[] {
  if (kind === "none" || kind === "recurrent") return [];
  return "queries" in pass ? blockSpans(kind, pass.queries, pass.keys) : stepSpans(kind, pass.context, pass.steps);
}

function blockSpans(kind: AttentionKind, queries: number, keys: number): readonly Span[] {
  const { form, size } = parseKind(kind);
  if (size >= keys) return [{ queries, keys, count: 1, blocks: 1, isTriangular: true }];
  const most = size + (form === "local+global" ? summaries(keys, size) : 0);
  const blocks = Math.floor(queries / size);
  const rest = queries - blocks * size;
  // The last chunk has no more keys than it has tokens, where all of them are queries.
  const restKeys = form === "chunk" && queries === keys ? rest : most;
  return [
    ...(blocks > 0 ? [{ queries: size, keys: most, count: 1, blocks, isTriangular: form === "chunk" }] : []),
    ...(rest > 0
      ? [{ queries: rest, keys: restKeys, count: 1, blocks: 1, isTriangular: form === "chunk" && rest === restKeys }]
      : []),
  ];
}

/** @param context  tokens in the cache before the first step, ≥ 0 */
function stepSpans(kind: AttentionKind, context: number, steps: number): readonly Span[] {
  if (steps === 0) return [];
  const spans = stepLengths(kind, context + 1, context + steps).flatMap(meanSpans);
  const counts = new Map<number, number>();
  for (const { keys, count } of spans) counts.set(keys, (counts.get(keys) ?? 0) + count);
  return [...counts].map(([keys, count]) => ({ queries: 1, keys, count, blocks: 1 }));
}

/** Keys of steps whose contexts are `first` to `last` tokens, in a few arithmetic rows. */
function stepLengths(kind: AttentionKind, first: number, last: number): readonly Lengths[] {
  const { form, size } = parseKind(kind);
  if (last <= size) return [{ first, last, times: 1 }];
  if (form === "chunk") return chunkLengths(first, last, size);
  const within = first <= size ? [{ first, last: size, times: 1 }] : [];
  const from = Math.max(first, size + 1);
  if (form === "window") return [...within, { first: size, last: size, times: last - from + 1 }];
  return [...within, ...summaryLengths(from, last, size)];
}

/** The rest of the first chunk, whole chunks, and the beginning of the last. */
function chunkLengths(first: number, last: number, size: number): readonly Lengths[] {
  const place = (length: number) => ((length - 1) % size) + 1;
  const chunkOf = (length: number) => Math.floor((length - 1) / size);
  const between = chunkOf(last) - chunkOf(first) - 1;
  if (between < 0) return [{ first: place(first), last: place(last), times: 1 }];
  return [
    { first: place(first), last: size, times: 1 },
    ...(between > 0 ? [{ first: 1, last: size, times: between }] : []),
    { first: 1, last: place(last), times: 1 },
  ];
}

/** Steps beyond the window: `size` keys, and one more for every `size` tokens, each as long as it lasts. */
function summaryLengths(first: number, last: number, size: number): readonly Lengths[] {
  const [low, high] = [summaries(first, size), summaries(last, size)];
  const one = (more: number, times: number): Lengths => ({ first: size + more, last: size + more, times });
  if (low === high) return [one(low, last - first + 1)];
  const endOfLow = size + low * size;
  const startOfHigh = size + (high - 1) * size + 1;
  return [
    one(low, endOfLow - first + 1),
    ...(high - low > 1 ? [{ first: size + low + 1, last: size + high - 1, times: size }] : []),
    one(high, last - startOfHigh + 1),
  ];
}
