import { isFloat, sizeOf, type Attribute, type GraphNode, type StoredTensor } from "./graph.ts";
import { plainName } from "./rules/index.ts";

/*
 * Which stored tensors are trained parameters: those of a floating type with at least one dimension, and those in few bits that a product
 * or a table uses. Scales and zero points, angles of rotary positions, running statistics, bounds and masks are none.
 */

/** Places of inputs that hold no parameters. */
const NO_PARAMETERS: Readonly<Record<string, readonly number[]>> = {
  ...{ QuantizeLinear: [1, 2], DequantizeLinear: [1, 2], MatMulNBits: [2, 3, 4], GatherBlockQuantized: [2, 3] },
  ...{ QLinearMatMul: [1, 2, 4, 5, 6, 7], QLinearConv: [1, 2, 4, 5, 6, 7], MatMulIntegerToFloat: [2, 3, 4, 5] },
  ...{ DynamicQuantizeMatMul: [2, 3], RotaryEmbedding: [1, 2, 3], GroupQueryAttention: [5, 6, 7, 8, 9, 10] },
  ...{ MultiHeadAttention: [4, 5], Attention: [3], "com.microsoft.Attention": [3, 5] },
  ...{ BatchNormalization: [3, 4], Clip: [1, 2], Pow: [1], Resize: [1, 2, 3], Pad: [2], Dropout: [1, 2] },
};

/** Places of inputs that hold parameters in whole numbers. */
const FEW_BITS: Readonly<Record<string, readonly number[]>> = {
  ...{ DequantizeLinear: [0], MatMulNBits: [1], GatherBlockQuantized: [0], MatMulInteger: [0, 1] },
  ...{ QLinearMatMul: [0, 3], QLinearConv: [3, 8], ConvInteger: [1], DynamicQuantizeMatMul: [1] },
  ...{ MatMulIntegerToFloat: [1] },
};

export interface StoredParameters {
  /** Trained parameters of all nodes, each stored tensor once. */
  readonly total: number;
  /** Tensors in fewer than 16 bits, and the least of their bits. */
  readonly fewBits: { readonly tensors: number; readonly leastBits: number };
}

/** @param nodes  those that are needed */
export function storedParameters(
  nodes: readonly GraphNode[],
  stored: ReadonlyMap<number, StoredTensor>,
): StoredParameters {
  const sizes = new Map<number, number>();
  const bits = new Map<number, number>();
  for (const node of nodes) {
    const name = plainName(node.op);
    const without = NO_PARAMETERS[node.op] ?? NO_PARAMETERS[name] ?? [];
    const few = FEW_BITS[name] ?? [];
    node.inputs.forEach((value, at) => {
      const tensor = stored.get(value);
      if (tensor === undefined || without.includes(at)) return;
      if (few.includes(at)) {
        bits.set(value, bitsOf(node));
        sizes.set(value, sizeInFewBits(name, node, tensor));
      } else if (isFloat(tensor.type) && tensor.dims.length > 0 && !sizes.has(value))
        sizes.set(value, sizeOf(tensor.dims));
    });
  }
  return {
    total: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    fewBits: { tensors: bits.size, leastBits: [...bits.values()].reduce((least, each) => Math.min(least, each), 8) },
  };
}

const wholeOf = (value: Attribute | undefined, fallback: number): number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : fallback;

function bitsOf(node: GraphNode): number {
  return wholeOf(node.attributes.get("bits"), /NBits|Block/.test(node.op) ? 4 : 8);
}

/** Several numbers may share a byte. */
function sizeInFewBits(name: string, node: GraphNode, tensor: StoredTensor): number {
  const size = sizeOf(tensor.dims);
  if (name === "MatMulNBits") return wholeOf(node.attributes.get("N"), 0) * wholeOf(node.attributes.get("K"), 0);
  if (name === "GatherBlockQuantized" && tensor.type === 2) return size * Math.max(1, Math.floor(8 / bitsOf(node)));
  return size;
}
