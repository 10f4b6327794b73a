import { MOST_PROBLEMS, problemOf, SpecError, type Problem } from "../errors/index.ts";
import { faultsOf } from "../spec/model-file.ts";
import type { OperatorsModel } from "../spec/model.ts";
import { bindInputs } from "./onnx/dimensions.ts";
import { fuse } from "./onnx/fuse.ts";
import { sizeOf, shownNode, type Graph, type GraphNode, type StoredTensor } from "./onnx/graph.ts";
import { inferWork } from "./onnx/infer.ts";
import { listedOperators } from "./onnx/listed.ts";
import { neededNodes } from "./onnx/order.ts";
import { storedParameters, type StoredParameters } from "./onnx/parameters.ts";
import { readGraph } from "./onnx/read.ts";
import { plainName, ruleOf } from "./onnx/rules/index.ts";
import type { ByteSource } from "./onnx/wire.ts";
import { trainedElements } from "./operators.ts";

export { sourceOfBytes, type ByteSource } from "./onnx/wire.ts";
export { MOST_BYTES as MOST_ONNX_BYTES } from "./onnx/read.ts";

export interface OnnxOptions {
  /** Sizes of the inputs by the names that the file has for them; of a size without a name, `INPUT.AXIS`. */
  readonly dims?: ReadonlyMap<string, number>;
  /** Of the model; else that of the graph. */
  readonly name?: string;
  /** The file's name for messages. */
  readonly file?: string;
}

export interface OnnxImport {
  readonly model: OperatorsModel;
  readonly notes: readonly string[];
}

/**
 * An ONNX file as a list of operators: sizes of all values are inferred, constants folded, products and work of the lanes listed. One run of
 * the graph is one input of the model. Weights are not read, files beside it (`external_data`) not opened.
 *
 * @throws SpecError onnx/malformed, onnx/too-large, onnx/cycle, onnx/double-name, onnx/unknown-operator, onnx/unknown-dimension,
 *                   onnx/no-such-dimension, onnx/bad-node
 */
export function importOnnx(source: ByteSource, options: OnnxOptions = {}): OnnxImport {
  const { dims = new Map<string, number>(), file = "model.onnx" } = options;
  const graph = readGraph(source, file);
  const needed = neededNodes(graph, file);
  refuseUnknown(graph, needed, file);
  const bound = bindInputs(graph, dims, file);
  if (bound.problems.length > 0) throw new SpecError(bound.problems);
  const nodes = fuse(graph, needed);
  const works = inferWork(graph, nodes, bound.dims, file);
  const operators = listedOperators(works.all());
  if (operators.length === 0)
    throw refused(file, "onnx/bad-node", "The graph has no work: all its results are known before it runs.");
  const parameters = storedParameters(nodes, withConstants(graph, nodes));
  const inProducts = operators.reduce((sum, each) => sum + trainedElements(each), 0);
  const model: OperatorsModel = {
    name: options.name ?? (graph.name.slice(0, 80) || "onnx"),
    description: "Imported from an ONNX file.",
    training: null,
    family: "operators",
    operators,
    otherParameters: Math.max(0, parameters.total - inProducts),
    kvCacheElements: works.cache.elements,
    kvElementsPerToken: works.cache.perToken,
  };
  const faults = faultsOf(model).slice(0, MOST_PROBLEMS);
  if (faults.length > 0) {
    // Sizes that are read and make more than a model file holds.
    throw new SpecError(
      faults.map(({ message }) => problemOf(file, "onnx/too-large", `The model is too large: ${message}`)),
    );
  }
  return { model, notes: notesOf(graph, needed, parameters, inProducts) };
}

const refused = (file: string, code: string, message: string): SpecError =>
  new SpecError([problemOf(file, code, message)]);

/** Every operator that is not known, with the first node that has it. */
function refuseUnknown(graph: Graph, nodes: readonly GraphNode[], file: string): void {
  const unknown = new Map<string, { readonly node: GraphNode; count: number }>();
  for (const node of nodes) {
    if (ruleOf(node.op) !== undefined) continue;
    const found = unknown.get(node.op);
    if (found === undefined) unknown.set(node.op, { node, count: 1 });
    else found.count += 1;
  }
  if (unknown.size === 0) return;
  const problems = [...unknown].slice(0, MOST_PROBLEMS).map(([op, { node, count }]): Problem => {
    const more = count > 1 ? ` So have ${count - 1} more.` : "";
    const message = `The ${shownNode(graph, node)} has an operator that is not modelled: ${op.slice(0, 80)}.${more}`;
    return problemOf(file, "onnx/unknown-operator", message, hintFor(op));
  });
  throw new SpecError(problems);
}

function hintFor(op: string): string | null {
  if (["If", "Loop", "Scan", "SequenceMap"].includes(op))
    return "Graphs within nodes are not entered: export the model without control flow.";
  if (/^(NonZero|Unique|NonMaxSuppression|Compress)$/.test(op)) return "Its sizes are known only when the model runs.";
  return op.includes(".") && plainName(op) === op
    ? "Functions of a file are not entered: export the model with them inlined."
    : null;
}

/** Stored tensors together with those that stand in nodes; a single number there is no parameter. */
function withConstants(graph: Graph, nodes: readonly GraphNode[]): ReadonlyMap<number, StoredTensor> {
  const all = new Map(graph.stored);
  for (const { op, attributes, outputs } of nodes) {
    const tensor = op === "Constant" ? attributes.get("value") : undefined;
    if (typeof tensor === "object" && "dims" in tensor && sizeOf(tensor.dims) > 1) all.set(outputs[0]!, tensor);
  }
  return all;
}

function notesOf(
  graph: Graph,
  needed: readonly GraphNode[],
  { total, fewBits }: StoredParameters,
  inProducts: number,
): readonly string[] {
  const unneeded = graph.nodes.length - needed.length;
  return [
    ...(unneeded > 0 ? [`${unneeded} of ${graph.nodes.length} nodes lead to no output: they are left out.`] : []),
    ...(fewBits.tensors > 0
      ? [
          `${fewBits.tensors} tensors are stored in ${fewBits.leastBits} bits or few more: widths are those of the hardware's precision, ` +
            `for example --set precision.weight=${fewBits.leastBits}.`,
        ]
      : []),
    ...(inProducts > total
      ? [`Products have ${inProducts} weights, more than the ${total} that are stored: some are made of others.`]
      : []),
  ];
}
