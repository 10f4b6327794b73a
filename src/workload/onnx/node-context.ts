import { sizeOf, type Attribute, type ElementType, type GraphNode, type StoredTensor } from "./graph.ts";
import {
  broadcast,
  elementsOf,
  isStored,
  type LaneWork,
  type ProductWork,
  type Trace,
  type Value,
  type Work,
} from "./value.ts";

/** A node that cannot be counted: why, as a whole sentence behind the node's name. */
export class NodeError extends Error {
  override readonly name = "NodeError";
}

/** Works in the order in which they run. Works are named by their numbers, which do not change. */
export class WorkList {
  /** Elements that are kept for later tokens, and of one token of one sequence. */
  readonly cache = { elements: 0, perToken: 0 };
  readonly #works: { readonly node: GraphNode; readonly part: string; readonly work: Work }[] = [];
  readonly #gone = new Set<number>();

  get length(): number {
    return this.#works.length;
  }

  add(node: GraphNode, part: string, work: Work): number {
    return this.#works.push({ node, part, work }) - 1;
  }

  drop(at: number): void {
    this.#gone.add(at);
  }

  /** Takes back what was added since there were so many. */
  cut(length: number): void {
    this.#works.length = length;
  }

  /** Runs a work as late as now. */
  delay(at: number): void {
    if (this.#gone.has(at)) return;
    this.#gone.add(at);
    this.#works.push(this.#works[at]!);
  }

  all(): readonly { readonly node: GraphNode; readonly part: string; readonly work: Work }[] {
    return this.#works.filter((_, at) => !this.#gone.has(at));
  }
}

/** What a rule says of a result; what it leaves out is that of an activation of the first input's type. */
export type Result = Pick<Value, "dims"> &
  Partial<Value> & { /** It depends on the sizes of inputs alone. */ readonly isKnown?: true };

const MOST_EXTENT = 1_000_000_000;

/** How values are used: by how many nodes and outputs, and whether they are inputs or outputs of the graph. */
export interface Uses {
  readonly count: (value: number) => number;
  readonly isGraphInput: (value: number) => boolean;
  readonly isGraphOutput: (value: number) => boolean;
}

/** A node with its inputs, and where its work goes. */
export class NodeContext {
  readonly node: GraphNode;
  readonly opset: number;
  readonly inputs: readonly (Value | null)[];
  readonly #given: readonly number[];
  readonly #made: readonly number[];
  readonly #works: WorkList;
  readonly #uses: Uses;

  constructor(node: GraphNode, opset: number, inputs: readonly (Value | null)[], works: WorkList, uses: Uses) {
    this.node = node;
    this.opset = opset;
    this.inputs = inputs;
    this.#given = node.inputs;
    this.#made = node.outputs;
    this.#works = works;
    this.#uses = uses;
  }

  fail(why: string): never {
    throw new NodeError(why);
  }

  has(at: number): boolean {
    return (this.inputs[at] ?? null) !== null;
  }

  input(at: number): Value {
    return this.inputs[at] ?? this.fail(`It has no input ${at + 1}.`);
  }

  optional(at: number): Value | null {
    return this.inputs[at] ?? null;
  }

  /** Inputs that are there. */
  present(): readonly Value[] {
    return this.inputs.filter((each) => each !== null);
  }

  /** Whether this node is the only one that an input goes to. */
  isOnlyHere(at: number): boolean {
    return this.#uses.count(this.#given[at]!) === 1;
  }

  /** Whether somebody asks for a result. */
  isWanted(at: number): boolean {
    const value = this.#made[at] ?? -1;
    return value >= 0 && this.#uses.count(value) > 0;
  }

  isGraphInput(at: number): boolean {
    return this.#uses.isGraphInput(this.#given[at]!);
  }

  isGraphOutput(at: number): boolean {
    const value = this.#made[at] ?? -1;
    return value >= 0 && this.#uses.isGraphOutput(value);
  }

  /** Says that elements are kept for later tokens: of so many tokens of so many sequences. */
  keep(elements: number, tokens: number, sequences: number): void {
    this.#works.cache.elements += elements;
    if (tokens > 0 && sequences > 0) this.#works.cache.perToken += Math.ceil(elements / tokens / sequences);
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }

  whole(name: string, fallback?: number): number {
    const value = this.attribute(name) ?? fallback;
    if (typeof value === "number" && Number.isSafeInteger(value)) return value;
    return this.fail(`Its attribute ${name} must be a whole number.`);
  }

  wholes(name: string): readonly number[] | undefined {
    const value = this.attribute(name);
    if (value === undefined) return undefined;
    if (typeof value !== "object" || !("length" in value)) return this.fail(`Its attribute ${name} must be a list.`);
    return value;
  }

  word(name: string, fallback: string): string {
    const value = this.attribute(name) ?? fallback;
    return typeof value === "string" ? value : this.fail(`Its attribute ${name} must be a text.`);
  }

  tensor(name: string): StoredTensor | undefined {
    const value = this.attribute(name);
    return typeof value === "object" && "dims" in value ? value : undefined;
  }

  /** The numbers of an input that decides about sizes. */
  numbers(at: number): readonly number[] {
    const value = this.input(at);
    return (
      value.numbers ?? this.fail(`Its input ${at + 1} decides about sizes, but is known only when the model runs.`)
    );
  }

  /** Whole numbers of an attribute or, as later versions have it, of an input; undefined: neither is there. */
  listOf(name: string, at: number): readonly number[] | undefined {
    return this.wholes(name) ?? (this.has(at) ? this.numbers(at) : undefined);
  }

  /** An axis from 0, of `rank` ones. */
  axis(axis: number, rank: number): number {
    const positive = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(positive) && positive >= 0 && positive < rank) return positive;
    return this.fail(`Its axis ${axis} is not one of ${rank}.`);
  }

  rank(at: number, ...ranks: readonly number[]): Value {
    const value = this.input(at);
    if (ranks.includes(value.dims.length)) return value;
    return this.fail(`Its input ${at + 1} has ${value.dims.length} dimensions, not ${ranks.join(" or ")}.`);
  }

  broadcast(values: readonly Value[]): readonly number[] {
    return values.reduce<readonly number[]>((dims, value) => {
      return broadcast(dims, value.dims) ?? this.fail(`Sizes [${dims}] and [${value.dims}] do not go together.`);
    }, []);
  }

  /** Quotient of two sizes, which must be whole. */
  divided(size: number, by: number, what: string): number {
    if (by >= 1 && size % by === 0) return size / by;
    return this.fail(`${what}: ${size} is not a multiple of ${by}.`);
  }

  /** Adds a matrix product. Nothing where a size is 0. */
  product(part: string, work: Omit<ProductWork, "kind">): number | null {
    const { batch, m, n, k } = work;
    if (Math.min(batch, m, n, k) === 0) return null;
    if (![batch, m, n, k].every(Number.isSafeInteger)) this.fail("It has more than 2^53 elements.");
    if (Math.max(batch, m, n, k) > MOST_EXTENT)
      this.fail(`A product of ${batch} × ${m} × ${n} × ${k} has a side above ${MOST_EXTENT}.`);
    return this.#works.add(this.node, part, { kind: "product", ...work });
  }

  /** Adds work of the lanes; by default an element is read once, written once, and a row of its own. Nothing where there are none. */
  lanes(part: string, work: Pick<LaneWork, "primitive" | "elements"> & Partial<LaneWork>): number | null {
    const { elements, elementsRead = elements, elementsWritten = elements, rowLength = 1, parameters = 0 } = work;
    if (elements === 0 || rowLength === 0) return null;
    const isWhole = [elements, elementsRead, elementsWritten, rowLength, parameters].every(Number.isSafeInteger);
    if (!isWhole) this.fail("It has more than 2^53 elements.");
    const { primitive } = work;
    const whole = {
      kind: "vector",
      primitive,
      elements,
      rowLength,
      elementsRead,
      elementsWritten,
      parameters,
    } as const;
    return this.#works.add(this.node, part, whole);
  }

  /** Element-wise work on `values` with so many results. */
  elementWise(
    part: string,
    primitive: LaneWork["primitive"],
    dims: readonly number[],
    values: readonly Value[],
  ): number | null {
    const { elementsRead, parameters } = readsOf(values);
    return this.lanes(part, { primitive, elements: sizeOf(dims), elementsRead, parameters });
  }

  drop(works: readonly number[]): void {
    for (const each of works) this.#works.drop(each);
  }

  delay(works: readonly number[]): void {
    for (const each of works) this.#works.delay(each);
  }
}

/** Elements of activations and of stored tensors that a work reads; a stored scalar is part of the instruction. */
export function readsOf(values: readonly Value[]): { readonly elementsRead: number; readonly parameters: number } {
  const sum = (list: readonly Value[]) => list.reduce((total, each) => total + elementsOf(each), 0);
  const stored = values.filter((each) => isStored(each) && elementsOf(each) > 1);
  return { elementsRead: sum(values.filter((each) => !isStored(each))), parameters: sum(stored) };
}

/** An input as it is, laid out otherwise. */
export function view(value: Value, dims: readonly number[], numbers: readonly number[] | null = value.numbers): Result {
  return { ...value, dims, numbers };
}

export function activation(dims: readonly number[], type: ElementType, trace: Trace = null): Result {
  return { dims, type, numbers: null, origin: -1, trace, isCache: false };
}

export type Rule = (context: NodeContext) => readonly (Result | null)[];
