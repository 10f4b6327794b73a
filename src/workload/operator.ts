import type { ListedPrimitive } from "../spec/model.ts";
import type { StoredFormat } from "../spec/quantisation.ts";

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

/** The same, and what only fused kernels do. */
export type LanePrimitive = Primitive | "online-softmax";

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

/** How the operands of a product are stored; null: at the width of the hardware's precision. */
export interface StoredOperands {
  readonly input: StoredFormat | null;
  readonly weight: StoredFormat | null;
  readonly output: StoredFormat | null;
  readonly sums: StoredFormat | null;
  /** The share of the results that goes into the cache of keys and values, and how it is stored there; absent: none. */
  readonly cached?: { readonly share: number; readonly format: StoredFormat | null };
}

/** The same of vector work: what it reads and writes of activations, and its parameters. */
export interface StoredVectors {
  readonly read: StoredFormat | null;
  readonly parameters: StoredFormat | null;
  readonly written: StoredFormat | null;
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
  /** Scores under a causal mask: of so many queries, in order, the last meets all keys and each before it one less; absent: all meet all. */
  readonly causalQueries?: number | undefined;
  /** Absent: all at the widths of the hardware, a second operand that is no parameter as it was stored. */
  readonly stored?: StoredOperands | undefined;
}

/** What vector work is, wherever it stands in a model: all that its time and energy may depend on. */
export interface VectorWork {
  readonly type: "vector";
  readonly primitive: LanePrimitive;
  /** Elements of the result. */
  readonly elements: number;
  /** Length of one reduction (softmax row, hidden size of a norm); 1 for element-wise work. */
  readonly rowLength: number;
  /** Elements read (operands of the same width as an activation) and parameters read, and elements written. */
  readonly elementsRead: number;
  readonly parametersRead: number;
  readonly elementsWritten: number;
  /** Absent: all at the widths of the hardware. */
  readonly stored?: StoredVectors | undefined;
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
  /** What those take where the model says how its tensors are stored; absent: it says nothing. */
  readonly sizes?: WorkloadSizes | undefined;
}

/** Bits of what has a width of its own, and elements of what has the width of the hardware. */
export interface StoredSize {
  readonly bits: number;
  readonly elements: number;
}

export interface WorkloadSizes {
  /** Of each tower, by its name: elements at the hardware's weight width. */
  readonly parameters: Readonly<Record<string, StoredSize>>;
  /** Elements at the hardware's output width. */
  readonly kvCache: StoredSize;
  readonly kvPerToken: StoredSize;
  /** Largest sets of live activations: the largest of them counts. Elements at the hardware's output width. */
  readonly peak: readonly StoredSize[];
  readonly peakFused: readonly StoredSize[];
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
    stored: work.stored === undefined ? "" : JSON.stringify(work.stored),
  };
  return Object.values(parts).join(",");
}

/** Equal for products of one shape whose operands are stored alike. */
export function storageKey({
  stored,
  weightsAreParameters,
}: Pick<GemmOperator, "stored" | "weightsAreParameters">): string {
  return `${weightsAreParameters ? "" : "a"}${stored === undefined ? "" : JSON.stringify(stored)}`;
}

/** MACs of one operator times its count. */
export function macsOf(operator: Operator): number {
  return operator.type === "gemm" ? operator.count * operator.batch * operator.m * operator.n * operator.k : 0;
}
