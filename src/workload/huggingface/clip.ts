import type { ClipModel } from "../../spec/model.ts";
import { isRecord, count, optionalCount, noteUnread, type ConfigReader } from "./reader.ts";
import type { Common } from "./common.ts";
import { clipTextTower, clipVisionTower, plainTower, SIGLIP_VISION, siglipVision } from "./vision.ts";

/** CLIPConfig. Newer files hold only what differs from the defaults, which are those of ViT-B/32. */
export function readClip(reader: ConfigReader, common: Common): ClipModel {
  const [textReader, visionReader] = [section(reader, "text_config"), section(reader, "vision_config")];
  const text = clipTextTower(textReader);
  const vision = clipVisionTower(visionReader);
  finish(textReader, visionReader);
  return { ...common, family: "clip", text, vision, embedding: count(reader, ["projection_dim"], 512) };
}

/** SiglipConfig: a biased head on the last text token, no projection of the image, an offset of the similarities. */
export function readSiglip(reader: ConfigReader, common: Common): ClipModel {
  const [textReader, visionReader] = [section(reader, "text_config"), section(reader, "vision_config")];
  const vision = siglipVision(visionReader);
  const tower = plainTower(textReader, SIGLIP_VISION);
  const tokens = count(textReader, ["max_position_embeddings"], 64);
  const vocabulary = count(textReader, ["vocab_size"], 32000);
  const embedding = optionalCount(textReader, ["projection_size"]) ?? tower.hidden;
  if (embedding !== vision.hidden)
    reader.problems.push(
      `text_config.projection_size is ${embedding}, but the vision tower gives ${vision.hidden} values.`,
    );
  finish(textReader, visionReader);
  return {
    ...common,
    family: "clip",
    text: { ...tower, tokens, causal: false, vocabulary, pooling: "last", projection: "bias" },
    vision: { ...vision, patchBias: true, embeddingNorm: false, projection: "none" },
    embedding,
    similarityBias: true,
  };
}

/** `text_config`, over which old files lay `text_config_dict`. */
function section(reader: ConfigReader, name: string): ConfigReader {
  for (const key of [name, `${name}_dict`]) reader.asked.add(key);
  const parts = [reader.config[name], reader.config[`${name}_dict`]];
  if (!parts.some(isRecord)) reader.problems.push(`${name} is missing.`);
  return { ...reader, config: Object.assign({}, ...parts.filter(isRecord)), path: `${name}.`, asked: new Set() };
}

/** `projection_dim` of a tower is that of the whole. */
function finish(...readers: readonly ConfigReader[]): void {
  for (const reader of readers) {
    reader.asked.add("projection_dim");
    noteUnread(reader);
  }
}
