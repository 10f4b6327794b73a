import type { DecoderModel, Tower } from "../../spec/model.ts";
import type { Common, HuggingFaceOptions } from "./common.ts";
import {
  attentionKinds,
  checkRope,
  decoderModel,
  expertsOf,
  headDim,
  rotarySize,
  sparseLayers,
  type DecoderParts,
} from "./decoder.ts";
import { activation, count, flag, layerCount, optionalCount, valueOf, type ConfigReader } from "./reader.ts";

type Parts = DecoderParts;
type Rest = Partial<Parts>;
export type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => DecoderModel;

export interface Sizes {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly headSize: number;
}

/** What the readers of this file have in common; the rest is the family's. */
interface Family {
  /** "required": the class default is one model's and would be a guess for another. */
  readonly kvHeads?: "heads" | "required";
  readonly headSize?: number;
  readonly activation?: { readonly names?: readonly string[]; readonly fallback: string };
  readonly tied?: boolean;
  readonly ffn?: readonly string[];
  readonly rest?: (reader: ConfigReader, sizes: Sizes) => Rest;
}

/** Families with the names of LlamaConfig: RMSNorm before, rotary positions, gated FFN, and what each says otherwise. */
export function llamaLike(family: Family): Read {
  return (reader, common, options) => {
    const hidden = count(reader, ["hidden_size"]);
    const layers = layerCount(reader, ["num_hidden_layers"]);
    const heads = count(reader, ["num_attention_heads"]);
    const kvHeads = count(reader, ["num_key_value_heads"], family.kvHeads === "required" ? undefined : heads);
    const headSize = headDim(reader, hidden, heads, family.headSize);
    checkRope(reader);
    const { names = ["hidden_act", "hidden_activation"], fallback } = family.activation ?? { fallback: "silu" };
    const rest = family.rest?.(reader, { hidden, layers, heads, headSize }) ?? {};
    const rotary = rotarySize(reader, headSize, ["partial_rotary_factor", "rotary_pct"]);
    return decoderModel(reader, common, options, {
      hidden,
      layers,
      heads,
      kvHeads,
      headSize,
      positions: count(reader, ["max_position_embeddings"]),
      ffn: rest.ffn ?? count(reader, family.ffn ?? ["intermediate_size"]),
      activation: activation(reader, names, fallback),
      tied: family.tied ?? false,
      ...rest,
      extras: { rotarySize: rotary, ...rest.extras },
    });
  };
}

/** Biases in QKV and output projection by `attention_bias`, in the FFN by `mlp_bias`. */
export function llamaBias(reader: ConfigReader): Tower["bias"] {
  const attention = flag(reader, "attention_bias", false) || flag(reader, "bias", false);
  const ffn = flag(reader, "mlp_bias", false);
  return attention === ffn ? attention : attention ? "attention" : "ffn";
}

/** One window for all layers, unless `layer_types` says which. */
export function windows(reader: ConfigReader, { layers }: Sizes, fallback?: number) {
  const size = slidingWindow(reader, fallback);
  return { attention: attentionKinds(reader, layers, size, () => true) };
}

/** `sliding_window`; null means none, and absent the class default. */
export function slidingWindow(reader: ConfigReader, fallback?: number): number | undefined {
  const isSaid = Object.hasOwn(reader.config, "sliding_window");
  const given = optionalCount(reader, ["sliding_window"]);
  if (given !== undefined || isSaid || fallback === undefined) return given;
  return count(reader, ["sliding_window"], fallback);
}

/** Qwen 2 and 3: a window only if `use_sliding_window`, in the layers from `max_window_layers` on. */
export function qwenWindows(reader: ConfigReader, { layers }: Sizes) {
  const isUsed = flag(reader, "use_sliding_window", false);
  const window = optionalCount(reader, ["sliding_window"]);
  const first = optionalCount(reader, ["max_window_layers"], 0) ?? 0;
  return { attention: attentionKinds(reader, layers, isUsed ? window : undefined, (layer) => layer >= first) };
}

/** Every `pattern`-th layer sees everything, the others a window. */
export function interleaved(
  reader: ConfigReader,
  { layers }: Sizes,
  fallback: { readonly window: number; readonly pattern: number },
) {
  const window = slidingWindow(reader, fallback.window);
  const pattern = optionalCount(reader, ["sliding_window_pattern", "_sliding_window_pattern"]) ?? fallback.pattern;
  return { attention: attentionKinds(reader, layers, window, (layer) => (layer + 1) % pattern !== 0) };
}

export function qwenExperts(reader: ConfigReader, { layers }: Sizes, hasShared: boolean) {
  const shared = hasShared ? count(reader, ["shared_expert_intermediate_size"]) : 0;
  return expertsOf(
    reader,
    layers,
    { shared, sharedGate: hasShared },
    { count: ["num_experts", "num_routed_experts"], ffn: ["moe_intermediate_size"] },
    sparseLayers(reader),
  );
}

/** Soft caps are one tanh a score, or a logit, and are said. */
export function noteSoftCaps(reader: ConfigReader): void {
  for (const name of ["attn_logit_softcapping", "final_logit_softcapping"]) {
    const cap = valueOf(reader, [name]);
    if (cap !== undefined) reader.notes.push(`${reader.path}${name}: one tanh a value, is left out of the work.`);
  }
}
