import type { ListedOperator } from "../../spec/model.ts";
import type { GraphNode } from "./graph.ts";
import type { Work } from "./value.ts";

interface NodeWork {
  readonly node: GraphNode;
  readonly part: string;
  readonly work: Work;
}

/** The longest stretch of works that is looked for again behind itself: the layers of a model. */
const LONGEST_LAYER = 400;

/** A name in a model file has at most 200 characters; a number may come behind it. */
const MOST_CHARACTERS = 180;

/**
 * Works as a model file lists them. Equal layers behind one another are listed once, with their number, as the families' are; their names
 * are those of the first.
 */
export function listedOperators(works: readonly NodeWork[]): readonly ListedOperator[] {
  const names = new Names();
  const firstWith = new Map<number, { readonly name: string; readonly size: number }>();
  const listed: ListedOperator[] = [];
  for (const { from, period, count } of layersOf(works)) {
    for (let at = from; at < from + period; at++) {
      const name = names.next(works[at]!);
      const { work } = works[at]!;
      const common = { name, tower: "model", phase: null, count };
      if (work.kind === "vector") {
        listed.push({ ...common, ...work });
        continue;
      }
      const { weights, ...product } = work;
      const size = work.batch * work.n * work.k;
      const first = weights < 0 ? undefined : firstWith.get(weights);
      const isAgain = first !== undefined && first.size === (work.shared ? size / work.batch : size);
      if (weights >= 0 && first === undefined)
        firstWith.set(weights, { name, size: work.shared ? size / work.batch : size });
      const own = new Set(Array.from({ length: count }, (_, i) => weightsOf(works[at + i * period]!)));
      listed.push({
        ...common,
        ...product,
        matrices: weights < 0 ? count : own.size,
        sameWeightsAs: isAgain ? first.name : null,
      });
    }
  }
  return listed;
}

const weightsOf = ({ work }: NodeWork): number => (work.kind === "product" ? work.weights : -1);

interface Layers {
  readonly from: number;
  readonly period: number;
  readonly count: number;
}

/** Cuts the works into stretches, each of which repeats itself `count` times. */
function layersOf(works: readonly NodeWork[]): readonly Layers[] {
  const kinds = kindsOf(works);
  const uses = new Map<number, number>();
  for (const work of works) uses.set(weightsOf(work), (uses.get(weightsOf(work)) ?? 0) + 1);
  // Weights that come again elsewhere stay by themselves, so that they can be named.
  const isShared = works.map((work) => weightsOf(work) >= 0 && uses.get(weightsOf(work))! > 1);
  const found: Layers[] = [];
  for (let from = 0; from < works.length;) {
    const best = repeatAt(works, kinds, isShared, from);
    found.push(best);
    from += best.period * best.count;
  }
  return found;
}

/** The stretch from here on whose repetitions cover most; one work by itself where none does. */
function repeatAt(works: readonly NodeWork[], kinds: Int32Array, isShared: readonly boolean[], from: number): Layers {
  let best: Layers = { from, period: 1, count: 1 };
  if (isWithinAttention(works, from)) return best;
  const longest = Math.min(LONGEST_LAYER, Math.floor((works.length - from) / 2));
  for (let period = 1; period <= longest; period++) {
    // What is left behind this stretch is no more than what another one saves.
    if (isShared[from + period - 1] || works.length - from - period <= (best.count - 1) * best.period) break;
    if (kinds[from] !== kinds[from + period]) continue;
    let end = from + period;
    while (end < works.length && kinds[end] === kinds[end - period] && !isShared[end]) end++;
    const count = Math.floor((end - from) / period);
    if (count >= 2 && (count - 1) * period > (best.count - 1) * best.period) best = { from, period, count };
  }
  return best;
}

/** Scores, softmax and context stay side by side. */
function isWithinAttention(works: readonly NodeWork[], at: number): boolean {
  const isSoftmax = (place: number) => {
    const work = works[place]?.work;
    return work?.kind === "vector" && work.primitive === "softmax";
  };
  return isSoftmax(at) || isSoftmax(at - 1);
}

/** Equal numbers for works that differ in nothing but their weights and their names. */
function kindsOf(works: readonly NodeWork[]): Int32Array {
  const numberOf = new Map<string, number>();
  return Int32Array.from(works, ({ part, work }) => {
    const fields = Object.entries(work).filter(([field]) => field !== "weights");
    const isTrained = work.kind === "product" && work.weights >= 0;
    const key = JSON.stringify([part, isTrained, fields]);
    const known = numberOf.get(key) ?? numberOf.size;
    numberOf.set(key, known);
    return known;
  });
}

/** Names of nodes, or of their operators where they have none; one that comes again has a number behind it. */
class Names {
  readonly #used = new Set<string>();
  readonly #next = new Map<string, number>();

  next({ node, part }: NodeWork): string {
    const own = node.name === "" ? `${node.op}-${node.at + 1}` : node.name.replace(/^\/+/, "").replaceAll("/", ".");
    const base = `${own.slice(-MOST_CHARACTERS + part.length + 1)}${part === "" ? "" : `.${part}`}`;
    let number = this.#next.get(base) ?? 1;
    let name = number === 1 ? base : `${base}-${number}`;
    for (; this.#used.has(name); name = `${base}-${number}`) number += 1;
    this.#used.add(name);
    this.#next.set(base, number + 1);
    return name;
  }
}
