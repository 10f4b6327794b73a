import { square } from "../../math/index.ts";
import type { ClipModel, TextTower, Tower, VisionTower } from "../../spec/model.ts";
import { activation, count, headSizeOf, isRecord, layerCount, perLayer, type ConfigReader } from "./reader.ts";
import type { Common } from "./common.ts";

/** CLIPConfig. Newer files hold only what differs from the defaults, which are those of ViT-B/32. */
export function readClip(reader: ConfigReader, common: Common): ClipModel {
  const text = readText(section(reader, "text_config"));
  const vision = readVision(section(reader, "vision_config"));
  return { ...common, family: "clip", text, vision, embedding: count(reader, ["projection_dim"], 512) };
}

/** `text_config`, over which old files lay `text_config_dict`. */
function section(reader: ConfigReader, name: string): ConfigReader {
  const parts = [reader.config[name], reader.config[`${name}_dict`]];
  if (!parts.some(isRecord)) reader.problems.push(`${name} is missing.`);
  return { ...reader, config: Object.assign({}, ...parts.filter(isRecord)), path: `${name}.` };
}

function readText(reader: ConfigReader): TextTower {
  return {
    ...readTower(reader, { hidden: 512, layers: 12, heads: 8, ffn: 2048 }),
    tokens: count(reader, ["max_position_embeddings"], 77),
    causal: true,
    vocabulary: count(reader, ["vocab_size"], 49408),
  };
}

function readVision(reader: ConfigReader): VisionTower {
  const imageSize = count(reader, ["image_size"], 224);
  const patchSize = count(reader, ["patch_size"], 32);
  return {
    ...readTower(reader, { hidden: 768, layers: 12, heads: 12, ffn: 3072 }),
    tokens: square(Math.floor(imageSize / patchSize)) + 1,
    causal: false,
    imageSize,
    patchSize,
    channels: count(reader, ["num_channels"], 3),
  };
}

function readTower(
  reader: ConfigReader,
  defaults: { readonly hidden: number; readonly layers: number; readonly heads: number; readonly ffn: number },
): Omit<Tower, "tokens" | "causal"> {
  const hidden = count(reader, ["hidden_size"], defaults.hidden);
  const layers = layerCount(reader, ["num_hidden_layers"], defaults.layers);
  const heads = count(reader, ["num_attention_heads"], defaults.heads);
  return {
    layers,
    hidden,
    ffn: perLayer(layers, count(reader, ["intermediate_size"], defaults.ffn)),
    heads: perLayer(layers, heads),
    kvHeads: perLayer(layers, heads),
    headSize: headSizeOf(reader, hidden, heads),
    activation: activation(reader, ["hidden_act"], "quick_gelu"),
    gated: false,
    normalisation: "layernorm",
    normPosition: "pre",
    position: "learned",
    bias: true,
  };
}
