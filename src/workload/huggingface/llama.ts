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
import { activation, count, flag, layerCount, onlyIf, optionalCount, valueOf, type ConfigReader } from "./reader.ts";

type Parts = DecoderParts;
type Rest = Partial<Parts>;
type Read = (reader: ConfigReader, common: Common, options: HuggingFaceOptions) => DecoderModel;

interface Sizes {
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
function llamaLike(family: Family): Read {
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
function llamaBias(reader: ConfigReader): Tower["bias"] {
  const attention = flag(reader, "attention_bias", false) || flag(reader, "bias", false);
  const ffn = flag(reader, "mlp_bias", false);
  return attention === ffn ? attention : attention ? "attention" : "ffn";
}

/** One window for all layers, unless `layer_types` says which. */
function windows(reader: ConfigReader, { layers }: Sizes, fallback?: number) {
  const size = slidingWindow(reader, fallback);
  return { attention: attentionKinds(reader, layers, size, () => true) };
}

/** `sliding_window`; null means none, and absent the class default. */
function slidingWindow(reader: ConfigReader, fallback?: number): number | undefined {
  const isSaid = Object.hasOwn(reader.config, "sliding_window");
  const given = optionalCount(reader, ["sliding_window"]);
  if (given !== undefined || isSaid || fallback === undefined) return given;
  return count(reader, ["sliding_window"], fallback);
}

/** Qwen 2 and 3: a window only if `use_sliding_window`, in the layers from `max_window_layers` on. */
function qwenWindows(reader: ConfigReader, { layers }: Sizes) {
  const isUsed = flag(reader, "use_sliding_window", false);
  const window = optionalCount(reader, ["sliding_window"]);
  const first = optionalCount(reader, ["max_window_layers"], 0) ?? 0;
  return { attention: attentionKinds(reader, layers, isUsed ? window : undefined, (layer) => layer >= first) };
}

/** Every `pattern`-th layer sees everything, the others a window. */
function interleaved(
  reader: ConfigReader,
  { layers }: Sizes,
  fallback: { readonly window: number; readonly pattern: number },
) {
  const window = slidingWindow(reader, fallback.window);
  const pattern = optionalCount(reader, ["sliding_window_pattern", "_sliding_window_pattern"]) ?? fallback.pattern;
  return { attention: attentionKinds(reader, layers, window, (layer) => (layer + 1) % pattern !== 0) };
}

function qwenExperts(reader: ConfigReader, { layers }: Sizes, hasShared: boolean) {
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
function noteSoftCaps(reader: ConfigReader): void {
  for (const name of ["attn_logit_softcapping", "final_logit_softcapping"]) {
    const cap = valueOf(reader, [name]);
    if (cap !== undefined) reader.notes.push(`${reader.path}${name}: one tanh a value, is left out of the work.`);
  }
}

const GEMMA = {
  kvHeads: "required",
  headSize: 256,
  tied: true,
  activation: { fallback: "gelu_pytorch_tanh" },
} as const;

export const LLAMA_READERS: Readonly<Record<string, Read>> = {
  llama: llamaLike({ rest: (reader) => ({ bias: llamaBias(reader) }) }),
  mistral: llamaLike({
    kvHeads: "required",
    rest: (reader, sizes) => ({ bias: llamaBias(reader), extras: windows(reader, sizes, 4096) }),
  }),
  ministral: llamaLike({
    kvHeads: "required",
    rest: (reader, sizes) => ({ bias: llamaBias(reader), extras: windows(reader, sizes, 4096) }),
  }),
  mixtral: llamaLike({
    kvHeads: "required",
    rest: (reader, sizes) => ({
      ffn: 1,
      extras: {
        ...windows(reader, sizes),
        experts: expertsOf(
          reader,
          sizes.layers,
          {},
          { count: ["num_local_experts"], ffn: ["intermediate_size"], activeDefault: 2 },
        ),
      },
    }),
  }),
  qwen2: llamaLike({
    kvHeads: "required",
    rest: (reader, sizes) => {
      llamaBias(reader);
      return { bias: "qkv", extras: qwenWindows(reader, sizes) };
    },
  }),
  qwen2_moe: llamaLike({
    kvHeads: "required",
    rest: (reader, sizes) => ({
      bias: flag(reader, "qkv_bias", true) ? "qkv" : false,
      extras: { ...qwenWindows(reader, sizes), experts: qwenExperts(reader, sizes, true) },
    }),
  }),
  qwen3: llamaLike({
    kvHeads: "required",
    headSize: 128,
    rest: (reader, sizes) => ({ bias: llamaBias(reader), extras: { ...qwenWindows(reader, sizes), qkNorm: "head" } }),
  }),
  qwen3_moe: llamaLike({
    kvHeads: "required",
    // Qwen3MoeConfig has no head size of its own: absent, it is hidden / heads.
    rest: (reader, sizes) => ({
      bias: llamaBias(reader),
      extras: { ...qwenWindows(reader, sizes), qkNorm: "head", experts: qwenExperts(reader, sizes, false) },
    }),
  }),
  gemma: llamaLike({ ...GEMMA, rest: (reader) => ({ bias: llamaBias(reader) }) }),
  gemma2: llamaLike({
    ...GEMMA,
    rest: (reader, sizes) => {
      noteSoftCaps(reader);
      return {
        bias: llamaBias(reader),
        normPosition: "both",
        extras: interleaved(reader, sizes, { window: 4096, pattern: 2 }),
      };
    },
  }),
  gemma3_text: llamaLike({
    ...GEMMA,
    rest: (reader, sizes) => {
      noteSoftCaps(reader);
      const attention = interleaved(reader, sizes, { window: 4096, pattern: 6 });
      return { bias: llamaBias(reader), normPosition: "both", extras: { ...attention, qkNorm: "head" } };
    },
  }),
  phi3: llamaLike({ rest: (reader, sizes) => ({ bias: llamaBias(reader), extras: windows(reader, sizes) }) }),
  phimoe: llamaLike({
    kvHeads: "required",
    rest: (reader, sizes) => ({
      ffn: 1,
      normalisation: "layernorm",
      bias: flag(reader, "attention_bias", false) ? "attention" : false,
      headBias: flag(reader, "lm_head_bias", false),
      extras: {
        ...windows(reader, sizes),
        experts: expertsOf(
          reader,
          sizes.layers,
          {},
          { count: ["num_local_experts"], ffn: ["intermediate_size"], activeDefault: 2 },
        ),
      },
    }),
  }),
  stablelm: stablelm(),
  stablelm_epoch: stablelm(),
  starcoder2: llamaLike({
    kvHeads: "required",
    tied: true,
    activation: { fallback: "gelu_pytorch_tanh" },
    rest: (reader, sizes) => {
      onlyIf(reader, "mlp_type", ["default"], "another form of the FFN");
      return {
        gated: false,
        normalisation: "layernorm",
        bias: flag(reader, "use_bias", true),
        extras: windows(reader, sizes),
      };
    },
  }),
  olmo: llamaLike({ rest: (reader) => ({ bias: llamaBias(reader), normalisation: "layernorm-plain" }) }),
  olmo2: llamaLike({
    rest: (reader) => ({ bias: llamaBias(reader), normPosition: "output", extras: { qkNorm: "projection" } }),
  }),
  olmo3: llamaLike({
    rest: (reader, sizes) => ({
      bias: llamaBias(reader),
      normPosition: "output",
      extras: { ...interleaved(reader, sizes, { window: 4096, pattern: 4 }), qkNorm: "projection" },
    }),
  }),
  olmoe: llamaLike({
    rest: (reader, { layers }) => ({
      ffn: 1,
      bias: llamaBias(reader),
      extras: {
        qkNorm: "projection",
        experts: expertsOf(
          reader,
          layers,
          {},
          { count: ["num_experts"], ffn: ["intermediate_size"], activeDefault: 8 },
        ),
      },
    }),
  }),
  cohere: llamaLike({
    tied: true,
    rest: (reader) => ({
      bias: llamaBias(reader),
      normalisation: "layernorm-gain",
      normPosition: "parallel-shared",
      extras: { qkNorm: flag(reader, "use_qk_norm", false) ? "each-head" : undefined },
    }),
  }),
  cohere2: llamaLike({
    tied: true,
    rest: (reader, sizes) => ({
      bias: llamaBias(reader),
      normalisation: "layernorm-gain",
      normPosition: "parallel-shared",
      extras: interleaved(reader, sizes, { window: 4096, pattern: 4 }),
    }),
  }),
  granite: llamaLike({ rest: (reader) => ({ bias: llamaBias(reader) }) }),
  granitemoe: llamaLike({
    rest: (reader, { layers }) => ({
      ffn: 1,
      bias: llamaBias(reader),
      extras: { experts: expertsOf(reader, layers, {}, { count: ["num_local_experts"], ffn: ["intermediate_size"] }) },
    }),
  }),
  internlm: llamaLike({ rest: (reader) => ({ bias: flag(reader, "bias", true) ? "attention" : false }) }),
  internlm2: llamaLike({ rest: (reader) => ({ bias: flag(reader, "bias", false) ? "attention" : false }) }),
  internlm3: llamaLike({
    rest: (reader) => {
      const qkv = flag(reader, "qkv_bias", false);
      return { bias: flag(reader, "bias", false) ? (qkv ? true : "no-qkv") : qkv ? "qkv" : false };
    },
  }),
  minicpm: llamaLike({ tied: true, rest: (reader) => ({ bias: llamaBias(reader) }) }),
  orion: llamaLike({ rest: (reader) => ({ bias: llamaBias(reader), normalisation: "layernorm" }) }),
  smollm3: llamaLike({
    tied: true,
    rest: (reader, sizes) => ({ bias: llamaBias(reader), extras: windows(reader, sizes) }),
  }),
  seed_oss: llamaLike({
    headSize: 128,
    rest: (reader) => {
      const ffn = flag(reader, "mlp_bias", false);
      const attention = flag(reader, "attention_bias", true);
      const output = flag(reader, "attention_out_bias", false);
      return { bias: attention ? (output ? (ffn ? true : "attention") : "qkv") : false };
    },
  }),
  helium: llamaLike({ headSize: 128, rest: (reader) => ({ bias: llamaBias(reader) }) }),
  gpt_oss: llamaLike({
    headSize: 64,
    rest: (reader, sizes) => ({
      ffn: 1,
      bias: flag(reader, "attention_bias", true) ? "attention" : false,
      extras: {
        ...interleaved(reader, sizes, { window: 128, pattern: 2 }),
        sinks: true,
        experts: expertsOf(
          reader,
          sizes.layers,
          { routerBias: true, bias: true },
          { count: ["num_local_experts", "num_experts"], ffn: ["intermediate_size"], activeDefault: 4 },
        ),
      },
    }),
  }),
};

function stablelm(): Read {
  return llamaLike({
    rest: (reader, { headSize }) => {
      const isParallel = flag(reader, "use_parallel_residual", false);
      const rotary = rotarySize(reader, headSize, ["partial_rotary_factor", "rope_pct"], 0.25);
      return {
        normalisation: "layernorm",
        normPosition: isParallel ? "parallel-shared" : "pre",
        bias: flag(reader, "use_qkv_bias", false) ? "qkv" : false,
        extras: { rotarySize: rotary, qkNorm: flag(reader, "qk_layernorm", false) ? "each-head" : undefined },
      };
    },
  });
}
