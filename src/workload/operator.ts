import type { ListedPrimitive } from "../spec/model.ts";

export type OperatorKind =
  | "patch-embedding"
  | "token-embedding"
  | "position-embedding"
  | "qkv"
  | "rope"
  | "scores"
  | "softmax"
  | "context"
  | "output-projection"
  | "ffn-up"
  | "ffn-gate"
  | "activation"
  | "ffn-down"
  | "router"
  | "product"
  | "vector"
  | "normalisation"
  | "residual"
  | "pooling"
  | "projection"
  | "head";

/** What the vector unit does per element; pass structure and costs live in src/workload/vector-primitives.ts. */
export type Primitive = ListedPrimitive;

interface OperatorCommon {
  /** Unique within a model, for example "text.layer3.scores". */
  readonly name: string;
  readonly kind: OperatorKind;
  /** "text", "vision", "joint", or as the model names its towers. */
  readonly tower: string;
  /** Null outside the layers. */
  readonly layer: number | null;
  /** "prefill" or "decode" for decoders; null elsewhere. */
  readonly phase: "prefill" | "decode" | null;
  /** How often it runs in one inference. */
  readonly count: number;
}

/** C[b,m,n] = A[b,m,k] · B[b or shared,k,n]. */
export interface GemmOperator extends OperatorCommon {
  readonly type: "gemm";
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** The second operand is common to the batch (a weight matrix). */
  readonly sharedB: boolean;
  /** The second operand is a trained parameter; false: an activation (scores, context). */
  readonly weightsAreParameters: boolean;
}

/** What vector work is, wherever it stands in a model: all that its time and energy may depend on. */
export interface VectorWork {
  readonly type: "vector";
  readonly primitive: Primitive;
  /** Elements of the result. */
  readonly elements: number;
  /** Length of one reduction (softmax row, hidden size of a norm); 1 for element-wise work. */
  readonly rowLength: number;
  /** Elements read (operands of the same width as an activation) and parameters read, and elements written. */
  readonly elementsRead: number;
  readonly parametersRead: number;
  readonly elementsWritten: number;
}

export type VectorOperator = OperatorCommon & VectorWork;

export type Operator = GemmOperator | VectorOperator;

export interface Workload {
  readonly model: string;
  readonly operators: readonly Operator[];
  /** Trained parameters by tower. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Elements of the KV cache at its largest, and of the activations alive at once at their largest. */
  readonly kvCacheElements: number;
  readonly peakActivationElements: number;
  /** The same where attention is fused: its scores are never whole. */
  readonly peakFusedElements: number;
  /** Parameters that one token goes through: of a mixture of experts the chosen ones alone. */
  readonly activeParameters: number;
  /** Elements that one token of one sequence leaves in the KV cache. */
  readonly kvElementsPerToken: number;
}

/** Equal for vector work of equal cost. The record names every field: one that is added and forgotten here does not compile. */
export function vectorKey(work: VectorWork): string {
  const parts: Readonly<Record<keyof VectorWork, string | number>> = {
    type: "vector",
    primitive: work.primitive,
    elements: work.elements,
    rowLength: work.rowLength,
    elementsRead: work.elementsRead,
    parametersRead: work.parametersRead,
    elementsWritten: work.elementsWritten,
  };
  return Object.values(parts).join(",");
}

/** MACs of one operator times its count. */
export function macsOf(operator: Operator): number {
  return operator.type === "gemm" ? operator.count * operator.batch * operator.m * operator.n * operator.k : 0;
}
