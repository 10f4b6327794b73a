import { problemOf, SpecError } from "../../errors/index.ts";
import { shownNode, sizeOf, type Graph, type GraphNode } from "./graph.ts";
import { NodeContext, NodeError, WorkList, type Result, type Uses } from "./node-context.ts";
import { ruleOf } from "./rules/index.ts";
import type { Value } from "./value.ts";

/**
 * Goes through the nodes in order, finds the sizes of what each makes, and lists the work. What depends on stored tensors and on sizes
 * alone is made once, when the model is loaded, and is no work of an inference.
 *
 * @param nodes  each behind those that it depends on, all of known operators
 * @param dims   sizes of the graph's inputs
 * @param file   name for messages
 * @throws SpecError onnx/bad-node, onnx/too-large
 */
export function inferWork(
  graph: Graph,
  nodes: readonly GraphNode[],
  dims: readonly (readonly number[])[],
  file: string,
): WorkList {
  const works = new WorkList();
  const counts = useCounts(graph, nodes);
  const uses = usesOf(graph, counts);
  const left = counts.slice();
  const values: (Value | undefined)[] = new Array<Value | undefined>(graph.values.length);
  graph.inputs.forEach(({ value, type }, at) => {
    values[value] = { dims: dims[at]!, type, numbers: null, origin: -1, trace: null, isCache: false };
  });
  const valueOf = (value: number): Value | null => {
    if (value < 0) return null;
    const tensor = graph.stored.get(value);
    if (tensor === undefined) return values[value] ?? null;
    return { dims: tensor.dims, type: tensor.type, numbers: tensor.values, origin: value, trace: null, isCache: false };
  };
  for (const node of nodes) {
    const inputs = node.inputs.map(valueOf);
    const results = resultsOf(new NodeContext(node, graph.opset, inputs, works, uses), works, graph, file);
    if (works.length > MOST_WORKS) throw tooMany(file);
    node.outputs.forEach((output, at) => {
      const result = results[at];
      if (output >= 0 && result !== undefined && result !== null && counts[output]! > 0) values[output] = result;
    });
    // What nobody will ask for again is forgotten.
    for (const input of node.inputs) if (input >= 0 && --left[input]! === 0) values[input] = undefined;
  }
  return works;
}

/** Works that are listed at most, before equal layers become one. */
const MOST_WORKS = 100_000;

function tooMany(file: string): SpecError {
  const message = `The graph has more than ${MOST_WORKS} works: it is not read.`;
  return new SpecError([problemOf(file, "onnx/too-large", message)]);
}

function useCounts({ values, outputs }: Graph, nodes: readonly GraphNode[]): Int32Array {
  const counts = new Int32Array(values.length);
  for (const { inputs } of nodes) for (const input of inputs) if (input >= 0) counts[input]!++;
  for (const output of outputs) counts[output]!++;
  return counts;
}

function usesOf(graph: Graph, counts: Int32Array): Uses {
  const given = new Set(graph.inputs.map(({ value }) => value));
  const asked = new Set(graph.outputs);
  return {
    count: (value) => counts[value] ?? 0,
    isGraphInput: (value) => given.has(value),
    isGraphOutput: (value) => asked.has(value),
  };
}

/** Results by the node's outputs; work on what is known before it runs is taken back. */
function resultsOf(c: NodeContext, works: WorkList, graph: Graph, file: string): readonly (Value | null)[] {
  const { node } = c;
  const before = works.length;
  const refuse = (why: string): SpecError =>
    new SpecError([problemOf(file, "onnx/bad-node", `The ${shownNode(graph, node)} cannot be counted. ${why}`)]);
  try {
    const results = (ruleOf(node.op) ?? c.fail("Its operator is not known."))(c);
    const isStored = c.present().every(({ origin }) => origin >= 0);
    if (isStored) works.cut(before);
    const { outputs } = node;
    return results.map((result, at) => {
      const isMade = isStored || result?.isKnown === true;
      return result && completed(result, isMade ? (outputs[at] ?? -1) : -1, c);
    });
  } catch (error) {
    if (error instanceof NodeError) throw refuse(error.message);
    throw error;
  }
}

/** @param own  the value's number where it is made of what is stored; −1 */
function completed(result: Result, own: number, c: NodeContext): Value {
  const { dims, type, numbers, origin, trace, isCache } = result;
  if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0) || !Number.isSafeInteger(sizeOf(dims)))
    c.fail(`Its result would have the sizes [${dims.slice(0, 16).join(", ")}].`);
  if (dims.length > MOST_AXES) c.fail(`Its result would have ${dims.length} axes.`);
  const isStored = own >= 0;
  // Fields are written out: objects put together of others stay in memory ten times as long.
  return {
    dims,
    type: type ?? c.optional(0)?.type ?? 1,
    numbers: isStored ? (numbers ?? null) : null,
    origin: !isStored ? -1 : origin !== undefined && origin >= 0 ? origin : own,
    trace: isStored ? null : (trace ?? null),
    isCache: !isStored && isCache === true,
  };
}

const MOST_AXES = 64;
