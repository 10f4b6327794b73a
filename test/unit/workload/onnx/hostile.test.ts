import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, it } from "vitest";
import { SpecError } from "../../../../src/errors/index.ts";
import { importOnnx, MOST_ONNX_BYTES, sourceOfBytes, type ByteSource } from "../../../../src/workload/onnx.ts";
import { bertLike } from "./models.ts";
import { graphBytes, onnxBytes, type GraphSpec, type NodeSpec } from "./write.ts";

const relu: NodeSpec = { op: "Relu", name: "only", inputs: ["x"], outputs: ["y"] };
const plain: GraphSpec = { inputs: { x: [2, 3] }, outputs: ["y"], nodes: [relu] };

/** Code and message of each problem. */
function problemsOf(
  source: ByteSource | Uint8Array | GraphSpec,
  dims: Readonly<Record<string, number>> = {},
): readonly string[] {
  const bytes = "nodes" in source ? onnxBytes(source) : source;
  try {
    importOnnx("read" in bytes ? bytes : sourceOfBytes(bytes), { dims: new Map(Object.entries(dims)) });
    return [];
  } catch (error) {
    if (error instanceof SpecError) return error.problems.map(({ code, message }) => `${code}: ${message}`);
    throw error;
  }
}

/** A source of pieces, some of which are as long as they say and are never there. */
class Pieces implements ByteSource {
  readonly size: number;
  readonly #pieces: readonly (Uint8Array | number)[];
  forbidden = 0;

  constructor(...pieces: readonly (Uint8Array | number)[]) {
    this.#pieces = pieces;
    this.size = pieces.reduce<number>((sum, piece) => sum + (typeof piece === "number" ? piece : piece.length), 0);
  }

  readonly read = (at: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    let start = 0;
    for (const piece of this.#pieces) {
      const size = typeof piece === "number" ? piece : piece.length;
      const [from, to] = [Math.max(at, start), Math.min(at + length, start + size)];
      if (from < to && typeof piece !== "number") bytes.set(piece.subarray(from - start, to - start), from - at);
      if (from < to && typeof piece === "number") this.forbidden += to - from;
      start += size;
    }
    return bytes;
  };
}

/** The head of a field whose value has so many bytes. */
const head = (no: number, length: number): Uint8Array =>
  new BinaryWriter().tag(no, WireType.LengthDelimited).uint32(length).finish();
const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const field = (no: number, value: Uint8Array): Uint8Array => joined(head(no, value.length), value);

describe("bytes of weights", () => {
  it("are passed over where they stand: a tensor of almost 2 GiB", () => {
    const data = 2_000_000_000;
    const dims = new BinaryWriter().tag(1, WireType.Varint).int64(500_000).tag(1, WireType.Varint).int64(1000).finish();
    const start = joined(
      dims,
      new BinaryWriter().tag(2, WireType.Varint).int32(1).finish(),
      field(8, Buffer.from("w")),
    );
    const tensor = joined(start, head(9, data));
    const spec: GraphSpec = {
      ...plain,
      inputs: { x: [2, 500_000] },
      nodes: [{ ...relu, op: "MatMul", inputs: ["x", "w"] }],
    };
    const graph = graphBytes(spec);
    const initialiser = head(5, tensor.length + data);
    const length = graph.length + initialiser.length + tensor.length + data;
    const source = new Pieces(head(7, length), initialiser, tensor, data, graph);
    const before = process.memoryUsage().rss;
    const { model } = importOnnx(source);
    expect(model.operators).toMatchObject([{ m: 2, k: 500_000, n: 1000 }]);
    // What follows a length is read with it, as far as a window goes.
    expect(source.forbidden).toBeLessThan(1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("in another file are not looked for", () => {
    const stored = { w: { dims: [3, 5], external: "../../../../etc/passwd" } };
    const spec = { ...plain, stored, nodes: [{ ...relu, op: "MatMul", inputs: ["x", "w"] }] };
    expect(importOnnx(sourceOfBytes(onnxBytes(spec))).model.operators).toMatchObject([{ m: 2, k: 3, n: 5 }]);
  });

  it("in another file that decide about sizes are said to be unknown", () => {
    const stored = { shape: { dims: [2], numbers: [3, 2], external: "shape.bin" } };
    const spec = { ...plain, stored, nodes: [{ ...relu, op: "Reshape", inputs: ["x", "shape"] }] };
    expect(problemsOf(spec)[0]).toMatch(
      /onnx\/bad-node: The node "only" \(Reshape\).* Its input 2 decides about sizes/,
    );
  });
});

describe("files that are no models", () => {
  const whole = onnxBytes(plain);

  it.each([
    ["nothing", new Uint8Array(0), /onnx\/malformed: .* it has no graph/],
    ["a text", Buffer.from("name: a model\n"), /onnx\/malformed/],
    ["half a file", whole.subarray(0, whole.length - 5), /onnx\/malformed: .* ends within a field at byte \d+/],
    ["two graphs", joined(whole, field(7, graphBytes(plain))), /onnx\/malformed: .* it has two graphs/],
    [
      "a number for a graph",
      new BinaryWriter().tag(7, WireType.Varint).uint32(5).finish(),
      /a number where a message belongs/,
    ],
    ["a group", new BinaryWriter().tag(7, WireType.StartGroup).tag(7, WireType.EndGroup).finish(), /a group at byte 0/],
    ["an empty graph", field(7, new Uint8Array(0)), /a graph without nodes/],
    ["a node without an operator", field(7, field(1, field(1, Buffer.from("x")))), /no operator in node 1/],
    ["a node of noise", field(7, field(1, new Uint8Array(40).fill(255))), /onnx\/malformed: .* cannot be decoded/],
  ])("%s", (_, bytes, message) => {
    expect(problemsOf(bytes).join("\n")).toMatch(message);
  });

  it("are refused by their size before anything is read", () => {
    const source: ByteSource = {
      size: MOST_ONNX_BYTES + 1,
      read: () => {
        throw new Error("was read");
      },
    };
    expect(problemsOf(source)).toEqual([
      `onnx/too-large: The file has 2147483649 bytes, but at most 2147483648 (2 GiB) are read.`,
    ]);
  });

  it("are refused at any place where they end", () => {
    const bytes = onnxBytes(bertLike());
    for (let length = 0; length < bytes.length; length += 97) {
      expect(problemsOf(bytes.subarray(0, length), { batch: 1, sequence: 4 })[0]).toMatch(/^onnx\/malformed/);
    }
  });

  it("with messages in messages without end are not gone into", () => {
    let type = new Uint8Array(0);
    for (let depth = 0; depth < 3000; depth++) type = new Uint8Array(field(4, new Uint8Array(field(1, type))));
    const input = field(11, joined(field(1, Buffer.from("x")), field(2, type)));
    expect(problemsOf(field(7, joined(input, graphBytes({ ...plain, inputs: {} }))))[0]).toMatch(
      /maximum recursion depth/,
    );
    let graph: Uint8Array = graphBytes(plain);
    for (let depth = 0; depth < 200; depth++) {
      const attribute = joined(
        field(1, Buffer.from("then_branch")),
        field(6, graph),
        new BinaryWriter().tag(20, WireType.Varint).int32(5).finish(),
      );
      const node = joined(
        field(1, Buffer.from("x")),
        field(2, Buffer.from("y")),
        field(4, Buffer.from("If")),
        field(5, attribute),
      );
      graph = joined(field(1, node), graphBytes({ ...plain, nodes: [] }));
    }
    expect(problemsOf(field(7, graph))[0]).toMatch(/onnx\/(unknown-operator: .* If|malformed: .*recursion)/);
  });
});

describe("graphs that contradict themselves", () => {
  const node = (op: string, inputs: readonly string[], outputs: readonly string[], name = ""): NodeSpec => ({
    op,
    inputs,
    outputs,
    name,
  });

  it.each<readonly [string, Partial<GraphSpec>, RegExp]>([
    [
      "a cycle",
      { nodes: [node("Add", ["x", "z"], ["y"], "first"), node("Relu", ["y"], ["z"], "second")] },
      /^onnx\/cycle: The graph has a cycle: node "(first|second)" \((Add|Relu)\) depends on its own result\./,
    ],
    ["a node of itself", { nodes: [node("Add", ["x", "y"], ["y"], "self")] }, /^onnx\/cycle: .* node "self" \(Add\)/],
    ["a name twice", { nodes: [relu, relu] }, /^onnx\/double-name: Node 2 \(Relu\) makes "y", which is there before\./],
    ["an input that is made", { nodes: [relu, node("Relu", ["y"], ["x"])] }, /^onnx\/double-name: .* makes "x"/],
    ["a stored tensor that is made", { stored: { y: [2] } }, /^onnx\/double-name: .* makes "y"/],
    [
      "a value of nobody",
      { nodes: [node("Add", ["x", "missing"], ["y"])] },
      /^onnx\/malformed: Nothing makes "missing", which node 1 \(Add, which makes "y"\) reads\./,
    ],
    ["an output of nobody", { outputs: ["elsewhere"] }, /^onnx\/malformed: Nothing makes the output "elsewhere"\./],
    ["no output", { outputs: [] }, /^onnx\/malformed: The graph has no outputs/],
    [
      "an unknown operator",
      { nodes: [node("Mystery", ["x"], ["y"], "deep/inside")] },
      /^onnx\/unknown-operator: The node "deep\/inside" \(Mystery\) has an operator that is not modelled: Mystery\./,
    ],
    [
      "one of another domain",
      { nodes: [node("acme.MatMul", ["x", "x"], ["y"], "there")] },
      /^onnx\/unknown-operator: .* acme\.MatMul/,
    ],
    ["control flow", { nodes: [node("If", ["x"], ["y"])] }, /^onnx\/unknown-operator: .* If\./],
    [
      "sizes that do not meet",
      { stored: { w: [4, 5] }, nodes: [node("MatMul", ["x", "w"], ["y"], "here")] },
      /^onnx\/bad-node: The node "here" \(MatMul\) cannot be counted\. Matrices \[2,3\] and \[4,5\] have no common inner size\./,
    ],
    [
      "a size beyond all bounds",
      { inputs: { x: [2_000_000_000, 3_000_000_000] } },
      /^onnx\/bad-node: .*2\^53 elements|would have the sizes/,
    ],
    ["a product of nothing", { inputs: { x: [0, 3, 3] }, nodes: [node("MatMul", ["x", "x"], ["y"])] }, /has no work/],
    ["no work at all", { nodes: [node("Shape", ["x"], ["y"])] }, /has no work/],
  ])("%s", (_, more, message) => {
    expect(problemsOf({ ...plain, ...more })[0]).toMatch(message);
  });

  it("all unknown operators are told, each once, and all sizes that are missing", () => {
    const nodes = [
      node("Mystery", ["x"], ["a"], "n1"),
      node("Mystery", ["a"], ["b"], "n2"),
      node("Riddle", ["b"], ["y"], "n3"),
    ];
    const problems = problemsOf({ ...plain, nodes });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/node "n1" \(Mystery\).* So have 1 more\./);
    expect(problemsOf({ ...plain, inputs: { x: ["batch", null, "batch"] } })).toMatchObject(
      [/"batch"/, /"x\.1"/].map((m) => expect.stringMatching(m)),
    );
  });
});

describe("sizes by name", () => {
  const open: GraphSpec = { ...plain, inputs: { x: ["past + new", null, 3] } };

  it("are numbers, sums of names, and INPUT.AXIS where they have no name", () => {
    const dims = new Map([
      ["past", 4],
      ["new", 1],
      ["x.1", 7],
    ]);
    expect(importOnnx(sourceOfBytes(onnxBytes(open)), { dims }).model.operators).toMatchObject([
      { elements: 5 * 7 * 3 },
    ]);
  });

  it("that no input has are refused, with the nearest", () => {
    const dims = { "past + new": 5, "x.1": 2, "x.2": 3 };
    expect(problemsOf(open, dims)).toEqual([
      'onnx/no-such-dimension: No input has a size "x.2". Its sizes: past + new, x.1.',
    ]);
  });
});

describe("large graphs", () => {
  it("are gone through without depth: a chain of 100,000 nodes, last first", () => {
    const count = 100_000;
    const nodes = Array.from({ length: count }, (_, at): NodeSpec => ({
      op: "Identity",
      inputs: [`v${at}`],
      outputs: [`v${at + 1}`],
    })).reverse();
    const last: NodeSpec = { op: "Relu", inputs: [`v${count}`], outputs: ["y"] };
    const { model } = importOnnx(
      sourceOfBytes(onnxBytes({ ...plain, inputs: { v0: [2, 3] }, nodes: [...nodes, last] })),
    );
    expect(model.operators).toHaveLength(1);
  });

  it("with nodes of very many operands and results are gone through", () => {
    const count = 60_000;
    const many = (name: string) => Array.from({ length: count }, (_, at) => `${name}${at}`);
    const nodes: readonly NodeSpec[] = [
      { op: "Max", inputs: Array.from({ length: count }, () => "one"), outputs: ["largest"] },
      { op: "Add", inputs: ["x", "largest"], outputs: ["sum"] },
      { op: "Concat", inputs: Array.from({ length: count }, () => "sum"), outputs: ["wide"], attributes: { axis: 1 } },
      { op: "Split", inputs: ["wide"], outputs: many("part"), attributes: { axis: 1 } },
      { op: "Sum", inputs: many("part"), outputs: ["y"] },
    ];
    const stored = { one: { dims: [1], numbers: [1] } };
    const { model } = importOnnx(sourceOfBytes(onnxBytes({ ...plain, stored, nodes })));
    expect(model.operators.map((each) => each.kind === "vector" && each.elements)).toEqual([6, 6 * (count - 1), 6]);
  });

  it("of more than a million nodes are refused", () => {
    const node = field(
      1,
      joined(field(1, Buffer.from("x")), field(2, Buffer.from("y")), field(4, Buffer.from("Relu"))),
    );
    const count = 1_000_001;
    const graph = Buffer.alloc(node.length * count);
    for (let at = 0; at < count; at++) graph.set(node, at * node.length);
    expect(problemsOf(field(7, graph))).toEqual([
      "onnx/too-large: The file has more than 1000000 nodes: it is not read.",
    ]);
  });
});
