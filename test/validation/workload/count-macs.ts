type Config = Readonly<Record<string, unknown>>;

/**
 * MACs of matrix products, counted from a configuration's fields alone, with nothing of the product's own code: rules of
 * test/fixtures/huggingface/families/README.md. One formula for each block of the architecture.
 */
export function countMacs(config: Config): number {
  const type = String(config["model_type"]);
  if (/^(t5|bart|whisper)$/.test(type)) return encoderDecoderMacs(config, type);
  if (/^(bert|roberta|xlm-roberta|distilbert|albert|electra|modernbert|nomic_bert)$/.test(type))
    return textEncoderMacs(config, type);
  if (/^(vit|deit|beit|dinov2)$/.test(type)) return imageMacs(config, type);
  return decoderMacs(usual(config, type), type);
}

/** A configuration whose family has names of its own, under the usual ones. */
function usual(config: Config, type: string): Config {
  const first = (name: string) => (Array.isArray(config[name]) ? (config[name] as unknown[])[0] : config[name]);
  const named = (names: Readonly<Record<string, unknown>>): Config => ({ ...config, ...names });
  switch (type) {
    case "qwen":
      return named({ intermediate_size: Number(config["intermediate_size"]) / 2 });
    case "chatglm":
      return named({
        intermediate_size: config["ffn_hidden_size"],
        head_dim: config["kv_channels"],
        num_key_value_heads: config["multi_query_group_num"],
        vocab_size: config["padded_vocab_size"],
      });
    case "ernie4_5_moe": {
      const expert = Number(config["moe_intermediate_size"]);
      return named({
        num_experts: config["moe_num_experts"],
        num_experts_per_tok: config["moe_k"],
        n_shared_experts: config["moe_num_shared_experts"],
        moe_intermediate_size: expert,
        first_k_dense_replace: config["moe_layer_start_index"],
      });
    }
    case "hunyuan_v1_moe":
      return named({
        num_experts_per_tok: first("moe_topk"),
        n_shared_experts: first("num_shared_expert"),
        moe_intermediate_size: first("moe_intermediate_size"),
      });
    default:
      return config;
  }
}

function numberOf(config: Config, names: readonly string[], fallback?: number): number {
  for (const name of names) if (typeof config[name] === "number") return config[name];
  if (fallback === undefined) throw new Error(`none of ${names.join(", ")}`);
  return fallback;
}

const PROMPT = 512;
const STEPS = 128;
const sum = (count: number, of: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => of(i)).reduce((a, b) => a + b, 0);

function decoderMacs(config: Config, type: string): number {
  const hidden = numberOf(config, ["hidden_size", "n_embd", "n_embed", "d_model"]);
  const layers = numberOf(config, ["num_hidden_layers", "n_layer", "n_layers", "num_layers"]);
  const heads = numberOf(config, ["num_attention_heads", "n_head", "n_heads", "num_heads"]);
  const head = numberOf(config, ["head_dim"], type.startsWith("gemma") ? 256 : hidden / heads);
  const isOneKv = config["multi_query"] === true && config["new_decoder_architecture"] !== true;
  const kv = isOneKv ? 1 : numberOf(config, ["num_key_value_heads", "num_kv_heads"], heads);
  const vocabulary = numberOf(config, ["vocab_size"]);
  const inner = numberOf(config, ["intermediate_size", "n_inner", "ffn_dim"], 4 * hidden);
  const isPlain =
    /^(gpt|opt|bloom|falcon|phi$|phi-msft|mpt|starcoder2|nemotron$|arcee)/.test(type) && type !== "gpt_oss";
  const matrices = isPlain ? 2 : 3;

  const experts = numberOf(config, ["num_local_experts", "num_experts", "n_routed_experts"], 0);
  const active = numberOf(config, ["num_experts_per_tok"], 0);
  const expert = numberOf(config, ["moe_intermediate_size"], inner);
  const shared =
    numberOf(config, ["shared_expert_intermediate_size"], 0) + numberOf(config, ["n_shared_experts"], 0) * expert;
  const sharedGate = config["shared_expert_intermediate_size"] === undefined ? 0 : hidden;
  const firstDense = numberOf(config, ["first_k_dense_replace"], 0);
  const ffn = (layer: number) =>
    experts === 0 || layer < firstDense
      ? matrices * hidden * inner
      : hidden * experts + matrices * hidden * (active * expert + shared) + sharedGate;

  const window = isWindowed(config, type) ? numberOf(config, ["sliding_window", "window_size"], Infinity) : Infinity;
  const keysOf = (layer: number, keys: number) => (isLocal(config, type, layer) ? Math.min(window, keys) : keys);
  const rank = numberOf(config, ["kv_lora_rank"], 0);
  const queryRank = numberOf(config, ["q_lora_rank"], 0);
  const [nope, rope, value] = ["qk_nope_head_dim", "qk_rope_head_dim", "v_head_dim"].map((name) =>
    numberOf(config, [name], 0),
  );
  const projections =
    rank === 0
      ? hidden * (heads + 2 * kv) * head + heads * head * hidden
      : (queryRank === 0
          ? hidden * heads * (nope! + rope!)
          : hidden * queryRank + queryRank * heads * (nope! + rope!)) +
        hidden * (rank + rope!) +
        rank * heads * (nope! + value!) +
        heads * value! * hidden;
  const perPair = rank === 0 ? 2 * heads * head : heads * (nope! + rope! + value!);
  const perKeyOfStep = rank === 0 ? 2 * heads * head : heads * (2 * rank + rope!);

  const linear = (PROMPT + STEPS) * sum(layers, (layer) => projections + ffn(layer));
  const prompt = sum(layers, (layer) => PROMPT * keysOf(layer, PROMPT) * perPair);
  const steps = sum(layers, (layer) => sum(STEPS, (i) => keysOf(layer, PROMPT + i + 1)) * perKeyOfStep);
  // OPT 350M has a narrower table, with a matrix on either side.
  const width = numberOf(config, ["word_embed_proj_dim"], hidden);
  const ends = width === hidden ? 0 : hidden * width * (PROMPT + STEPS + 1 + STEPS);
  return linear + prompt + steps + (1 + STEPS) * width * vocabulary + ends;
}

const isWindowed = (config: Config, type: string) => !type.startsWith("qwen") || config["use_sliding_window"] === true;

function isLocal(config: Config, type: string, layer: number): boolean {
  const types = config["layer_types"];
  if (Array.isArray(types)) return types[layer] === "sliding_attention";
  if (type === "gpt_oss" || type === "gemma2") return layer % 2 === 0;
  if (type === "gemma3_text") return layer % 6 !== 5;
  if (type === "gpt_neo") return layer % 2 === 1;
  return true;
}

function textEncoderMacs(config: Config, type: string): number {
  const hidden = numberOf(config, ["hidden_size", "dim", "n_embd"]);
  const layers = numberOf(config, ["num_hidden_layers", "n_layers", "n_layer"]);
  const inner = numberOf(config, ["intermediate_size", "hidden_dim", "n_inner"]);
  const offset = /roberta/.test(type) ? 2 : 0;
  const tokens = numberOf(config, ["max_position_embeddings", "n_positions"], 512) - offset;
  const matrices = type === "modernbert" || type === "nomic_bert" ? 3 : 2;
  const keys = (layer: number) => (type === "modernbert" && layer % 3 !== 0 ? Math.min(128, tokens) : tokens);
  const embedding = numberOf(config, ["embedding_size"], hidden);
  const pooler = /^(bert|roberta|xlm-roberta|albert)$/.test(type) ? hidden ** 2 : 0;
  return (
    sum(layers, (layer) => tokens * (4 * hidden ** 2 + matrices * hidden * inner + 2 * hidden * keys(layer))) +
    (embedding === hidden ? 0 : tokens * embedding * hidden) +
    pooler
  );
}

function imageMacs(config: Config, type: string): number {
  const hidden = numberOf(config, ["hidden_size"]);
  const layers = numberOf(config, ["num_hidden_layers"]);
  const patch = numberOf(config, ["patch_size"], 16);
  const patches = Math.floor(numberOf(config, ["image_size"], 224) / patch) ** 2;
  const tokens = patches + (type === "deit" ? 2 : 1);
  const isGiant = config["use_swiglu_ffn"] === true;
  const inner = numberOf(
    config,
    ["intermediate_size"],
    isGiant ? Math.ceil(Math.floor((hidden * 8) / 3) / 8) * 8 : 4 * hidden,
  );
  const name = String((config["architectures"] as readonly string[])[0]);
  const labels = numberOf(config, ["num_labels"], 2);
  const heads = name.endsWith("WithTeacher") ? 2 : 1;
  const end = name.includes("ForImage") ? heads * hidden * labels : type === "vit" ? hidden ** 2 : 0;
  return (
    patches * 3 * patch ** 2 * hidden +
    layers * tokens * (4 * hidden ** 2 + (isGiant ? 3 : 2) * hidden * inner + 2 * hidden * tokens) +
    end
  );
}

function encoderDecoderMacs(config: Config, type: string): number {
  const hidden = numberOf(config, ["d_model"]);
  const heads = numberOf(config, ["num_heads", "encoder_attention_heads"]);
  const width = heads * numberOf(config, ["d_kv"], hidden / heads);
  const encoderLayers = numberOf(config, ["encoder_layers", "num_layers"]);
  const decoderLayers = numberOf(config, ["decoder_layers", "num_decoder_layers"]);
  const inner = numberOf(config, ["encoder_ffn_dim", "d_ff"]);
  const input = type === "whisper" ? 1500 : 512;
  const matrices = String(config["feed_forward_proj"]).startsWith("gated") ? 3 : 2;
  const ffn = matrices * hidden * inner;
  const stem = type === "whisper" ? 3000 * 3 * 80 * hidden + 1500 * 3 * hidden ** 2 : 0;
  const encoder = encoderLayers * input * (4 * hidden * width + ffn + 2 * width * input);
  const cross = decoderLayers * input * 2 * hidden * width;
  const own = sum(STEPS, (i) => 2 * width * (i + 1));
  const decoder = decoderLayers * (STEPS * (4 * hidden * width + 2 * hidden * width + ffn + 2 * width * input) + own);
  const hasHead = !String((config["architectures"] as readonly string[])[0]).match(/^BartModel$/);
  return stem + encoder + cross + decoder + (hasHead ? STEPS * hidden * numberOf(config, ["vocab_size"]) : 0);
}
