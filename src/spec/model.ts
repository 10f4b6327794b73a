import type { Quantisation } from "./quantisation.ts";
import type { ActivationSparsity } from "./activation-sparsity.ts";
import type { Sparsity } from "./sparsity.ts";
import type { TokenReduction } from "./token-reduction.ts";

/**
 * Which keys a query of one layer meets.
 *
 *   full            all of the context
 *   window:N        the N nearest (causal: N up to itself; else N / 2 on each side)
 *   chunk:N         those of its own chunk of N positions
 *   local+global:N  the N nearest, and one summary key for every further N tokens (transient global attention of LongT5)
 *   recurrent       no keys: a state of fixed size, as the tower's `recurrent` says
 *   none            the layer has no attention
 */
export type AttentionKind = "full" | "none" | "recurrent" | `${"window" | "chunk" | "local+global"}:${number}`;

/** Which linear layers have biases: all, none, a half, QKV alone, or all but those of the keys or of QKV. */
export type Bias = boolean | "qkv" | "attention" | "ffn" | "no-key" | "no-qkv";

/** A mixture of experts in place of the FFN: every token goes through the router and `active` of `count` experts. */
export interface Experts {
  readonly count: number;
  readonly active: number;
  /** Inner size of one expert. */
  readonly ffn: number;
  /** Inner size of the experts that every token goes through, together; 0: none. */
  readonly shared: number;
  /** The shared experts' result is scaled by a gate of `hidden` weights. */
  readonly sharedGate: boolean;
  /** One trained number per expert beside the router's matrix. */
  readonly routerBias: boolean;
  /** Experts have biases in all their matrices. */
  readonly bias: boolean;
  /** Layers, counted from 1, that have the plain FFN of the tower. */
  readonly denseLayers: readonly number[];
  /** Exponent of Zipf's law by which experts are chosen; 0: all alike. */
  readonly skew: number;
}

/** Multi-head latent attention (DeepSeek-AI 2024, arXiv 2405.04434): keys and values of all heads from one short vector. */
export interface LatentAttention {
  /** Width of the compressed query; 0: queries are projected at once. */
  readonly queryRank: number;
  readonly keyValueRank: number;
  /** Per head: query and key without position, with position (one rotary key for all heads), and value. */
  readonly nope: number;
  readonly rope: number;
  readonly value: number;
  /** Decode steps work on the latent vectors themselves, with the up-projections folded into query and output. */
  readonly absorbed: boolean;
}

/** What stands in place of attention in layers of kind `recurrent` (src/workload/recurrent.ts). */
export interface Recurrent {
  readonly form: "mamba" | "mamba2" | "gated-delta" | "lightning";
  /** Heads of values; of `mamba` the inner width, each channel a head of one value. */
  readonly heads: number;
  /** Heads of keys and queries, each for as many heads of values. */
  readonly keyHeads: number;
  /** Elements of a key, which are rows of a head's state, and of a value, its columns. */
  readonly keySize: number;
  readonly valueSize: number;
  /** Taps of the convolution over the last tokens; 0: none. */
  readonly kernel: number;
  /** Width through which the step of `mamba` goes. */
  readonly rank: number;
  /** Biases in the first and the last product, and in the convolution. */
  readonly bias: boolean;
  readonly convolutionBias: boolean;
  /** Norms on step, key and query (`mamba` of Jamba). */
  readonly innerNorms: boolean;
}

/** What is left out of a tower is absent in it: then it is a plain transformer. */
export interface TowerExtras {
  /** How its tensors are stored; absent: at the widths of the hardware's precision. */
  readonly quantisation?: Quantisation | undefined;
  /** Weights in its layers that are left out; absent: none. */
  readonly sparsity?: Sparsity | undefined;
  /** Activations of its layers that are taken as zero at run time; absent: none. */
  readonly activationSparsity?: ActivationSparsity | undefined;
  /** Of each layer; absent: full. */
  readonly attention?: readonly AttentionKind[] | undefined;
  /** A norm on queries and keys: one for all heads, one for each head, one over the whole projection, or without trained numbers. */
  readonly qkNorm?: "head" | "each-head" | "projection" | "plain" | undefined;
  /** The result of attention is multiplied by a sigmoid of the layer's input: one number a head, or one an element. */
  readonly attentionGate?: "head" | "element" | undefined;
  /** Elements of a head that are rotated; absent: all. */
  readonly rotarySize?: number | undefined;
  readonly experts?: Experts | undefined;
  readonly latent?: LatentAttention | undefined;
  readonly recurrent?: Recurrent | undefined;
  /** Table of relative positions, `rows` numbers a head: one for the stack, or one in each layer. */
  readonly relative?: { readonly rows: number; readonly shared: boolean } | undefined;
  /** Disentangled attention (DeBERTa): each layer projects a table of so many positions with the matrices of query and key. */
  readonly disentangled?: number | undefined;
  /** One learned number a head that takes part in the softmax. */
  readonly sinks?: boolean | undefined;
  /** A learned scale of each half's result. */
  readonly layerScale?: boolean | undefined;
  /** All layers have the same parameters. */
  readonly sharedLayers?: boolean | undefined;
  /** False: the first layer's attention has no norm before it. */
  readonly firstNorm?: boolean | undefined;
  /** Whether a norm ends the stack; absent: unless norms come after. */
  readonly finalNorm?: boolean | undefined;
  /** A norm behind the embedding; absent: as the family has it. */
  readonly embeddingNorm?: boolean | undefined;
  /** A norm over the inner values of the FFN, before its last matrix. */
  readonly innerNorm?: boolean | undefined;
}

/** One transformer stack. Shapes of a pruned or heterogeneous model differ by tower and, where arrays are given, by layer. */
export interface Tower extends TowerExtras {
  readonly layers: number;
  readonly hidden: number;
  /** FFN inner size of each layer, 0: it has none; length = layers. */
  readonly ffn: readonly number[];
  /** Attention heads of each layer; length = layers. */
  readonly heads: readonly number[];
  /** Key-value heads of each layer (grouped-query attention); equal to heads where not grouped. */
  readonly kvHeads: readonly number[];
  readonly headSize: number;
  readonly tokens: number;
  readonly activation: "gelu" | "quick-gelu" | "relu" | "relu-squared" | "silu";
  /** SwiGLU has a gate beside the up projection. */
  readonly gated: boolean;
  /** LayerNorm with gain and offset, with its gain alone, or with neither; RMSNorm. */
  readonly normalisation: "layernorm" | "rmsnorm" | "layernorm-gain" | "layernorm-plain";
  /** Norms before each half of a layer, after its sum, before and after each half, on each half's result; halves side by side. */
  readonly normPosition: "pre" | "post" | "both" | "output" | "parallel" | "parallel-shared";
  /** Learned table, computed and added (`fixed`), rotary, by distance in the scores (`alibi`, `relative`), or none. */
  readonly position: "learned" | "rotary" | "fixed" | "alibi" | "relative" | "none";
  readonly causal: boolean;
  readonly bias: Bias;
}

/** What of an input goes on: one token, the mean, both side by side, an attention with a learned query, or all tokens. */
export type Pooling = "first" | "last" | "mean" | "first+mean" | "attention" | "all";

/** How the pooled vector becomes an embedding: one matrix, one with a bias, two with half the widths' sum between them, or not at all. */
export type Projection = "plain" | "bias" | "mlp" | "none";

export interface TextTower extends Tower {
  readonly vocabulary: number;
  /** Width of the embedding table where it is not `hidden`, and whether its way to `hidden` has a bias. */
  readonly embeddingSize?: number | undefined;
  readonly embeddingBias?: boolean | undefined;
  readonly pooling?: Pooling | undefined;
  readonly projection?: Projection | undefined;
  /** Tokens that are no words: a class token behind the text (CoCa). */
  readonly classTokens?: number | undefined;
}
export interface VisionTower extends Tower {
  /** Fewer tokens from layer to layer; absent: all of them in every layer. */
  readonly tokenReduction?: TokenReduction | undefined;
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
  /** Whether the patch product has a bias; absent: as the family has it. */
  readonly patchBias?: boolean | undefined;
  /** A token that stands for hidden patches: stored, not used. */
  readonly maskToken?: boolean | undefined;
  readonly pooling?: Pooling | undefined;
  readonly projection?: Projection | undefined;
  /** Pooled tokens and heads of a pooling by attention that is not as wide as the tower; its result has `width`. */
  readonly attentionPool?: { readonly queries: number; readonly heads: number; readonly width: number } | undefined;
}

export type ModelSpec =
  ClipModel | VitModel | BertModel | DecoderModel | EncoderDecoderModel | TowersModel | OperatorsModel;

interface ModelCommon {
  readonly name: string;
  readonly description: string;
  /** Pre-training data and samples seen, as the accuracy room names them; null: unknown. */
  readonly training: { readonly family: string; readonly pretrained: string; readonly samplesSeen: number } | null;
}
export interface ClipModel extends ModelCommon {
  readonly family: "clip";
  /** maxPositions, segments: rows of the learned tables; absent: as many as there are tokens, and none. */
  readonly text: TextTower & { readonly maxPositions?: number | undefined; readonly segments?: number | undefined };
  readonly vision: VisionTower;
  /** Size of the shared embedding space. */
  readonly embedding: number;
  /** A learned offset of the similarities beside their scale (SigLIP). */
  readonly similarityBias?: boolean | undefined;
}
export interface VitModel extends ModelCommon {
  readonly family: "vit";
  readonly vision: VisionTower;
  readonly classes: number;
  /** Classifiers; 2: one on each of two class tokens. */
  readonly heads?: number | undefined;
  /** A dense layer with tanh on the pooled token. */
  readonly pooler?: boolean | undefined;
  /** The last norm is over the pooled token alone, not over all tokens. */
  readonly normPooled?: boolean | undefined;
  /** Size of the embedding that the pooled token is projected to; absent: it is not. */
  readonly embedding?: number | undefined;
  /** Linear layers with biases, GELU between them, that make tokens of another tower from this one's. */
  readonly connector?: Connector | undefined;
}

/** Linear layers behind a vision tower: `merge` tokens side by side as one, widths of the results. */
export interface Connector {
  readonly merge: number;
  readonly widths: readonly number[];
  readonly bias: boolean;
  readonly norm: "none" | "layernorm" | "rmsnorm";
  /** Size of the norm: that of one token before merging (false) or of the merged ones. */
  readonly normMerged: boolean;
  /** Learned tokens, as wide as merged ones, that are put between rows of them. */
  readonly separators?: number | undefined;
  /** Further mergers of the same widths, behind inner layers, each with its norm over merged tokens. */
  readonly taps?: number | undefined;
  /** Tokens are averaged down to so many before; absent: all. */
  readonly tokens?: number | undefined;
}
export interface BertModel extends ModelCommon {
  readonly family: "bert";
  readonly text: TextTower & { readonly segments: number; readonly maxPositions: number };
  readonly pooler: boolean;
  /** The dense layer of a head on every token is stored with the model, and not run (the discriminator of ELECTRA). */
  readonly tokenHead?: boolean | undefined;
  /** Size of the embedding that the pooled token is projected to; absent: it is not. */
  readonly embedding?: number | undefined;
}
export interface DecoderModel extends ModelCommon {
  readonly family: "decoder";
  /** maxPositions: rows of a learned position table; absent: as many as there are tokens. */
  readonly text: TextTower & { readonly maxPositions?: number | undefined };
  /** LM head shares the embedding matrix. */
  readonly tiedEmbedding: boolean;
  /** Tokens already in the KV cache before decoding starts, and tokens generated, per sequence. */
  readonly contextTokens: number;
  readonly generatedTokens: number;
  /** What stands behind the layers; absent: a language-model head. */
  readonly head?: "language-model" | "none" | undefined;
  /** The head has a bias. */
  readonly headBias?: boolean | undefined;
  /** Outputs of a classifier on the last token, without bias, in place of the language-model head. */
  readonly classes?: number | undefined;
}

/** Sound to tokens: two convolutions of width 3, the second of stride 2. */
export interface AudioStem {
  readonly bands: number;
  readonly frames: number;
}

/** An encoder that reads the input once, and a decoder whose layers attend to it (T5, BART, Whisper). */
export interface EncoderDecoderModel extends ModelCommon {
  readonly family: "encoder-decoder";
  /** vocabulary 0: no table of its own (`audio`). */
  readonly encoder: TextTower & { readonly maxPositions?: number | undefined; readonly audio?: AudioStem | undefined };
  readonly decoder: TextTower & { readonly maxPositions?: number | undefined };
  /** Both towers read one table. */
  readonly sharedEmbedding: boolean;
  readonly tiedEmbedding: boolean;
  readonly head: boolean;
  readonly headBias?: boolean | undefined;
  /** Decode steps after the first token; the decoder's `tokens` are its prompt. */
  readonly generatedTokens: number;
}

/** Towers one after the other, each a model of its own. */
export interface TowersModel extends ModelCommon {
  readonly family: "towers";
  readonly towers: readonly TowerModel[];
}
export type TowerModel = VitModel | BertModel | DecoderModel | EncoderDecoderModel;

/** A model as the list of its operators. */
export interface OperatorsModel extends ModelCommon {
  readonly family: "operators";
  readonly operators: readonly ListedOperator[];
  /** Trained parameters that no listed product holds. */
  readonly otherParameters: number;
  /** Elements of the KV cache of one sequence at its longest, and of one token of it. */
  readonly kvCacheElements: number;
  readonly kvElementsPerToken: number;
  /** How the operands of all operators are stored; absent: at the widths of the hardware's precision. */
  readonly quantisation?: Quantisation | undefined;
}

/** What an operand of a product is. */
export type OperandClass = "weight" | "embedding" | "head" | "activation" | "kv";

/** Whether an operand is stored with the model. */
export const isTrained = (operand: OperandClass): boolean => operand !== "activation" && operand !== "kv";

interface ListedCommon {
  readonly name: string;
  readonly tower: string;
  readonly phase: "prefill" | "decode" | null;
  /** How often it runs in one inference. */
  readonly count: number;
}
/** A matrix product; its rows are those of one input, times the batch of the deployment. */
export interface ListedProduct extends ListedCommon {
  readonly kind: "product";
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** The second operand is common to the batch of the product. */
  readonly shared: boolean;
  /** Of the first and the second operand. */
  readonly classes: readonly [OperandClass, OperandClass];
  /** Distinct trained matrices among its runs. */
  readonly matrices: number;
  /** The same trained matrices as those of an earlier product: their parameters count once. */
  readonly sameWeightsAs: string | null;
}
/** Work of the vector lanes on one input. */
export interface ListedVector extends ListedCommon {
  readonly kind: "vector";
  readonly primitive: ListedPrimitive;
  readonly elements: number;
  readonly rowLength: number;
  readonly elementsRead: number;
  readonly elementsWritten: number;
  /** Trained numbers read. */
  readonly parameters: number;
}
export const LISTED_PRIMITIVES = [
  ...(["softmax", "layernorm", "rmsnorm", "gelu", "quick-gelu", "silu", "relu", "relu-squared"] as const),
  ...(["tanh", "add", "multiply", "gather", "rope", "l2-normalise", "mean", "max", "compare"] as const),
  ...(["scan", "selective-scan", "delta-scan"] as const),
] as const;
export type ListedPrimitive = (typeof LISTED_PRIMITIVES)[number];
export type ListedOperator = ListedProduct | ListedVector;
