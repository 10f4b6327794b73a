import type { Node, Passes } from "./pieces.ts";

/** Time and energy above idle of a piece of a step, s and J. */
export interface Cost {
  seconds: number;
  joules: number;
}

/** Where a table is asked beyond its last node, its last cell goes on. */
const MOST_TOKENS = 1_048_576;

/** 1, 2, 4, 8, then four nodes an octave: kernels change with tiles of 8 to 128 rows. */
const TOKENS = withJumps(axis(4));
/** Powers of two: between them decode attention follows batch · context. */
const SEQUENCES = axis(1);
const CHUNKS = axis(2);
const CONTEXTS = [1, 256, 512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];
/** Library kernels of attention go on along their line below these, and few keys are mapped slowly. */
const KERNEL_CONTEXT = 512;
const KERNEL_CHUNK = 32;
const PASTS = [0, 512, 2048, 8192, 32_768, 131_072, 524_288];

function axis(perOctave: number): readonly number[] {
  const nodes: number[] = [];
  for (let low = 1; low < MOST_TOKENS; low *= 2)
    for (let i = 0; i < (low < 16 ? 1 : perOctave); i += 1) nodes.push(low + (low * i) / perOctave);
  return [...nodes, MOST_TOKENS];
}

/** A row more than a power of two, or than one and a half, is a tile more: times jump there, so that both sides are nodes. */
function withJumps(nodes: readonly number[]): readonly number[] {
  const jumps: number[] = [];
  for (let low = 32; low <= 4096; low *= 2) jumps.push(low + 1, ...(low >= 128 ? [1.5 * low + 1] : []));
  return [...nodes, ...jumps].sort((a, b) => a - b);
}

/** Index of the cell that holds x: nodes[i] ≤ x < nodes[i + 1], or the first or the last cell. */
function cellOf(nodes: Float64Array, x: number): number {
  let [low, high] = [0, nodes.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (nodes[middle]! <= x) low = middle;
    else high = middle;
  }
  return low;
}

/** Values at nodes of a plane, filled where they are asked for. */
class Sheet {
  readonly #seconds: Float64Array;
  readonly #joules: Float64Array;
  readonly #isKnown: Uint8Array;

  constructor(
    readonly width: number,
    height: number,
    readonly evaluate: (i: number, j: number) => Node,
  ) {
    this.#seconds = new Float64Array(width * height);
    this.#joules = new Float64Array(width * height);
    this.#isKnown = new Uint8Array(width * height);
  }

  #at(i: number, j: number): number {
    const place = j * this.width + i;
    if (this.#isKnown[place] === 0) {
      const { seconds, joules } = this.evaluate(i, j);
      this.#seconds[place] = seconds;
      this.#joules[place] = joules;
      this.#isKnown[place] = 1;
    }
    return place;
  }

  /** Adds weight times the value of a node. */
  add(into: Cost, i: number, j: number, weight: number): void {
    if (weight === 0) return;
    const place = this.#at(i, j);
    into.seconds += weight * this.#seconds[place]!;
    into.joules += weight * this.#joules[place]!;
  }
}

/** A table over one axis: adds what it takes at x. */
export type Curve = (into: Cost, x: number) => void;
/** Over two. */
export type Surface = (into: Cost, x: number, y: number) => void;

function curve(nodes: readonly number[], evaluate: (x: number) => Node): Curve {
  const xs = Float64Array.from(nodes);
  const sheet = new Sheet(xs.length, 1, (i) => evaluate(xs[i]!));
  return (into, x) => {
    const i = cellOf(xs, x);
    const share = (x - xs[i]!) / (xs[i + 1]! - xs[i]!);
    sheet.add(into, i, 0, 1 - share);
    sheet.add(into, i + 1, 0, share);
  };
}

function bilinear(
  across: readonly number[],
  along: readonly number[],
  evaluate: (x: number, y: number) => Node,
): Surface {
  const xs = Float64Array.from(across);
  const ys = Float64Array.from(along);
  const sheet = new Sheet(xs.length, ys.length, (i, j) => evaluate(xs[i]!, ys[j]!));
  return (into, x, y) => {
    const [i, j] = [cellOf(xs, x), cellOf(ys, y)];
    const u = (x - xs[i]!) / (xs[i + 1]! - xs[i]!);
    const v = (y - ys[j]!) / (ys[j + 1]! - ys[j]!);
    sheet.add(into, i, j, (1 - u) * (1 - v));
    sheet.add(into, i + 1, j, u * (1 - v));
    sheet.add(into, i, j + 1, (1 - u) * v);
    sheet.add(into, i + 1, j + 1, u * v);
  };
}

/** Pairs of query and key of a causal chunk: what its attention is linear in. */
const pairs = (tokens: number, past: number): number => tokens * (past + (tokens + 1) / 2);

function byPairs(passes: Passes): Surface {
  const least = passes.isKernel ? KERNEL_CHUNK : 1;
  const xs = Float64Array.from(CHUNKS.filter((tokens) => tokens >= least));
  const ys = Float64Array.from(PASTS);
  const sheet = new Sheet(xs.length, ys.length, (i, j) => passes.chunk(xs[i]!, ys[j]!).attention);
  return (into, tokens, past) => {
    const [i, j] = [cellOf(xs, tokens), cellOf(ys, past)];
    const v = (past - ys[j]!) / (ys[j + 1]! - ys[j]!);
    for (const [row, weight] of [
      [j, 1 - v],
      [j + 1, v],
    ] as const) {
      if (weight === 0) continue;
      const [low, high] = [pairs(xs[i]!, ys[row]!), pairs(xs[i + 1]!, ys[row]!)];
      const u = (pairs(tokens, ys[row]!) - low) / (high - low);
      sheet.add(into, i, row, weight * (1 - u));
      sheet.add(into, i + 1, row, weight * u);
    }
  };
}

/**
 * A step of n decoding sequences of mean context c, and chunks kᵢ on top of pastᵢ, as a sum of small tables:
 *
 *   device = L(t) + H(n + ended) + Ad(n, c) + Σ Ap(kᵢ, pastᵢ),      t = n + Σ kᵢ
 *
 * L linear layers, norms and element-wise work; H final norm and head; Ad and Ap scores, softmax and context. Nodes are passes of the
 * core (equal to `simulate` there), evaluated where they are asked for; between them L and H are linear, Ad is bilinear, so that what
 * goes with batch · context is exact, and Ap is linear in its pairs of query and key. Error between nodes: docs/service.md.
 */
export interface StepTables {
  readonly linear: Curve;
  readonly head: Curve;
  readonly decodeAttention: Surface;
  readonly chunkAttention: Surface;
}

export function createTables(passes: Passes): StepTables {
  const least = passes.isKernel ? KERNEL_CONTEXT : 1;
  const contexts = [...new Set([...CONTEXTS, ...passes.windows])].filter((each) => each >= least).sort((a, b) => a - b);
  return {
    linear: curve(TOKENS, (tokens) => passes.decode(tokens, passes.usual).linear),
    head: curve(TOKENS, (rows) => passes.decode(rows, passes.usual).head),
    decodeAttention: bilinear(SEQUENCES, contexts, (n, context) => passes.decode(n, context).attention),
    chunkAttention: byPairs(passes),
  };
}
