/** Types of elements by the numbers of ONNX's schema (`TensorProto.DataType`), as far as they are asked for. */
export { TensorProto_DataType as ElementType } from "./onnx_pb.ts";
import { TensorProto_DataType as ElementType } from "./onnx_pb.ts";

/** A tensor that is stored in the file, without its bytes. */
export interface StoredTensor {
  readonly dims: readonly number[];
  readonly type: ElementType;
  /** Its numbers where they are few, row by row; null: not read. */
  readonly values: readonly number[] | null;
}

export type Attribute = number | string | readonly number[] | StoredTensor;

export interface GraphNode {
  /** From 0, in the order of the file. */
  readonly at: number;
  readonly name: string;
  /** With its domain before it where that is not ONNX's own. */
  readonly op: string;
  /** Values by their numbers; −1: left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** Operands of all nodes one behind the other: of a million nodes, lists of their own would take 100 MB. */
export class OperandPool {
  #values = new Int32Array(1024);
  #length = 0;

  /** @returns where the operands begin */
  add(operands: readonly number[]): number {
    const start = this.#length;
    this.#length += operands.length;
    if (this.#length > this.#values.length) {
      const wider = new Int32Array(Math.max(2 * this.#values.length, this.#length));
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values.set(operands, start);
    return start;
  }

  list(start: number, count: number): readonly number[] {
    return Array.from(this.#values.subarray(start, start + count));
  }
}

/** A node whose operands lie in a pool: inputs, and outputs behind them. Each look at them makes a list. */
export class PooledNode implements GraphNode {
  readonly at: number;
  readonly name: string;
  readonly op: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly #pool: OperandPool;
  readonly #start: number;
  readonly #inputCount: number;
  readonly #outputCount: number;

  constructor(
    fields: Pick<GraphNode, "at" | "name" | "op" | "attributes">,
    pool: OperandPool,
    inputs: readonly number[],
    outputs: readonly number[],
  ) {
    this.at = fields.at;
    this.name = fields.name;
    this.op = fields.op;
    this.attributes = fields.attributes;
    this.#pool = pool;
    this.#start = pool.add(inputs);
    this.#inputCount = inputs.length;
    this.#outputCount = outputs.length;
    pool.add(outputs);
  }

  get inputs(): readonly number[] {
    return this.#pool.list(this.#start, this.#inputCount);
  }

  get outputs(): readonly number[] {
    return this.#pool.list(this.#start + this.#inputCount, this.#outputCount);
  }
}

/** A size that is a number, a name, or unknown (null). */
export type Dimension = number | string | null;

export interface GraphInput {
  readonly value: number;
  readonly dims: readonly Dimension[];
  readonly type: ElementType;
}

export interface Graph {
  readonly name: string;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  /** Names of the values; other records hold their places in this list. */
  readonly values: readonly string[];
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly number[];
  readonly stored: ReadonlyMap<number, StoredTensor>;
}

/** A node as messages name it. */
export function shownNode(graph: Pick<Graph, "values">, node: GraphNode): string {
  const { name, op, at, outputs } = node;
  const output = graph.values[outputs.find((each) => each >= 0) ?? -1] ?? "";
  return name === ""
    ? `node ${at + 1} (${op}, which makes "${output.slice(0, 80)}")`
    : `node "${name.slice(0, 80)}" (${op})`;
}

/** Elements of a tensor. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, each) => product * each, 1);
}

const FLOATS: ReadonlySet<ElementType> = new Set([
  ElementType.FLOAT,
  ElementType.FLOAT16,
  ElementType.DOUBLE,
  ElementType.BFLOAT16,
  ElementType.FLOAT8E4M3FN,
  ElementType.FLOAT8E4M3FNUZ,
  ElementType.FLOAT8E5M2,
  ElementType.FLOAT8E5M2FNUZ,
  ElementType.FLOAT4E2M1,
  ElementType.FLOAT6E2M3,
  ElementType.FLOAT6E3M2,
]);

export function isFloat(type: ElementType): boolean {
  return FLOATS.has(type);
}
