import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { problemOf, SpecError } from "../../errors/index.ts";
import {
  OperandPool,
  PooledNode,
  sizeOf,
  type Attribute,
  type Dimension,
  type ElementType,
  type Graph,
  type GraphInput,
  type GraphNode,
  type StoredTensor,
} from "./graph.ts";
import { clamped, numbersOf } from "./numbers.ts";
import {
  AttributeProto_AttributeType as Kind,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  SparseTensorProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
  type NodeProto,
  type TensorProto,
} from "./onnx_pb.ts";
import { FieldWalker, outlined, WireError, type ByteSource, type Field, type Outline } from "./wire.ts";

/** Largest file, bytes, and most nodes, values and initialisers that are read. */
export const MOST_BYTES = 2 * 1024 * 1024 * 1024;
export const MOST_NODES = 1_000_000;
const MOST_VALUES = 2_000_000;

/** Limits on what is kept, so that no file, whatever it holds, takes much memory or time. */
const MOST_FIELDS = 16_000_000;
const MOST_DECODED_BYTES = 256 * 1024 * 1024;
const MOST_ENTRIES = 8_000_000;
const MOST_RECORD_BYTES = 1024 * 1024;
const MOST_NAME_CHARACTERS = 64 * 1024 * 1024;
const MOST_DIMENSIONS = 64;

/** A record up to this size is decoded as it is; of a larger one only what is named below. */
const SMALL_RECORD_BYTES = 4 * 1024;

/** Fields by their numbers in onnx.proto. */
const MODEL = { graph: 7, opsetImport: 8 } as const;
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, sparseInitializer: 15 } as const;
const TENSOR: Outline = new Map([
  ...[1, 2, 8, 14].map((no) => [no, "all"] as const),
  // Numbers: float, int32, int64, raw, double, uint64.
  ...[4, 5, 7, 9, 10, 11].map((no) => [no, "short"] as const),
]);
const SPARSE_TENSOR: Outline = new Map<number, "all" | Outline>([
  [1, new Map([2, 8].map((no) => [no, "all"] as const))],
  [3, "all"],
]);
const ATTRIBUTE: Outline = new Map<number, "all" | Outline>([
  ...[1, 2, 3, 4, 7, 8, 20].map((no) => [no, "all"] as const),
  [5, TENSOR],
]);
const NODE: Outline = new Map<number, "all" | Outline>([
  ...[1, 2, 3, 4, 7].map((no) => [no, "all"] as const),
  [5, ATTRIBUTE],
]);
const VALUE: Outline = new Map([1, 2].map((no) => [no, "all"] as const));
const OPSET: Outline = new Map([1, 2].map((no) => [no, "all"] as const));

/** ONNX's own operators stand without a domain. */
const OWN_DOMAINS: ReadonlySet<string> = new Set(["", "ai.onnx"]);

/**
 * The graph of an ONNX file, without the bytes of its weights: they are passed over where they stand in the file, and files that it
 * names (`external_data`) are never opened. Graphs within nodes are not entered.
 *
 * @param file  name for messages
 * @throws SpecError onnx/malformed, onnx/too-large, onnx/double-name
 */
export function readGraph(source: ByteSource, file: string): Graph {
  const refuse = (code: string, message: string): SpecError => new SpecError([problemOf(file, code, message)]);
  if (source.size > MOST_BYTES)
    throw refuse("onnx/too-large", `The file has ${source.size} bytes, but at most ${MOST_BYTES} (2 GiB) are read.`);
  try {
    return new GraphReader(source).read();
  } catch (error) {
    if (error instanceof Repeated) throw refuse("onnx/double-name", error.message);
    if (error instanceof WireError && error.isLimit)
      throw refuse("onnx/too-large", `The file ${error.message}: it is not read.`);
    // The library throws Error and RangeError where bytes are no message.
    if (error instanceof Error && !(error instanceof TypeError))
      throw refuse("onnx/malformed", `The file is no ONNX model: it ${plain(error)}.`);
    throw error;
  }
}

const plain = (error: Error): string =>
  error instanceof WireError ? error.message : `cannot be decoded (${error.message.slice(0, 200)})`;

class Repeated extends Error {
  override readonly name = "Repeated";
}

class GraphReader {
  readonly #source: ByteSource;
  readonly #walker: FieldWalker;
  readonly #values: string[] = [];
  readonly #numberOf = new Map<string, number>();
  readonly #nodes: GraphNode[] = [];
  readonly #pool = new OperandPool();
  readonly #inputs: GraphInput[] = [];
  readonly #outputs: number[] = [];
  readonly #stored = new Map<number, StoredTensor>();
  /** Texts that come again and again: operators and attributes. */
  readonly #words = new Map<string, string>();
  #decodedLeft = MOST_DECODED_BYTES;
  #entriesLeft = MOST_ENTRIES;
  #charactersLeft = MOST_NAME_CHARACTERS;
  #name = "";
  #opset = 0;

  constructor(source: ByteSource) {
    this.#source = source;
    this.#walker = new FieldWalker(source, MOST_FIELDS);
  }

  read(): Graph {
    let graph: Field | null = null;
    for (const field of this.#walker.fields(0, this.#source.size)) {
      if (field.no === MODEL.opsetImport) this.#readOpset(field);
      if (field.no !== MODEL.graph) continue;
      if (graph !== null) throw new WireError("has two graphs");
      graph = field;
    }
    if (graph === null) throw new WireError("has no graph");
    expectMessage(graph);
    for (const field of this.#walker.fields(graph.at, graph.length)) this.#readPart(field);
    if (this.#nodes.length === 0) throw new WireError("has a graph without nodes");
    this.#checkMakers();
    return {
      name: this.#name,
      opset: this.#opset,
      values: this.#values,
      nodes: this.#nodes,
      // Older files name their initialisers among the inputs.
      inputs: this.#inputs.filter(({ value }) => !this.#stored.has(value)),
      outputs: this.#outputs,
      stored: this.#stored,
    };
  }

  #readPart(field: Field): void {
    switch (field.no) {
      case GRAPH.node:
        return this.#readNode(this.#decode(NodeProtoSchema, NODE, field));
      case GRAPH.name:
        this.#name = new TextDecoder().decode(this.#walker.bytes(field.at, Math.min(field.length, 200)));
        return;
      case GRAPH.initializer:
        return this.#readInitializer(this.#decode(TensorProtoSchema, TENSOR, field));
      case GRAPH.sparseInitializer: {
        const { values, dims } = this.#decode(SparseTensorProtoSchema, SPARSE_TENSOR, field);
        if (values !== undefined) this.#store(values.name, sizesOf(dims), values.dataType, null);
        return;
      }
      case GRAPH.input:
        return this.#readInput(field);
      case GRAPH.output:
        this.#spend(1);
        this.#outputs.push(this.#valueOf(this.#decode(ValueInfoProtoSchema, VALUE, field).name));
        return;
      default:
        return;
    }
  }

  #decode<D extends DescMessage>(schema: D, outline: Outline, field: Field): MessageShape<D> {
    expectMessage(field);
    const bytes =
      field.length <= SMALL_RECORD_BYTES
        ? this.#walker.bytes(field.at, field.length)
        : outlined(this.#walker, outline, field.at, field.length, MOST_RECORD_BYTES);
    this.#decodedLeft -= bytes.length;
    if (this.#decodedLeft < 0)
      throw new WireError(`holds more than ${MOST_DECODED_BYTES} bytes beside its numbers`, true);
    return fromBinary(schema, bytes, { readUnknownFields: false, recursionLimit: 20 });
  }

  #readOpset(field: Field): void {
    const { domain, version } = this.#decode(OperatorSetIdProtoSchema, OPSET, field);
    if (domain === "" || domain === "ai.onnx") this.#opset = Number(version);
  }

  #readNode(node: NodeProto): void {
    if (this.#nodes.length >= MOST_NODES) throw new WireError(`has more than ${MOST_NODES} nodes`, true);
    const at = this.#nodes.length;
    if (node.opType === "") throw new WireError(`has no operator in node ${at + 1}`);
    const op = OWN_DOMAINS.has(node.domain) ? node.opType : `${node.domain}.${node.opType}`;
    this.#spend(node.input.length + node.output.length);
    this.#charactersLeft -= node.name.length;
    const operands = (names: readonly string[]) => names.map((each) => (each === "" ? -1 : this.#valueOf(each)));
    const fields = { at, name: node.name, op: this.#word(op), attributes: this.#attributesOf(node.attribute) };
    this.#nodes.push(new PooledNode(fields, this.#pool, operands(node.input), operands(node.output)));
  }

  #attributesOf(list: readonly AttributeProto[]): ReadonlyMap<string, Attribute> {
    if (list.length === 0) return NO_ATTRIBUTES;
    const found = new Map<string, Attribute>();
    for (const each of list) {
      const value = this.#attributeOf(each);
      if (value !== null) found.set(this.#word(each.name), value);
    }
    this.#spend(4 * found.size);
    return found;
  }

  /** Null: a graph, a list of texts or the like, which no operator that is known has. */
  #attributeOf(attribute: AttributeProto): Attribute | null {
    const { type, t, ints, floats } = attribute;
    switch (type) {
      case Kind.INT:
        return clamped(attribute.i);
      case Kind.FLOAT:
        return attribute.f;
      case Kind.STRING:
        return this.#word(new TextDecoder().decode(attribute.s));
      case Kind.INTS:
        this.#spend(ints.length);
        return ints.map(clamped);
      case Kind.FLOATS:
        this.#spend(floats.length);
        return floats;
      case Kind.TENSOR:
        return t === undefined ? null : this.#tensorOf(t);
      case Kind.UNDEFINED:
        // Files of the first version say no kind.
        if (ints.length > 0) return this.#attributeOf({ ...attribute, type: Kind.INTS });
        if (t !== undefined) return this.#tensorOf(t);
        return attribute.i === 0n ? null : clamped(attribute.i);
      default:
        return null;
    }
  }

  #readInitializer(tensor: TensorProto): void {
    const { dims, type, values } = this.#tensorOf(tensor);
    this.#store(tensor.name, dims, type, values);
  }

  #tensorOf(tensor: TensorProto): StoredTensor {
    const dims = sizesOf(tensor.dims);
    const values = numbersOf(tensor, sizeOf(dims));
    this.#spend(dims.length + (values?.length ?? 0));
    return { dims, type: tensor.dataType, values };
  }

  #store(name: string, dims: readonly number[], type: ElementType, values: readonly number[] | null): void {
    const value = this.#valueOf(name);
    if (this.#stored.has(value)) throw new Repeated(`Two initialisers have the name "${shown(name)}".`);
    this.#stored.set(value, { dims, type, values });
  }

  #readInput(field: Field): void {
    const { name, type } = this.#decode(ValueInfoProtoSchema, VALUE, field);
    const value = this.#valueOf(name);
    const kind = type?.value;
    if (kind?.case !== "tensorType") throw new WireError(`has the input "${shown(name)}", which is no tensor`);
    const shape = kind.value.shape?.dim ?? [];
    if (shape.length > MOST_DIMENSIONS)
      throw new WireError(`has more than ${MOST_DIMENSIONS} dimensions in "${shown(name)}"`);
    this.#spend(shape.length + 1);
    const dims = shape.map(({ value: size }): Dimension => {
      if (size.case === "dimParam") return size.value === "" ? null : size.value;
      const known = size.case === "dimValue" ? clamped(size.value) : -1;
      return known < 0 ? null : known;
    });
    this.#inputs.push({ value, dims, type: kind.value.elemType });
  }

  #valueOf(name: string): number {
    const known = this.#numberOf.get(name);
    if (known !== undefined) return known;
    if (this.#values.length >= MOST_VALUES) throw new WireError(`has more than ${MOST_VALUES} values`, true);
    this.#charactersLeft -= name.length;
    if (this.#charactersLeft < 0)
      throw new WireError(`has more than ${MOST_NAME_CHARACTERS} characters in names`, true);
    const number = this.#values.length;
    this.#values.push(name);
    this.#numberOf.set(name, number);
    return number;
  }

  #word(text: string): string {
    const known = this.#words.get(text);
    if (known !== undefined) return known;
    this.#charactersLeft -= text.length;
    this.#words.set(text, text);
    return text;
  }

  #spend(entries: number): void {
    this.#entriesLeft -= entries;
    if (this.#entriesLeft < 0)
      throw new WireError(`has more than ${MOST_ENTRIES} operands, sizes and attributes`, true);
  }

  /** Every value has one maker: a node, an input or an initialiser. */
  #checkMakers(): void {
    const isMade = new Uint8Array(this.#values.length);
    for (const value of this.#stored.keys()) isMade[value] = 1;
    for (const { value } of this.#inputs) {
      if (isMade[value] === 2) throw new Repeated(`Two inputs have the name "${shown(this.#values[value]!)}".`);
      isMade[value] = 2;
    }
    for (const { outputs, op, at } of this.#nodes) {
      for (const value of outputs) {
        if (value < 0) continue;
        if (isMade[value] !== 0)
          throw new Repeated(
            `Node ${at + 1} (${shown(op)}) makes "${shown(this.#values[value]!)}", which is there before.`,
          );
        isMade[value] = 1;
      }
    }
  }
}

const NO_ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map();

const shown = (text: string): string => text.slice(0, 80);

function expectMessage({ wireType, start }: Field): void {
  if (wireType !== WireType.LengthDelimited)
    throw new WireError(`has a number where a message belongs at byte ${start}`);
}

function sizesOf(dims: readonly bigint[]): readonly number[] {
  if (dims.length > MOST_DIMENSIONS) throw new WireError(`has a tensor of more than ${MOST_DIMENSIONS} dimensions`);
  const sizes = dims.map(clamped);
  if (sizes.some((each) => each < 0)) throw new WireError("has a tensor with a size below 0");
  if (!Number.isSafeInteger(sizeOf(sizes))) throw new WireError("has a tensor of more than 2^53 elements");
  return sizes;
}
