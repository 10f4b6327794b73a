/** Shape of a named dual encoder. FFN size is `ffn`, head size is hidden / heads. Source: OpenCLIP model_configs, timm for SigLIP and EVA. */
export interface Architecture {
  readonly text: ArchitectureTower;
  readonly vision: ArchitectureTower & { readonly patch: number; readonly imageSize: number };
  readonly embedding: number;
}
export interface ArchitectureTower {
  readonly layers: number;
  readonly hidden: number;
  readonly ffn: number;
  readonly heads: number;
}

type Row = readonly [name: string, text: Size, vision: Size, patch: number, embedding: number];
type Size = readonly [layers: number, hidden: number, ffn: number, heads: number];

const TEXT_S: Size = [12, 384, 1536, 6];
const TEXT_B: Size = [12, 512, 2048, 8];
const TEXT_L: Size = [12, 768, 3072, 12];
const TEXT_H: Size = [24, 1024, 4096, 16];
const TEXT_G: Size = [32, 1280, 5120, 20];
const TEXT_SO: Size = [27, 1152, 4304, 16];
const VISION_S: Size = [12, 384, 1536, 6];
const VISION_M: Size = [12, 512, 2048, 8];
const VISION_B: Size = [12, 768, 3072, 12];
const VISION_L: Size = [24, 1024, 4096, 16];
const VISION_H: Size = [32, 1280, 5120, 16];

const ROWS: readonly Row[] = [
  ["vit-s-16", TEXT_S, VISION_S, 16, 384],
  ["vit-s-32", TEXT_S, VISION_S, 32, 384],
  ["vit-m-16", TEXT_B, VISION_M, 16, 512],
  ["vit-m-32", TEXT_B, VISION_M, 32, 512],
  ["vit-b-16", TEXT_B, VISION_B, 16, 512],
  ["vit-b-32", TEXT_B, VISION_B, 32, 512],
  ["vit-b-16-plus", [12, 640, 2560, 10], [12, 896, 3584, 14], 16, 640],
  ["vit-b-32-plus", [12, 640, 2560, 10], [12, 896, 3584, 14], 32, 640],
  ["vit-b-16-siglip", TEXT_L, VISION_B, 16, 768],
  ["vit-b-16-siglip-i18n", TEXT_L, VISION_B, 16, 768],
  ["vit-b-16-siglip2", TEXT_L, VISION_B, 16, 768],
  ["vit-b-32-siglip2", TEXT_L, VISION_B, 32, 768],
  ["vit-l-14", TEXT_L, VISION_L, 14, 768],
  ["vit-l-14-clipa", TEXT_L, VISION_L, 14, 768],
  ["vit-l-16", TEXT_L, VISION_L, 16, 768],
  ["vit-l-16-siglip", TEXT_H, VISION_L, 16, 1024],
  ["vit-l-16-siglip2", TEXT_H, VISION_L, 16, 1024],
  ["vit-h-14", TEXT_H, VISION_H, 14, 1024],
  ["vit-h-14-clipa", TEXT_H, VISION_H, 14, 1024],
  ["vit-h-16", TEXT_H, VISION_H, 16, 1024],
  ["vit-g-14", TEXT_H, [40, 1408, 6144, 16], 14, 1024],
  ["vit-bigg-14", TEXT_G, [48, 1664, 8192, 16], 14, 1280],
  ["vit-bigg-14-clipa", TEXT_G, [48, 1664, 8192, 16], 14, 1280],
  ["vit-so400m-14-siglip", TEXT_SO, [27, 1152, 4304, 16], 14, 1152],
  ["vit-so400m-14-siglip2", TEXT_SO, [27, 1152, 4304, 16], 14, 1152],
  ["vit-so400m-16-siglip2", TEXT_SO, [27, 1152, 4304, 16], 16, 1152],
  ["vit-gopt-16-siglip2", TEXT_SO, [40, 1536, 6144, 16], 16, 1152],
  ["eva02-b-16", TEXT_B, [12, 768, 2048, 12], 16, 512],
  ["eva02-l-14", TEXT_L, [24, 1024, 2730, 16], 14, 768],
  ["eva02-e-14", TEXT_H, [64, 1792, 15360, 16], 14, 1024],
  ["eva02-e-14-plus", TEXT_G, [64, 1792, 15360, 16], 14, 1024],
  ["eva01-g-14", TEXT_L, [40, 1408, 6144, 16], 14, 1024],
  ["eva01-g-14-plus", TEXT_H, [40, 1408, 6144, 16], 14, 1024],
  ["mobileclip-b", TEXT_B, VISION_B, 16, 512],
  ["mobileclip2-b", TEXT_B, VISION_B, 16, 512],
  ["mobileclip-l-14", TEXT_L, VISION_L, 14, 768],
  ["mobileclip2-l-14", TEXT_L, VISION_L, 14, 768],
];

const tower = ([layers, hidden, ffn, heads]: Size): ArchitectureTower => ({ layers, hidden, ffn, heads });

const BY_NAME: ReadonlyMap<string, Architecture> = new Map(
  ROWS.map(([name, text, vision, patch, embedding]) => [
    name,
    { text: tower(text), vision: { ...tower(vision), patch, imageSize: 224 }, embedding },
  ]),
);

/**
 * The architecture that a family name such as `ViT-B-16-quickgelu` or `ViT-L-14-336` stands for; undefined when unknown.
 * `-quickgelu` and a trailing image size are read off the name.
 */
export function architectureOf(family: string): Architecture | undefined {
  const plain = family
    .trim()
    .toLowerCase()
    .replaceAll("/", "-")
    .replace(/^clip-(?=vit)/, "")
    .replace(/^vit-(b|l|h|g|s|m)(\d)/, "vit-$1-$2")
    .replace(/-quickgelu$/, "");
  const sized = /^(.*)-(\d{3})$/.exec(plain);
  const found = BY_NAME.get(plain) ?? (sized ? BY_NAME.get(sized[1]!) : undefined);
  if (!found || !sized || BY_NAME.has(plain)) return found;
  return { ...found, vision: { ...found.vision, imageSize: Number(sized[2]) } };
}
