import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Kind,
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProto_DataType as Type,
  type AttributeProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "../../../../src/workload/onnx/onnx_pb.ts";

export { Type };

/*
 * Writes ONNX files for tests, with the library and the schema that they are read with. Weights have no bytes: their sizes are all that is read of them.
 */

type Attribute = number | string | readonly number[] | { readonly float: number } | TensorSpec;
export interface TensorSpec {
  readonly dims: readonly number[];
  readonly type?: Type;
  /** Whole numbers as INT64, others as FLOAT; absent: no numbers. */
  readonly numbers?: readonly number[];
  readonly external?: string;
}
export interface NodeSpec {
  readonly op: string;
  readonly name?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}
export interface GraphSpec {
  readonly name?: string;
  readonly opset?: number;
  readonly inputs: Readonly<Record<string, readonly (number | string | null)[]>>;
  /** Inputs that are whole numbers. */
  readonly indices?: readonly string[];
  readonly outputs: readonly string[];
  readonly stored?: Readonly<Record<string, readonly number[] | TensorSpec>>;
  readonly nodes: readonly NodeSpec[];
}

const isList = (value: unknown): value is readonly number[] => Array.isArray(value);

function tensor(name: string, spec: TensorSpec): MessageInitShape<typeof TensorProtoSchema> {
  const { dims, numbers, external } = spec;
  const isWhole = numbers?.every(Number.isInteger) === true;
  const type = spec.type ?? (isWhole ? Type.INT64 : Type.FLOAT);
  return {
    name,
    dims: dims.map(BigInt),
    dataType: type,
    ...(numbers === undefined
      ? {}
      : type === Type.INT64
        ? { int64Data: numbers.map(BigInt) }
        : type === Type.FLOAT
          ? { rawData: new Uint8Array(Float32Array.from(numbers).buffer) }
          : { int32Data: [...numbers] }),
    ...(external === undefined ? {} : { dataLocation: 1, externalData: [{ key: "location", value: external }] }),
  };
}

function attribute(name: string, value: Attribute): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === "number") return { name, type: Kind.INT, i: BigInt(value) };
  if (typeof value === "string") return { name, type: Kind.STRING, s: new TextEncoder().encode(value) };
  if (isList(value)) return { name, type: Kind.INTS, ints: value.map(BigInt) };
  if ("float" in value) return { name, type: Kind.FLOAT, f: value.float };
  return { name, type: Kind.TENSOR, t: tensor("", value) };
}

function node({ op, name = "", inputs, outputs, attributes = {} }: NodeSpec): MessageInitShape<typeof NodeProtoSchema> {
  const dot = op.lastIndexOf(".");
  return {
    name,
    opType: op.slice(dot + 1),
    domain: dot < 0 ? "" : op.slice(0, dot),
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
  };
}

function input(
  name: string,
  dims: readonly (number | string | null)[],
  elemType: Type,
): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((size) => {
    if (size === null) return {};
    return typeof size === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(size) } }
      : { value: { case: "dimParam" as const, value: size } };
  });
  return { name, type: { value: { case: "tensorType", value: { elemType, shape: { dim } } } } };
}

export function onnxBytes(spec: GraphSpec): Uint8Array {
  const { opset = 18 } = spec;
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [
        { domain: "", version: BigInt(opset) },
        { domain: "com.microsoft", version: 1n },
      ],
      graph: graph(spec),
    }),
  );
}

/** The graph alone, to be put into a file by hand. */
export function graphBytes(spec: GraphSpec): Uint8Array {
  return toBinary(GraphProtoSchema, create(GraphProtoSchema, graph(spec)));
}

function graph({ name = "test", inputs, indices = [], outputs, stored = {}, nodes }: GraphSpec) {
  return {
    name,
    input: Object.entries(inputs).map(([key, dims]) =>
      input(key, dims, indices.includes(key) ? Type.INT64 : Type.FLOAT),
    ),
    output: outputs.map((each) => ({ name: each })),
    initializer: Object.entries(stored).map(([key, value]) =>
      tensor(key, isList(value) ? { dims: value, type: Type.FLOAT } : value),
    ),
    node: nodes.map(node),
  };
}

/** Collects nodes: each call adds one and gives the name of its first result. */
export class GraphWriter {
  readonly nodes: NodeSpec[] = [];
  readonly stored: Record<string, readonly number[] | TensorSpec> = {};

  add(
    op: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.all(op, name, inputs, 1, attributes)[0]!;
  }

  all(
    op: string,
    name: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): readonly string[] {
    const outputs = Array.from({ length: count }, (_, at) => (at === 0 ? `${name}:0` : `${name}:${at}`));
    this.nodes.push({ op, name, inputs, outputs, attributes });
    return outputs;
  }

  weight(name: string, dims: readonly number[]): string {
    this.stored[name] = dims;
    return name;
  }

  numbers(name: string, numbers: readonly number[], dims: readonly number[] = [numbers.length]): string {
    this.stored[name] = { dims, numbers };
    return name;
  }

  scalar(name: string, number: number): string {
    this.stored[name] = { dims: [], numbers: [number], type: Type.FLOAT };
    return name;
  }
}
