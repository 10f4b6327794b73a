import { architectureOf, type Architecture } from "./architectures.ts";

/** What is known of how a model was trained, in the words of the fit. */
export interface Training {
  /** The training set, as the fit names it. */
  readonly data: string;
  /** Every effect that applies; each was estimated with partial pooling, one that the fit has not seen counts zero. */
  readonly effects: readonly string[];
  /** Image-text pairs (or, for decoders, tokens) seen; null: unknown. */
  readonly samplesSeen: number | null;
  /** The model was cut from this one and fine-tuned; null: trained from scratch, or unknown. */
  readonly parent: Architecture | null;
}

const SAMPLES_BY_TAG: readonly (readonly [RegExp, number])[] = [
  [/^openai/, 12.8e9],
  [/^webli/, 40e9],
  [/^dfn5b/, 39e9],
  [/^(dfn2b|metaclip|datacomp1b|datacompdr|dfndr2b|laion2b$|laion400m|laionyfcc|yfcc|datacomp$)/, 13e9],
];

/** Samples written into an OpenCLIP tag (`laion2b_s34b_b88k`), else those published for it, else null. */
export function samplesOfTag(pretrained: string): number | null {
  const written = /_s(\d+(?:\.\d+)?)([bm])(?:_|$)/.exec(pretrained);
  if (written) return Number(written[1]) * (written[2] === "b" ? 1e9 : 1e6);
  for (const [pattern, samples] of SAMPLES_BY_TAG) if (pattern.test(pretrained)) return samples;
  return null;
}

function normalTag(pretrained: string): string {
  return pretrained
    .trim()
    .toLowerCase()
    .replaceAll("+", "")
    .replaceAll("-", "")
    .replace(/_e\d+$/, "");
}

/** The data set of a tag: sample counts, batch sizes, epochs and DataComp scales are read off. */
function dataOfTag(tag: string): string {
  if (/^datacomp(_|$)/.test(tag)) return "datacomp";
  const pool = /^commonpool_(?:s|m|l|xl)(?:_(clip|laion|image|text|basic))?(?:_|$)/.exec(tag);
  if (pool) return pool[1] ? `commonpool_${pool[1]}` : "commonpool";
  return tag.replace(/_s\d+(\.\d+)?[bm](_.*)?$/, "");
}

/** CarbonCLIP is DataComp's ViT-B, pruned: it has the effects of that model, so that cutting nothing gives that model. */
const CARBONCLIP_TAG = "tag:datacomp_xl_s13b_b90k";
const PRUNED_FAMILY = /^(carbonclip|tinyclip)/;

/** Whether a family name is one of the series made by pruning and fine-tuning. */
export function isPrunedSeries(family: string): boolean {
  return PRUNED_FAMILY.test(family.trim().toLowerCase());
}

/** Training of a dual encoder from its family name and OpenCLIP tag. */
export function clipTraining(family: string, pretrained: string, samplesSeen: number | null, patch: number): Training {
  const name = family.trim().toLowerCase();
  const pruned = PRUNED_FAMILY.exec(name)?.[1];
  if (pruned) {
    // The weights come from a parent trained long before; the short fine-tuning is not what `samples_seen` means here.
    const data = pruned === "carbonclip" ? "datacomp" : dataOfTag(normalTag(pretrained));
    const parent = architectureOf(patch > 16 ? "ViT-B-32" : "ViT-B-16")!;
    const effects = pruned === "carbonclip" ? [`data:${data}`, CARBONCLIP_TAG] : [`data:${data}`, `family:${pruned}`];
    return { data, effects, samplesSeen: 13e9, parent };
  }
  const tag = normalTag(pretrained);
  const data = dataOfTag(tag);
  const recipe = ["clipa", "siglip2", "siglip", "eva0", "mobileclip"].find((word) => name.includes(word));
  const effects = [`data:${data}`, `tag:${tag}`];
  if (recipe) effects.push(`family:${recipe}`);
  return { data, effects, samplesSeen: samplesSeen ?? samplesOfTag(tag), parent: architectureOf(family) ?? null };
}

/** Training of an image classifier from timm's names: every word of the tag and every marked word of the architecture. */
export function vitTraining(family: string, pretrained: string): Training {
  const words = pretrained.trim().toLowerCase().split(/[_.]/).filter(Boolean);
  const name = family
    .trim()
    .toLowerCase()
    .split(/[_\-.]/);
  const marks = ["deit", "deit3", "eva", "beit3", "flexivit", "distilled", "clip", "siglip", "gap", "rpn", "miil"];
  const data = words.join("_");
  const effects = [...new Set(words)].map((word) => `word:${word}`);
  for (const mark of marks) if (name.includes(mark)) effects.push(`family:${mark}`);
  return { data, effects: [...effects, `tag:${data}`], samplesSeen: null, parent: null };
}

/** Training of a text model; the family (`bert`, `pythia`, `opt`, `bloom`) and the corpus are the effects. */
export function textTraining(family: string, pretrained: string, samplesSeen: number | null): Training {
  const name = family.trim().toLowerCase();
  const data = pretrained.trim().toLowerCase();
  return { data: name, effects: [`family:${name}`, `data:${data}`], samplesSeen, parent: null };
}
