import type { ClipModel, TextTower, Tower, VisionTower } from "../spec/model.ts";
import type { HuggingFaceImport } from "./huggingface.ts";
import { importProblems } from "./import-check.ts";
import type { Common } from "./huggingface/common.ts";
import {
  count,
  flag,
  isRecord,
  layerCount,
  noteUnread,
  onlyIf,
  optionalCount,
  perLayer,
  readerOf,
  sectionOf,
  shown,
  side,
  valueOf,
  type ConfigReader,
} from "./huggingface/reader.ts";
import { square } from "../math/index.ts";

/**
 * A model file of OpenCLIP (`src/open_clip/model_configs/NAME.json`), parsed, as a model. Both towers are OpenCLIP's own transformers, or
 * the image tower is one of timm's SigLIP transformers, or the text tower RoBERTa; convolutional towers, CoCa's decoder and other towers of timm are
 * refused.
 *
 * @param config   parsed JSON, not trusted
 * @param options  name of the model
 */
export function importOpenClip(config: unknown, options: { readonly name?: string } = {}): HuggingFaceImport {
  if (!isRecord(config)) return { problems: ["a model file of OpenCLIP must hold one JSON object."] };
  const reader = readerOf(config);
  const [vision, text] = [sectionOf(reader, "vision_cfg"), sectionOf(reader, "text_cfg")];
  if (vision === undefined) reader.problems.push("vision_cfg is missing.");
  if (text === undefined) reader.problems.push("text_cfg is missing.");
  if (vision === undefined || text === undefined) return { problems: reader.problems };
  if (valueOf(reader, ["multimodal_cfg"]) !== undefined)
    reader.problems.push("multimodal_cfg: a decoder on both towers (CoCa) is not modelled.");
  const embedding = count(reader, ["embed_dim"]);
  const activation = flag(reader, "quick_gelu", false) ? "quick-gelu" : "gelu";
  const hasOffset = valueOf(reader, ["init_logit_bias"]) !== undefined;
  for (const name of ["custom_text", "init_logit_scale", "nonscalar_logit_scale", "name"]) valueOf(reader, [name]);
  const common: Common = {
    name: options.name ?? "openclip",
    description: "Imported from a model file of OpenCLIP.",
    training: null,
  };
  const model: ClipModel = {
    ...common,
    family: "clip",
    text: textTower(text, activation),
    vision: visionTower(vision, activation, embedding),
    embedding,
    ...(hasOffset ? { similarityBias: true } : {}),
  };
  for (const each of [vision, text, reader]) noteUnread(each);
  const problems = reader.problems.length > 0 ? reader.problems : importProblems(model, config);
  return problems.length > 0 ? { problems } : { model, notes: reader.notes };
}

function plain(
  reader: ConfigReader,
  sizes: { readonly layers: number; readonly width: number; readonly heads: number },
  activation: Tower["activation"],
): Omit<Tower, "tokens" | "causal"> {
  const { layers, width, heads } = sizes;
  const ratio = valueOf(reader, ["mlp_ratio"]) ?? 4;
  if (typeof ratio !== "number" || !(ratio > 0 && ratio < 100))
    reader.problems.push(`${reader.path}mlp_ratio is ${shown(ratio)}, but must be a number above 0.`);
  const scale = valueOf(reader, ["ls_init_value"]);
  if (width % heads !== 0) reader.problems.push(`${reader.path}width ${width} is not a multiple of ${heads} heads.`);
  return {
    layers,
    hidden: width,
    ffn: perLayer(layers, Math.max(1, Math.floor(width * (typeof ratio === "number" ? ratio : 4)))),
    heads: perLayer(layers, heads),
    kvHeads: perLayer(layers, heads),
    headSize: Math.max(1, Math.floor(width / heads)),
    activation,
    gated: false,
    normalisation: "layernorm",
    normPosition: "pre",
    position: "learned",
    bias: true,
    ...(scale === undefined ? {} : { layerScale: true }),
  };
}

const TIMM_SIGLIP = /^vit_(base|large|so400m)_patch(\d{1,3})_siglip(?:_gap)?_(\d{2,4})$/;
const TIMM_SIZES: Readonly<
  Record<string, { readonly layers: number; readonly width: number; readonly heads: number; readonly ffn: number }>
> = {
  base: { layers: 12, width: 768, heads: 12, ffn: 3072 },
  large: { layers: 24, width: 1024, heads: 16, ffn: 4096 },
  so400m: { layers: 27, width: 1152, heads: 16, ffn: 4304 },
};

function visionTower(reader: ConfigReader, activation: Tower["activation"], embedding: number): VisionTower {
  for (const name of [
    "timm_model_pretrained",
    "patch_dropout",
    "timm_drop",
    "timm_drop_path",
    "output_tokens",
    "input_patchnorm",
  ])
    valueOf(reader, [name]);
  const timm = valueOf(reader, ["timm_model_name"]);
  if (timm !== undefined) return timmTower(reader, timm);
  const width = count(reader, ["width"], 768);
  const layers = valueOf(reader, ["layers"]);
  if (Array.isArray(layers))
    reader.problems.push(`${reader.path}layers is ${shown(layers)}: a ResNet is not modelled.`);
  const size = { layers: Array.isArray(layers) ? 1 : layerCount(reader, ["layers"], 12), width };
  const headWidth = count(reader, ["head_width"], 64);
  const imageSize = side(reader, "image_size", 224);
  const patchSize = side(reader, "patch_size", 16);
  onlyIf(reader, "input_patchnorm", [false], "a norm in front of the patches");
  const pool = valueOf(reader, ["pool_type"]) ?? (flag(reader, "global_average_pool", false) ? "avg" : "tok");
  if (pool !== "tok" && pool !== "avg")
    reader.problems.push(`${reader.path}pool_type is ${shown(pool)}, which is not modelled. Known: tok, avg.`);
  valueOf(reader, ["final_ln_after_pool", "pos_embed_type"]);
  const isPooled = flag(reader, "attentional_pool", false);
  const pooling = isPooled
    ? {
        pooling: "attention" as const,
        attentionPool: {
          queries: optionalCount(reader, ["attn_pooler_queries", "n_queries"]) ?? 256,
          heads: optionalCount(reader, ["attn_pooler_heads"]) ?? 8,
          width: embedding,
        },
      }
    : pool === "avg"
      ? { pooling: "mean" as const }
      : {};
  const heads = Math.max(1, Math.floor(width / headWidth));
  return {
    ...plain(reader, { ...size, heads }, activation),
    tokens: square(Math.floor(imageSize / patchSize)) + 1,
    causal: false,
    imageSize,
    patchSize,
    channels: 3,
    ...(flag(reader, "no_ln_pre", false) ? { embeddingNorm: false } : {}),
    ...pooling,
  };
}

/** SigLIP's image tower in timm: no class token, a pooling by attention. */
function timmTower(reader: ConfigReader, name: unknown): VisionTower {
  const match = typeof name === "string" ? TIMM_SIGLIP.exec(name) : null;
  if (match === null)
    reader.problems.push(
      `${reader.path}timm_model_name is ${shown(name)}: of timm's towers only vit_{base,large,so400m}_patchN_siglip_N are modelled.`,
    );
  const { layers, width, heads, ffn } = TIMM_SIZES[match?.[1] ?? "base"]!;
  const patchSize = Number(match?.[2] ?? 16);
  const imageSize = side(reader, "image_size", Number(match?.[3] ?? 224));
  onlyIf(reader, "timm_pool", ["map", ""], "such a pooling");
  onlyIf(reader, "timm_proj", ["none"], "a projection of the image");
  return {
    ...plain(reader, { layers, width, heads }, "gelu"),
    ffn: perLayer(layers, ffn),
    tokens: square(Math.max(1, Math.floor(imageSize / patchSize))),
    causal: false,
    imageSize,
    patchSize,
    channels: 3,
    patchBias: true,
    embeddingNorm: false,
    pooling: "attention",
    projection: "none",
  };
}

/** Text towers by their names at HuggingFace: layers, width, heads, vocabulary; 514 rows of positions, one segment. */
const HF_TOWERS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  "roberta-base": [12, 768, 12, 50265],
  "roberta-large": [24, 1024, 16, 50265],
  "xlm-roberta-base": [12, 768, 12, 250002],
  "xlm-roberta-large": [24, 1024, 16, 250002],
};

function textTower(reader: ConfigReader, activation: Tower["activation"]): ClipModel["text"] {
  const hf = valueOf(reader, ["hf_model_name"]);
  for (const name of [
    "norm_kwargs",
    "act_kwargs",
    "tokenizer_kwargs",
    "hf_tokenizer_name",
    "hf_model_pretrained",
    "eos_id",
    "pad_id",
    "bos_id",
  ])
    valueOf(reader, [name]);
  if (hf !== undefined) return hfTower(reader, hf);
  const tokens = count(reader, ["context_length"], 77);
  const classTokens = flag(reader, "embed_cls", false) ? 1 : 0;
  const pool = valueOf(reader, ["pool_type"]) ?? "argmax";
  const isKnown = pool === "argmax" || pool === "last" || pool === "first" || pool === "eos";
  if (!isKnown)
    reader.problems.push(
      `${reader.path}pool_type is ${shown(pool)}, which is not modelled. Known: argmax, last, first, eos.`,
    );
  onlyIf(reader, "proj_type", ["linear"], "such a projection");
  const sizes = {
    layers: layerCount(reader, ["layers"], 12),
    width: count(reader, ["width"], 512),
    heads: count(reader, ["heads"], 8),
  };
  return {
    ...plain(reader, sizes, activation),
    tokens: tokens + classTokens,
    causal: !flag(reader, "no_causal_mask", false),
    vocabulary: count(reader, ["vocab_size"], 49408),
    ...(classTokens > 0 ? { classTokens } : {}),
    ...(flag(reader, "proj_bias", false) ? { projection: "bias" as const } : {}),
  };
}

function hfTower(reader: ConfigReader, name: unknown): ClipModel["text"] {
  const known = typeof name === "string" && Object.hasOwn(HF_TOWERS, name) ? HF_TOWERS[name]! : undefined;
  if (known === undefined)
    reader.problems.push(
      `${reader.path}hf_model_name is ${shown(name)}, which is not modelled. Known: ${Object.keys(HF_TOWERS).join(", ")}.`,
    );
  const [layers, width, heads, vocabulary] = known ?? HF_TOWERS["roberta-base"]!;
  const positions = 514;
  const pooler = valueOf(reader, ["hf_pooler_type", "pooler_type"]) ?? "mean_pooler";
  const projection = valueOf(reader, ["hf_proj_type", "proj_type", "proj"]) ?? "mlp";
  if (projection !== "mlp" && projection !== "linear")
    reader.problems.push(`${reader.path}hf_proj_type is ${shown(projection)}, which is not modelled.`);
  const tower: TextTower = {
    ...plain(reader, { layers, width, heads }, "gelu"),
    normPosition: "post",
    tokens: optionalCount(reader, ["context_length"]) ?? positions,
    causal: false,
    vocabulary,
    embeddingNorm: true,
    pooling: pooler === "mean_pooler" ? "mean" : "first",
    projection: projection === "mlp" ? "mlp" : "plain",
  };
  return { ...tower, maxPositions: positions, segments: 1 };
}
