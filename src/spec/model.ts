/** One transformer stack. Shapes of a pruned or heterogeneous model differ by tower and, where arrays are given, by layer. */
export interface Tower {
  readonly layers: number;
  readonly hidden: number;
  /** FFN inner size of each layer; length = layers. */
  readonly ffn: readonly number[];
  /** Attention heads of each layer; length = layers. */
  readonly heads: readonly number[];
  /** Key-value heads of each layer (grouped-query attention); equal to heads where not grouped. */
  readonly kvHeads: readonly number[];
  readonly headSize: number;
  readonly tokens: number;
  readonly activation: "gelu" | "quick-gelu" | "relu" | "silu";
  /** SwiGLU has a gate beside the up projection. */
  readonly gated: boolean;
  readonly normalisation: "layernorm" | "rmsnorm";
  readonly normPosition: "pre" | "post";
  readonly position: "learned" | "rotary";
  readonly causal: boolean;
  /** Which linear layers have biases: all, none, QKV alone, or QKV and the output projection. */
  readonly bias: boolean | "qkv" | "attention";
}

export interface TextTower extends Tower {
  readonly vocabulary: number;
}
export interface VisionTower extends Tower {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
}

export type ModelSpec = ClipModel | VitModel | BertModel | DecoderModel;

interface ModelCommon {
  readonly name: string;
  readonly description: string;
  /** Pre-training data and samples seen, as the accuracy room names them; null: unknown. */
  readonly training: { readonly family: string; readonly pretrained: string; readonly samplesSeen: number } | null;
}
export interface ClipModel extends ModelCommon {
  readonly family: "clip";
  readonly text: TextTower;
  readonly vision: VisionTower;
  /** Size of the shared embedding space. */
  readonly embedding: number;
}
export interface VitModel extends ModelCommon {
  readonly family: "vit";
  readonly vision: VisionTower;
  readonly classes: number;
}
export interface BertModel extends ModelCommon {
  readonly family: "bert";
  readonly text: TextTower & { readonly segments: number; readonly maxPositions: number };
  readonly pooler: boolean;
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
}
