import type { ClipModel } from "../../../src/spec/model.ts";
import { clip, clipTextTower, visionTower } from "../../unit/workload/models.ts";
import { numberOf, readRows, type Row } from "./reference.ts";

/** Plain ViT towers of both sides, as `model_configs` writes them: no timm or HuggingFace tower, no ResNet, no caption decoder. */
export function openClipModels(): ReadonlyMap<string, ClipModel> {
  const isPlain = (row: Row) =>
    row["timm_model"] === "" &&
    row["hf_text_model"] === "" &&
    /^ViT-/.test(row["model"]!) &&
    /^\d+$/.test(row["vision_layers"]!);
  return new Map(
    readRows("openclip-model-dims.csv")
      .filter(isPlain)
      .map((row) => [row["model"]!, modelOf(row)]),
  );
}

function modelOf(row: Row): ClipModel {
  const width = numberOf(row, "vision_width");
  const headSize = numberOf(row, "vision_head_width");
  const layers = numberOf(row, "vision_layers");
  const textWidth = numberOf(row, "text_width");
  const textLayers = numberOf(row, "text_layers");
  // OpenCLIP takes int(width · ratio).
  const inner = (hidden: number, ratio: string) => Math.floor(hidden * numberOf(row, ratio));
  return clip(
    clipTextTower(textLayers, textWidth, numberOf(row, "text_heads"), {
      tokens: numberOf(row, "context_length"),
      vocabulary: numberOf(row, "vocab_size"),
      ffn: Array.from({ length: textLayers }, () => inner(textWidth, "text_mlp_ratio")),
    }),
    visionTower(layers, width, width / headSize, numberOf(row, "patch_size"), {
      imageSize: numberOf(row, "image_size"),
      ffn: Array.from({ length: layers }, () => inner(width, "vision_mlp_ratio")),
    }),
    numberOf(row, "embed_dim"),
    row["model"]!,
  );
}
