import { expertsOf, rotarySize } from "./decoder.ts";
import {
  interleaved,
  llamaBias,
  llamaLike,
  noteSoftCaps,
  qwenExperts,
  qwenWindows,
  windows,
  type Read,
} from "./llama-like.ts";
import { flag, onlyIf } from "./reader.ts";

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
