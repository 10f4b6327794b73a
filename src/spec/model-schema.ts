import * as z from "zod";
import { modelProblems } from "./cross-rules.ts";
import { MAX_WHOLE, flag, listOf, oneOf, oneOrMore, real, refuse, section, text, whole } from "./fields.ts";
import { buildText, buildVision, type TowerContext } from "./model-build.ts";
import { deepFreeze } from "./freeze.ts";
import { listedOperator } from "./listed-operator.ts";
import type { AttentionKind, ModelSpec } from "./model.ts";
import { buildOperators, checkNames } from "./model-operators.ts";
import { checkTowerNames, stored, withoutTowers, type AllTowers } from "./model-stored.ts";
import { towerActivationSparsity } from "./activation-sparsity.ts";
import { towerSparsity } from "./sparsity.ts";
import { towerReduction } from "./token-reduction.ts";
import { mergedQuantisation, modelQuantisation, towerQuantisation } from "./quantisation.ts";

const ATTENTION = /^(full|none|recurrent|(window|chunk|local\+global):[1-9]\d{0,7})$/;
const ATTENTION_RULE = "must be full, none, recurrent, window:N, chunk:N or local+global:N, with N from 1 to 99999999";

/** One attention kind, as written. */
const attentionKind = z
  .string({ error: ATTENTION_RULE })
  .regex(ATTENTION, { error: ATTENTION_RULE })
  .transform((text) => text as AttentionKind);

/** Fields that `--set` changes too: one definition for both. */
export const modelFields = {
  layers: whole(1, 1000),
  hidden: whole(1, 1_000_000),
  ffn: oneOrMore(whole(0, 10_000_000), "must hold one size per layer"),
  heads: oneOrMore(whole(1, 10_000), "must hold one number per layer"),
  headSize: whole(1, 10_000),
  attention: oneOrMore(attentionKind, "must hold one kind per layer"),
  tokens: whole(1, 10_000_000),
  contextTokens: whole(0, 10_000_000),
  generatedTokens: whole(0, 10_000_000),
};

const f = modelFields;

const tower = {
  layers: f.layers,
  hidden: f.hidden,
  ffn: f.ffn.describe("Inner size of the FFN, 0: none; one for all layers, or a list"),
  heads: f.heads.describe("Attention heads: one for all layers, or a list"),
  kvHeads: f.heads.optional().describe("Key-value heads; as many as heads where left out"),
  headSize: f.headSize.optional().describe("hidden / heads where left out"),
  activation: oneOf(["gelu", "quick-gelu", "relu", "relu-squared", "silu"]).default("gelu"),
  gated: flag().default(false).describe("SwiGLU: a gate beside the up projection"),
  normalisation: oneOf(["layernorm", "rmsnorm", "layernorm-gain", "layernorm-plain"])
    .default("layernorm")
    .describe("layernorm-gain: without offset; layernorm-plain: without gain and offset"),
  normPosition: oneOf(["pre", "post", "both", "output", "parallel", "parallel-shared"])
    .default("pre")
    .describe(
      "Norms before each half of a layer, behind its sum, before and behind each half, on its result alone; " +
        "parallel: both halves read the layer's input, each through a norm of its own or through one",
    ),
  position: oneOf(["learned", "rotary", "fixed", "alibi", "relative", "none"]).default("learned"),
  causal: flag().default(false),
  bias: z
    .union([z.boolean(), z.enum(["qkv", "attention", "ffn", "no-key", "no-qkv"])], {
      error: "must be true, false, qkv, attention, ffn, no-key or no-qkv",
    })
    .default(true)
    .describe("Which linear layers have biases: all, none, QKV, QKV and output projection, FFN, all but keys or QKV"),
  attention: f.attention
    .optional()
    .describe(
      "Keys that a query meets: full, none, window:N, chunk:N, local+global:N, or recurrent; one for all layers, or a list",
    ),
  qkNorm: oneOf(["head", "each-head", "projection", "plain"])
    .optional()
    .describe("Norm on queries and keys: one for all heads, one a head, one over the projection, or nothing trained"),
  attentionGate: oneOf(["head", "element"]).optional().describe("A gate on the result of attention"),
  rotarySize: whole(1, 10_000).optional().describe("Rotated elements of a head; all where left out"),
  experts: section({
    count: whole(1, 100_000).describe("Experts to choose from"),
    active: whole(1, 100_000).describe("Experts that each token goes through"),
    ffn: whole(1, 10_000_000).describe("Inner size of one expert"),
    shared: whole(0, 10_000_000).default(0).describe("Inner size of the experts that every token goes through"),
    sharedGate: flag().default(false).describe("A gate on the shared experts' result"),
    routerBias: flag().default(false).describe("One trained number an expert beside the router"),
    bias: flag().default(false).describe("Biases in the experts"),
    denseLayers: listOf(whole(1, 1000), "layers", 0, 1000)
      .default([])
      .describe("Layers, from 1, with the plain FFN of size ffn"),
    skew: real(0, 10).default(0).describe("Exponent of Zipf's law by which experts are chosen; 0: all alike"),
  })
    .optional()
    .describe("Mixture of experts in place of the FFN"),
  latent: section({
    queryRank: whole(0, 1_000_000).default(0).describe("Width of the compressed query; 0: none"),
    keyValueRank: whole(1, 1_000_000).describe("Width of the latent vector that is cached"),
    nope: whole(1, 10_000).describe("Elements of a head's query and key without position"),
    rope: whole(1, 10_000).describe("Elements with position; one key for all heads"),
    value: whole(1, 10_000).describe("Elements of a head's value"),
    absorbed: flag().default(true).describe("Decode steps work on the latent vectors themselves"),
  })
    .optional()
    .describe("Multi-head latent attention"),
  recurrent: section({
    form: oneOf(["mamba", "mamba2", "gated-delta", "lightning"]),
    heads: whole(1, 1_000_000).describe("Heads of values; of mamba the inner width"),
    keyHeads: whole(1, 1_000_000).default(1).describe("Heads of keys and queries"),
    keySize: whole(1, 100_000).describe("Elements of a key: rows of a head's state"),
    valueSize: whole(1, 100_000).default(1).describe("Elements of a value: columns of a head's state"),
    kernel: whole(0, 1000).default(4).describe("Taps of the convolution; 0: none"),
    rank: whole(0, 1_000_000).default(0).describe("Width through which the step of mamba goes"),
    bias: flag().default(false).describe("Biases in the first and the last product"),
    convolutionBias: flag().default(false),
    innerNorms: flag().default(false).describe("Norms on step, key and query of mamba"),
  })
    .optional()
    .describe("State in place of attention, in layers whose attention is recurrent"),
  relative: section({ rows: whole(1, 1_000_000), shared: flag().default(true) })
    .optional()
    .describe("Table of relative positions: numbers a head, one table for the stack or one in each layer"),
  disentangled: whole(1, 100_000).optional().describe("Positions that each layer projects (DeBERTa)"),
  sinks: flag().optional().describe("A learned number a head in the softmax"),
  layerScale: flag().optional().describe("A learned scale of each half's result"),
  sharedLayers: flag().optional().describe("All layers have the same parameters"),
  firstNorm: flag().optional().describe("false: no norm before the first layer's attention"),
  finalNorm: flag().optional().describe("Whether a norm ends the stack; where left out, unless norms come after"),
  embeddingNorm: flag().optional().describe("A norm behind the embedding; as the family has it where left out"),
  innerNorm: flag().optional().describe("A norm inside the FFN, before its last matrix"),
  quantisation: towerQuantisation
    .optional()
    .describe("How this tower's tensors are stored; goes before what the model's quantisation says"),
  sparsity: towerSparsity.optional().describe("Weights of its layers that are left out"),
  activationSparsity: towerActivationSparsity
    .optional()
    .describe("Activations of its layers that are taken as zero at run time"),
};

const pooling = oneOf(["first", "last", "mean", "first+mean", "attention", "all"])
  .optional()
  .describe("What of the tokens goes on; as the family has it where left out");
const projection = oneOf(["plain", "bias", "mlp", "none"])
  .optional()
  .describe("From the pooled token to the shared embedding: a matrix, one with a bias, two, or none");

const textTower = {
  ...tower,
  tokens: f.tokens,
  vocabulary: whole(1, 10_000_000),
  embeddingSize: whole(1, 1_000_000).optional().describe("Width of the embedding table; hidden where left out"),
  embeddingBias: flag().optional().describe("The way from that width to hidden has a bias"),
  classTokens: whole(0, 1000).optional().describe("Class tokens behind the text"),
};
const decoderTower = {
  ...textTower,
  maxPositions: whole(1, 10_000_000)
    .optional()
    .describe("Rows of a learned position table; as many as there are tokens where left out"),
};
const visionTower = {
  ...tower,
  patchBias: flag().optional().describe("The patch product has a bias; as the family has it where left out"),
  maskToken: flag().optional().describe("A stored token for hidden patches, not used"),
  pooling,
  projection,
  attentionPool: section({ queries: whole(1, 10_000), heads: whole(1, 10_000), width: whole(1, 1_000_000) })
    .optional()
    .describe("Pooling by attention with so many learned queries to another width"),
  tokens: f.tokens.optional().describe("(imageSize / patchSize)² + 1 where left out"),
  imageSize: whole(1, 100_000),
  patchSize: whole(1, 100_000),
  channels: whole(1, 1000).default(3),
  tokenReduction: towerReduction
    .optional()
    .describe("Fewer tokens from layer to layer: merge (token merging) or keep (token pruning)"),
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
  quantisation: modelQuantisation
    .optional()
    .describe(
      "How tensors are stored, by class; under the name of a tower, of that tower. Left out: the hardware's precision",
    ),
};

const vit = section({
  ...common,
  family: z.literal("vit"),
  vision: section(visionTower),
  classes: whole(0, 10_000_000).describe("Outputs of the classifier; 0: none"),
  heads: whole(1, 8).optional().describe("Classifiers, each on a class token of its own"),
  pooler: flag().optional().describe("A dense layer with tanh on the pooled token"),
  normPooled: flag().optional().describe("The last norm is over the pooled token alone"),
  embedding: whole(1, 1_000_000).optional().describe("Size that the pooled token is projected to"),
  connector: section({
    merge: whole(1, 1000).default(1).describe("Tokens that go in side by side"),
    widths: listOf(whole(1, 1_000_000), "widths", 1, 8).describe("Outputs of each linear layer"),
    bias: flag().default(true),
    norm: oneOf(["none", "layernorm", "rmsnorm"]).default("none"),
    normMerged: flag().default(false).describe("The norm is over the tokens side by side, not over each"),
    separators: whole(1, 1000).optional().describe("Learned tokens, as wide as merged ones, between rows of them"),
    taps: whole(1, 1000).optional().describe("Further mergers of these widths behind inner layers, each with its norm"),
    tokens: whole(1, 1_000_000).optional().describe("Tokens are averaged down to so many"),
  })
    .optional()
    .describe("Linear layers, GELU between them, that make another tower's tokens of this one's"),
});
const bert = section({
  ...common,
  family: z.literal("bert"),
  text: section({
    ...textTower,
    pooling,
    projection,
    segments: whole(0, 1000).default(2),
    maxPositions: whole(1, 10_000_000),
  }),
  pooler: flag().default(true),
  tokenHead: flag().optional().describe("The dense layer of a head on every token is stored, and not run"),
  embedding: whole(1, 1_000_000).optional().describe("Size that the pooled token is projected to"),
});
const decoder = section({
  ...common,
  family: z.literal("decoder"),
  text: section({ ...decoderTower, pooling }).describe("tokens: length of the prompt"),
  tiedEmbedding: flag().describe("The LM head shares the embedding matrix"),
  contextTokens: f.contextTokens.default(0).describe("Tokens in the KV cache before the prompt"),
  generatedTokens: f.generatedTokens.default(0),
  head: oneOf(["language-model", "none"]).optional().describe("What stands behind the layers"),
  headBias: flag().optional(),
  classes: whole(1, 10_000_000).optional().describe("Outputs of a classifier in place of the language-model head"),
});
const encoderDecoder = section({
  ...common,
  family: z.literal("encoder-decoder"),
  encoder: section({
    ...decoderTower,
    vocabulary: whole(0, 10_000_000).default(0).describe("0: no table of its own"),
    audio: section({ bands: whole(1, 10_000), frames: whole(1, 10_000_000) })
      .optional()
      .describe("Two convolutions of width 3, the second of stride 2, make the tokens"),
  }),
  decoder: section(decoderTower).describe("tokens: what it is given before its first step, at least a start token"),
  sharedEmbedding: flag().default(true).describe("Both towers read one table"),
  tiedEmbedding: flag().describe("The LM head shares the embedding matrix"),
  head: flag().default(true),
  headBias: flag().optional(),
  generatedTokens: f.generatedTokens.default(0),
});

const operators = section({
  ...common,
  family: z.literal("operators"),
  operators: listOf(listedOperator, "operators", 1, 100_000),
  otherParameters: whole(0, MAX_WHOLE).default(0).describe("Trained parameters that no listed product holds"),
  kvCacheElements: whole(0, MAX_WHOLE).default(0).describe("Elements of the KV cache of one input at its longest"),
  kvElementsPerToken: whole(0, MAX_WHOLE).default(0).describe("Elements of the KV cache of one token"),
});

const TOWER_FAMILIES = "must be one of: vit, bert, decoder, encoder-decoder";
const towers = section({
  ...common,
  family: z.literal("towers"),
  towers: listOf(
    z.discriminatedUnion("family", [vit, bert, decoder, encoderDecoder], { error: TOWER_FAMILIES }),
    "towers",
    1,
    16,
  ),
}).describe("Towers one after the other, each a model of its own");

/** A model file, as written. */
export const rawModelSchema = z.discriminatedUnion(
  "family",
  [
    section({
      ...common,
      family: z.literal("clip"),
      text: section({
        ...decoderTower,
        pooling,
        projection,
        segments: whole(0, 1000).optional().describe("Rows of a segment table"),
      }),
      vision: section(visionTower),
      embedding: whole(1, 1_000_000).describe("Size of the shared embedding space"),
      similarityBias: flag().optional().describe("A learned offset of the similarities"),
    }),
    vit,
    bert,
    decoder,
    encoderDecoder,
    towers,
    operators,
  ],
  { error: "must be one of: clip, vit, bert, decoder, encoder-decoder, towers, operators" },
);

type RawModel = z.output<typeof rawModelSchema>;
type RawTowers = Extract<RawModel, { family: "towers" }>["towers"][number];

function build({ quantisation: all, ...raw }: RawModel, ctx: TowerContext): ModelSpec {
  checkTowerNames(raw, all, ctx);
  switch (raw.family) {
    case "clip":
      return {
        ...raw,
        text: buildText(stored(raw.text, "text", all), ctx),
        vision: buildVision(stored(raw.vision, "vision", all), ctx),
      };
    case "towers": {
      checkNames(raw.towers, ctx, "towers");
      return { ...raw, towers: raw.towers.map((each, at) => buildOne(each, ctx, ["towers", at], all)) };
    }
    case "operators": {
      const quantisation = mergedQuantisation(withoutTowers(all));
      const operators = buildOperators(raw.operators, ctx);
      return { ...raw, operators, ...(quantisation === undefined ? {} : { quantisation }) };
    }
    default:
      return buildOne({ ...raw, quantisation: all }, ctx, []);
  }
}

function buildOne<T extends RawTowers>(
  raw: T,
  ctx: TowerContext,
  at: readonly PropertyKey[],
  all?: AllTowers,
): BuiltOf<T>;
function buildOne(
  { quantisation: own, ...raw }: RawTowers,
  ctx: TowerContext,
  at: readonly PropertyKey[],
  all?: AllTowers,
): BuiltTower {
  switch (raw.family) {
    case "vit":
      return { ...raw, vision: buildVision(stored(raw.vision, "vision", own, all), ctx, at) };
    case "bert":
      return { ...raw, text: buildText(stored(raw.text, "text", own, all), ctx, at) };
    case "decoder":
      return { ...raw, text: buildText(stored(raw.text, "text", own, all), ctx, at) };
    case "encoder-decoder": {
      if ((raw.encoder.audio === undefined) !== raw.encoder.vocabulary > 0) {
        const message = "needs a vocabulary or audio, and not both";
        refuse(ctx, "spec/inconsistent", message, null, [...at, "encoder"]);
      }
      const encoder = buildText(stored(raw.encoder, "encoder", own, all), ctx, at, "encoder");
      const decoder = buildText(stored(raw.decoder, "decoder", own, all), ctx, at, "decoder");
      return { ...raw, encoder, decoder };
    }
  }
}

type BuiltTower = Extract<ModelSpec, { family: RawTowers["family"] }>;
type BuiltOf<T extends RawTowers> = Extract<BuiltTower, { family: T["family"] }>;

export const modelSchema = rawModelSchema.transform((raw, ctx) => {
  const model = build(raw, ctx);
  for (const { path, message } of modelProblems(model)) refuse(ctx, "spec/inconsistent", message, null, [...path]);
  return deepFreeze(model);
});
