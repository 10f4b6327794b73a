/** Columns of the flat form of a model, as `ecotile accuracy --input` reads them. */
export interface AccuracyColumn {
  readonly name: string;
  readonly description: string;
  /** Names that published tables use for the same thing. */
  readonly aliases: readonly string[];
  /** Whole numbers; null: text. */
  readonly range: { readonly low: number; readonly high: number } | null;
}

const text = (name: string, description: string, ...aliases: string[]): AccuracyColumn => ({
  name,
  description,
  aliases,
  range: null,
});
const count = (name: string, low: number, high: number, description: string, ...aliases: string[]): AccuracyColumn => ({
  name,
  description,
  aliases,
  range: { low, high },
});

export const accuracyColumns: readonly AccuracyColumn[] = [
  text(
    "family",
    "architecture or series: ViT-B-16, CarbonCLIP-S, TinyCLIP-39M/16, vit_base_patch16_224, bert, pythia",
    "arch",
  ),
  text("pretrained", "training tag as OpenCLIP or timm name it; empty: unknown", "pretrain_tag"),
  count(
    "samples_seen",
    0,
    1e15,
    "image-text pairs, or tokens of a decoder; 0 or empty: read from the tag, else unknown",
  ),
  ...towerColumns("text"),
  count("context", 1, 1e6, "text tokens; default 77 (dual encoder), 512 (bert), 2048 (decoder)", "context_length"),
  count("vocabulary", 2, 1e7, "default 49408; not used by the predictor", "vocab_size"),
  ...towerColumns("vision"),
  count("vision_patch", 1, 1024, "pixels a side of one patch", "patch_size", "patch"),
  count("image_size", 1, 16384, "pixels a side; default 224", "img_size"),
  count("embedding", 1, 1e6, "size of the shared space of a dual encoder; default the text tower's hidden size"),
];

function towerColumns(tower: "text" | "vision"): readonly AccuracyColumn[] {
  const timm = (alias: string): string[] => (tower === "vision" ? [alias] : []);
  return [
    count(`${tower}_layers`, 1, 1024, `layers of the ${tower} tower`, ...timm("depth")),
    count(`${tower}_hidden`, 1, 65536, "hidden size", `${tower}_width`, ...timm("width")),
    count(`${tower}_ffn`, 1, 262144, `FFN size; default hidden × ${tower}_mlp_ratio, else hidden × 4`),
    count(`${tower}_heads`, 1, 1024, "attention heads; default hidden / head size", ...timm("num_heads")),
    count(
      `${tower}_head_size`,
      1,
      4096,
      "default: hidden / heads; 64 for a pruned model, whose heads no longer span the hidden size",
      `${tower}_head_width`,
    ),
  ];
}
