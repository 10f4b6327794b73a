import { problemOf, SpecError } from "../../errors/index.ts";
import { shownNode, type Graph, type GraphNode } from "./graph.ts";

/** A node that has been gone into, and one whose inputs are all behind it. */
const OPEN = 1;
const DONE = 2;

/** A node on the way, and how many of its inputs have been gone into. */
interface Step {
  readonly node: GraphNode;
  readonly inputs: readonly number[];
  next: number;
}

/**
 * The nodes that an output of the graph depends on, each behind those that it depends on; in the order of the file where that is one.
 * Depth first with a stack of its own: how deep a graph is does not matter.
 *
 * @param file  name for messages
 * @throws SpecError onnx/cycle, onnx/malformed: a value that nothing makes, no output
 */
export function neededNodes(graph: Graph, file: string): readonly GraphNode[] {
  const makers = makersOf(graph);
  const isNeeded = neededFrom(graph, makers);
  const state = new Uint8Array(graph.nodes.length);
  const order: GraphNode[] = [];
  for (const start of graph.nodes) {
    if (isNeeded[start.at] === 0 || state[start.at] === DONE) continue;
    const path: Step[] = [{ node: start, inputs: start.inputs, next: 0 }];
    state[start.at] = OPEN;
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const input = top.inputs[top.next];
      if (input === undefined) {
        state[top.node.at] = DONE;
        order.push(top.node);
        path.pop();
        continue;
      }
      top.next += 1;
      const maker = input < 0 ? -1 : makers[input]!;
      if (maker < 0 || state[maker] === DONE) continue;
      if (state[maker] === OPEN) throw cycle(graph, file, graph.nodes[maker]!);
      state[maker] = OPEN;
      const node = graph.nodes[maker]!;
      path.push({ node, inputs: node.inputs, next: 0 });
    }
  }
  checkMade(graph, file, order, makers);
  return order;
}

/** By value: the node that makes it; −1: none. */
function makersOf({ values, nodes }: Graph): Int32Array {
  const makers = new Int32Array(values.length).fill(-1);
  for (const { outputs, at } of nodes) for (const value of outputs) if (value >= 0) makers[value] = at;
  return makers;
}

function neededFrom({ nodes, outputs }: Graph, makers: Int32Array): Uint8Array {
  const isNeeded = new Uint8Array(nodes.length);
  const waiting: number[] = [];
  const want = (value: number): void => {
    const maker = value < 0 ? -1 : makers[value]!;
    if (maker < 0 || isNeeded[maker] === 1) return;
    isNeeded[maker] = 1;
    waiting.push(maker);
  };
  for (const output of outputs) want(output);
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) for (const input of nodes[at]!.inputs) want(input);
  return isNeeded;
}

function cycle(graph: Graph, file: string, node: GraphNode): SpecError {
  const message = `The graph has a cycle: ${shownNode(graph, node)} depends on its own result.`;
  return new SpecError([problemOf(file, "onnx/cycle", message)]);
}

function checkMade(graph: Graph, file: string, nodes: readonly GraphNode[], makers: Int32Array): void {
  const given = new Set(graph.inputs.map(({ value }) => value));
  const isMade = (value: number): boolean =>
    value < 0 || makers[value]! >= 0 || given.has(value) || graph.stored.has(value);
  const refuse = (message: string): SpecError => new SpecError([problemOf(file, "onnx/malformed", message)]);
  if (graph.outputs.length === 0) throw refuse("The graph has no outputs, so that nothing in it is needed.");
  for (const output of graph.outputs)
    if (!isMade(output)) throw refuse(`Nothing makes the output "${graph.values[output]!.slice(0, 80)}".`);
  for (const node of nodes) {
    const missing = node.inputs.find((input) => !isMade(input));
    if (missing === undefined) continue;
    throw refuse(`Nothing makes "${graph.values[missing]!.slice(0, 80)}", which ${shownNode(graph, node)} reads.`);
  }
}
