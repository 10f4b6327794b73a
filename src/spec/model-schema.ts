import * as z from "zod";
import { MAX_WHOLE, flag, oneOf, oneOrMore, real, refuse, section, text, whole } from "./fields.ts";
import { buildText, buildVision, type TowerContext } from "./model-build.ts";
import { deepFreeze } from "./freeze.ts";
import type { ModelSpec } from "./model.ts";

/** Fields that `--set` changes too: one definition for both. */
export const modelFields = {
  layers: whole(1, 1000),
  hidden: whole(1, 1_000_000),
  ffn: oneOrMore(whole(1, 10_000_000), "must hold one size per layer"),
  heads: oneOrMore(whole(1, 10_000), "must hold one number per layer"),
  headSize: whole(1, 10_000),
  tokens: whole(1, 10_000_000),
  contextTokens: whole(0, 10_000_000),
  generatedTokens: whole(0, 10_000_000),
};

const f = modelFields;

const tower = {
  layers: f.layers,
  hidden: f.hidden,
  ffn: f.ffn.describe("Inner size of the FFN: one for all layers, or a list"),
  heads: f.heads.describe("Attention heads: one for all layers, or a list"),
  kvHeads: f.heads.optional().describe("Key-value heads; as many as heads where left out"),
  headSize: f.headSize.optional().describe("hidden / heads where left out"),
  activation: oneOf(["gelu", "quick-gelu", "relu", "silu"]).default("gelu"),
  gated: flag().default(false).describe("SwiGLU: a gate beside the up projection"),
  normalisation: oneOf(["layernorm", "rmsnorm"]).default("layernorm"),
  normPosition: oneOf(["pre", "post"]).default("pre"),
  position: oneOf(["learned", "rotary"]).default("learned"),
  causal: flag().default(false),
  bias: z
    .union([z.boolean(), z.enum(["qkv", "attention"])], { error: "must be true, false, qkv or attention" })
    .default(true)
    .describe("Which linear layers have biases: all, none, QKV, or QKV and output projection"),
};

const textTower = { ...tower, tokens: f.tokens, vocabulary: whole(1, 10_000_000) };
const visionTower = {
  ...tower,
  tokens: f.tokens.optional().describe("(imageSize / patchSize)² + 1 where left out"),
  imageSize: whole(1, 100_000),
  patchSize: whole(1, 100_000),
  channels: whole(1, 1000).default(3),
};

const common = {
  name: text(100),
  description: text().default("").describe("What this model is, and the source of its numbers"),
  training: section({
    family: text(100),
    pretrained: text(100),
    samplesSeen: real(0, MAX_WHOLE).describe("Samples seen in pre-training"),
  })
    .nullable()
    .default(null)
    .describe("Pre-training, as the accuracy predictor names it; null: unknown"),
};

/** A model file, as written. */
export const rawModelSchema = z.discriminatedUnion(
  "family",
  [
    section({
      ...common,
      family: z.literal("clip"),
      text: section(textTower),
      vision: section(visionTower),
      embedding: whole(1, 1_000_000).describe("Size of the shared embedding space"),
    }),
    section({ ...common, family: z.literal("vit"), vision: section(visionTower), classes: whole(1, 10_000_000) }),
    section({
      ...common,
      family: z.literal("bert"),
      text: section({ ...textTower, segments: whole(0, 1000).default(2), maxPositions: whole(1, 10_000_000) }),
      pooler: flag().default(true),
    }),
    section({
      ...common,
      family: z.literal("decoder"),
      text: section({
        ...textTower,
        maxPositions: whole(1, 10_000_000)
          .optional()
          .describe("Rows of a learned position table; as many as there are tokens where left out"),
      }).describe("tokens: length of the prompt"),
      tiedEmbedding: flag().describe("The LM head shares the embedding matrix"),
      contextTokens: f.contextTokens.default(0).describe("Tokens in the KV cache before the prompt"),
      generatedTokens: f.generatedTokens.default(0),
    }),
  ],
  { error: "must be one of: clip, vit, bert, decoder" },
);

type RawModel = z.output<typeof rawModelSchema>;

function build(raw: RawModel, ctx: TowerContext): ModelSpec {
  switch (raw.family) {
    case "clip":
      return { ...raw, text: buildText(raw.text, ctx), vision: buildVision(raw.vision, ctx) };
    case "vit":
      return { ...raw, vision: buildVision(raw.vision, ctx) };
    case "bert":
      return { ...raw, text: buildText(raw.text, ctx) };
    case "decoder": {
      const used = raw.contextTokens + raw.text.tokens + raw.generatedTokens;
      const { maxPositions } = raw.text;
      if (maxPositions !== undefined && used > maxPositions) {
        const message = `is ${maxPositions}, less than the ${used} tokens of context, prompt and generation`;
        refuse(ctx, "spec/inconsistent", message, null, ["text", "maxPositions"]);
      }
      return { ...raw, text: buildText(raw.text, ctx) };
    }
  }
}

/** A model file → frozen ModelSpec. */
export const modelSchema = rawModelSchema.transform((raw, ctx) => deepFreeze(build(raw, ctx)));
