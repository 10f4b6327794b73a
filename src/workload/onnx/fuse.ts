import { sizeOf, type Attribute, type Graph, type GraphNode } from "./graph.ts";

/*
 * Exporters without operators of their own for them write layer norms, root-mean-square norms, GELU and SiLU as chains of single operators. Runtimes do
 * them in one go, and so does this: a chain whose parts nobody else reads becomes one node, in the place of its last part.
 */

/** @param nodes  in the order in which they run */
export function fuse(graph: Graph, nodes: readonly GraphNode[]): readonly GraphNode[] {
  const finder = new ChainFinder(graph, nodes);
  const gone = new Set<GraphNode>();
  const made = new Map<GraphNode, GraphNode>();
  for (const node of nodes) {
    const chain = gone.has(node) ? null : finder.chainFrom(node);
    if (chain === null || chain.parts.some((part) => gone.has(part))) continue;
    for (const part of chain.parts) gone.add(part);
    made.set(chain.last, chain.whole);
  }
  return nodes.filter((node) => !gone.has(node) || made.has(node)).map((node) => made.get(node) ?? node);
}

interface Chain {
  readonly parts: readonly GraphNode[];
  readonly last: GraphNode;
  readonly whole: GraphNode;
}

/** The stretch of a norm before its gain. */
interface Core {
  readonly op: "LayerNormalization" | "RMSNormalization";
  readonly x: number;
  readonly parts: readonly GraphNode[];
  readonly axis: number;
}

/** Steps from the root of a GELU back to what it is applied to. */
const MOST_STEPS = 12;

const SQUARE = 2;
const HALF = 0.5;
const QUICK = 1.702;

class ChainFinder {
  readonly #graph: Graph;
  /** By value: its maker; how often it is read, by nodes and as an output; the last node that reads it. */
  readonly #makers: Int32Array;
  readonly #counts: Int32Array;
  readonly #readers: Int32Array;

  constructor(graph: Graph, nodes: readonly GraphNode[]) {
    const count = graph.values.length;
    this.#graph = graph;
    this.#makers = new Int32Array(count).fill(-1);
    this.#counts = new Int32Array(count);
    this.#readers = new Int32Array(count).fill(-1);
    for (const { inputs, outputs, at } of nodes) {
      for (const value of outputs) if (value >= 0) this.#makers[value] = at;
      for (const value of inputs) {
        if (value < 0) continue;
        this.#counts[value]!++;
        this.#readers[value] = at;
      }
    }
    for (const value of graph.outputs) this.#counts[value]!++;
  }

  /** The chain that a node is the mark of: a division or product that normalises, a special function within an activation. */
  chainFrom(node: GraphNode): Chain | null {
    switch (node.op) {
      case "Div":
      case "Mul":
        return this.#norm(node);
      case "Erf":
      case "Tanh":
        return this.#gelu(node);
      case "Sigmoid":
        return this.#silu(node);
      default:
        return null;
    }
  }

  #norm(root: GraphNode): Chain | null {
    const core = root.op === "Div" ? this.#divided(root) : this.#multiplied(root);
    if (core === null) return null;
    const parts = [...core.parts];
    const inputs = [core.x];
    let last = root;
    for (const op of core.op === "LayerNormalization" ? ["Mul", "Add"] : ["Mul"]) {
      const trail = this.#next(last, op);
      const next = trail.at(-1);
      const trained = next?.inputs.find((value) => this.#isStored(value));
      if (next === undefined || trained === undefined) break;
      parts.push(...trail);
      inputs.push(trained);
      last = next;
    }
    const attributes: readonly (readonly [string, Attribute])[] = [
      ["axis", core.axis],
      ["one_axis", 1],
    ];
    return this.#chain(parts, last, core.op, inputs, new Map(attributes));
  }

  /** x / √(mean of squares + ε). */
  #divided(root: GraphNode): Core | null {
    const [a, s] = root.inputs;
    const root_ = this.#maker(s, "Sqrt");
    return root_ === null ? null : this.#core(root, a, root_, []);
  }

  /** x · 1 / √(mean of squares + ε), in the ways in which that is written. */
  #multiplied(root: GraphNode): Core | null {
    for (const [a, r] of [root.inputs, [...root.inputs].reverse()]) {
      const inverse = this.#maker(r, "Reciprocal") ?? this.#maker(r, "Div");
      const isInverse = inverse !== null && (inverse.op === "Reciprocal" || this.#scalar(inverse.inputs[0]) === 1);
      const deviation = isInverse ? this.#maker(inverse.inputs.at(-1), "Sqrt") : null;
      if (inverse !== null && deviation !== null) return this.#core(root, a, deviation, [inverse]);
      const power = this.#maker(r, "Pow");
      if (power !== null && this.#scalar(power.inputs[1]) === -HALF) return this.#core(root, a, power, []);
    }
    return null;
  }

  #core(root: GraphNode, a: number | undefined, deviation: GraphNode, more: readonly GraphNode[]): Core | null {
    const shifted = this.#maker(deviation.inputs[0], "Add");
    const mean = this.#maker(
      shifted?.inputs.find((value) => this.#scalar(value) === null),
      "ReduceMean",
    );
    const square = this.#maker(mean?.inputs[0], "Pow") ?? this.#maker(mean?.inputs[0], "Mul");
    if (shifted === null || mean === null || square === null || a === undefined) return null;
    const isSquare =
      square.op === "Pow" ? this.#scalar(square.inputs[1]) === SQUARE : square.inputs[0] === square.inputs[1];
    const axis = this.#axis(mean);
    if (!isSquare || axis === null) return null;
    const parts = [root, deviation, ...more, shifted, mean, square];
    const d = square.inputs[0]!;
    const [centredA, centredD] = [this.#centred(a), this.#centred(d)];
    if (centredA !== null && centredD !== null && centredA.x === centredD.x && centredA.axis === axis)
      return { op: "LayerNormalization", x: centredA.x, axis, parts: [...parts, ...centredA.parts, ...centredD.parts] };
    return a === d ? { op: "RMSNormalization", x: a, axis, parts } : null;
  }

  /** x − mean of x. */
  #centred(value: number): { readonly x: number; readonly axis: number; readonly parts: readonly GraphNode[] } | null {
    const difference = this.#maker(value, "Sub");
    const mean = this.#maker(difference?.inputs[1], "ReduceMean");
    const x = difference?.inputs[0];
    if (difference === null || mean === null || x === undefined || mean.inputs[0] !== x) return null;
    const axis = this.#axis(mean);
    return axis === null ? null : { x, axis, parts: [difference, mean] };
  }

  /** ½ · x · (1 + erf(x / √2)), and its form with tanh, in any order of the products. */
  #gelu(root: GraphNode): Chain | null {
    const sum = this.#next(root, "Add").at(-1);
    const first = sum === undefined ? undefined : this.#next(sum, "Mul").at(-1);
    if (sum === undefined || first === undefined || !sum.inputs.some((value) => this.#scalar(value) === 1)) return null;
    const other = first.inputs.find((value) => value !== sum.outputs[0]) ?? -1;
    const half = this.#maker(other, "Mul");
    if (half !== null && half.inputs.some((value) => this.#scalar(value) === HALF)) {
      const x = half.inputs.find((value) => this.#scalar(value) === null) ?? -1;
      const chain = this.#geluOf(root, x, [sum, first, half], first);
      if (chain !== null) return chain;
    }
    const second = this.#next(first, "Mul").at(-1);
    const beside = second?.inputs.find((value) => value !== first.outputs[0]);
    if (second === undefined || beside === undefined) return null;
    if (this.#scalar(beside) === HALF) return this.#geluOf(root, other, [sum, first, second], second);
    return this.#scalar(other) === HALF ? this.#geluOf(root, beside, [sum, first, second], second) : null;
  }

  #geluOf(root: GraphNode, x: number, parts: readonly GraphNode[], last: GraphNode): Chain | null {
    const back = this.#backTo(root, x);
    return back === null ? null : this.#chain([...parts, ...back], last, "Gelu", [x]);
  }

  /** What lies between a node and `x`: products, sums and powers with scalars alone. Null: other things do. */
  #backTo(root: GraphNode, x: number): readonly GraphNode[] | null {
    const found = new Set<GraphNode>([root]);
    for (const node of found) {
      if (found.size > MOST_STEPS) return null;
      for (const value of node.inputs) {
        if (value === x || this.#scalar(value) !== null) continue;
        const maker = value < 0 ? -1 : this.#makers[value]!;
        const before = maker < 0 ? undefined : this.#graph.nodes[maker];
        if (before === undefined || !["Mul", "Div", "Add", "Pow"].includes(before.op)) return null;
        found.add(before);
      }
    }
    return [...found];
  }

  /** x · sigmoid(x), and x · sigmoid(1.702 · x). */
  #silu(root: GraphNode): Chain | null {
    const product = this.#next(root, "Mul").at(-1);
    const x = root.inputs[0];
    const other = product?.inputs.find((value) => value !== root.outputs[0]);
    if (product === undefined || x === undefined || other === undefined) return null;
    if (other === x) return this.#chain([root, product], product, "Swish", [x]);
    const scaled = this.#maker(x, "Mul");
    const factor = scaled?.inputs.map((value) => this.#scalar(value)).find((value) => value !== null) ?? 0;
    if (scaled === null || !scaled.inputs.includes(other) || Math.abs(factor - QUICK) > 0.001) return null;
    return this.#chain([scaled, root, product], product, "QuickGelu", [other]);
  }

  /** Null where somebody else reads what is within the chain. */
  #chain(
    parts: readonly GraphNode[],
    last: GraphNode,
    op: string,
    inputs: readonly number[],
    attributes: ReadonlyMap<string, Attribute> = new Map(),
  ): Chain | null {
    const all = [...new Set(parts)];
    const reads = new Map<number, number>();
    for (const { inputs: own } of all) for (const value of own) reads.set(value, (reads.get(value) ?? 0) + 1);
    const isClosed = all.every(
      (part) =>
        part === last || part.outputs.every((value) => value < 0 || this.#counts[value] === (reads.get(value) ?? 0)),
    );
    return isClosed
      ? { parts: all, last, whole: { at: last.at, name: last.name, op, inputs, outputs: last.outputs, attributes } }
      : null;
  }

  /** The node that makes a value, if it is of this operator. */
  #maker(value: number | undefined, op: string): GraphNode | null {
    const maker = value === undefined || value < 0 ? -1 : this.#makers[value]!;
    const node = maker < 0 ? undefined : this.#graph.nodes[maker];
    return node?.op === op ? node : null;
  }

  /** The only reader of a node's result, behind a change of type or without, if it is of this operator; empty: none. */
  #next(node: GraphNode, op: string): readonly GraphNode[] {
    const reader = this.#onlyReader(node);
    if (reader?.op === op) return [reader];
    const behind = reader?.op === "Cast" ? this.#onlyReader(reader) : undefined;
    return reader !== undefined && behind?.op === op ? [reader, behind] : [];
  }

  #onlyReader({ outputs }: GraphNode): GraphNode | undefined {
    const value = outputs[0] ?? -1;
    const reader = value >= 0 && this.#counts[value] === 1 ? this.#readers[value]! : -1;
    return reader < 0 ? undefined : this.#graph.nodes[reader];
  }

  #isStored(value: number): boolean {
    return this.#graph.stored.has(value) || this.#maker(value, "Constant") !== null;
  }

  /** A stored single number. */
  #scalar(value: number | undefined): number | null {
    if (value === undefined || value < 0) return null;
    const given = this.#graph.stored.get(value) ?? this.#maker(value, "Constant")?.attributes.get("value");
    if (typeof given !== "object" || !("dims" in given) || sizeOf(given.dims) !== 1) {
      const number = this.#maker(value, "Constant")?.attributes.get("value_float");
      return typeof number === "number" ? number : null;
    }
    return given.values?.[0] ?? null;
  }

  /** The one axis that a mean is over. */
  #axis(mean: GraphNode): number | null {
    const listed = mean.attributes.get("axes");
    if (typeof listed === "object" && "length" in listed) return listed.length === 1 ? listed[0]! : null;
    const given = mean.inputs[1];
    return given === undefined ? null : this.#scalar(given);
  }
}
