import { modelFields as f } from "./model-schema.ts";
import { perLayer } from "./model-build.ts";
import type { ModelSpec, Tower } from "./model.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";

type TowerName = "text" | "vision";
type PerLayer = number | readonly number[];

const isRefusal = (value: object): value is Refusal => "refused" in value;

/** Specs with one tower changed. */
export function changeTower(specs: SpecSet, name: TowerName, change: (tower: Tower) => Partial<Tower> | Refusal) {
  const { model } = specs;
  const tower = towerOf(model, name);
  if (!tower) return refusal(`cannot be set: the model ${model.name} has no ${name} tower`);
  const changed = change(tower);
  if (isRefusal(changed)) return changed;
  return { ...specs, model: { ...model, [name]: { ...tower, ...changed } } as ModelSpec };
}

function towerOf(model: ModelSpec, name: TowerName): Tower | undefined {
  if (name === "text") return "text" in model ? model.text : undefined;
  return "vision" in model ? model.vision : undefined;
}

/** The first `count` values, the last one repeated where there are too few. */
function resize(values: readonly number[], count: number): readonly number[] {
  return Array.from({ length: count }, (_, layer) => values[Math.min(layer, values.length - 1)] ?? 1);
}

const withLayers = (tower: Tower, layers: number): Partial<Tower> => ({
  layers,
  ffn: resize(tower.ffn, layers),
  heads: resize(tower.heads, layers),
  kvHeads: resize(tower.kvHeads, layers),
});

function filled(tower: Tower, value: PerLayer): readonly number[] | Refusal {
  const count = typeof value === "number" ? 1 : value.length;
  return perLayer(value, tower.layers) ?? refusal(`holds ${count} values, but the tower has ${tower.layers} layers`);
}

function withFfn(tower: Tower, value: PerLayer): Partial<Tower> | Refusal {
  const ffn = filled(tower, value);
  return isRefusal(ffn) ? ffn : { ffn };
}

/** Key-value heads follow where each head has its own; where heads share them, they stay. */
export function withHeads(tower: Tower, value: PerLayer): Partial<Tower> | Refusal {
  const heads = filled(tower, value);
  if (isRefusal(heads)) return heads;
  const isGrouped = tower.heads.some((count, layer) => count !== tower.kvHeads[layer]);
  return groupsOf(heads, isGrouped ? tower.kvHeads : heads);
}

function withKvHeads(tower: Tower, value: PerLayer): Partial<Tower> | Refusal {
  const kvHeads = filled(tower, value);
  return isRefusal(kvHeads) ? kvHeads : groupsOf(tower.heads, kvHeads);
}

function groupsOf(heads: readonly number[], kvHeads: readonly number[]): Partial<Tower> | Refusal {
  const layer = heads.findIndex((count, at) => count % (kvHeads[at] ?? 1) !== 0);
  if (layer === -1) return { heads, kvHeads };
  return refusal(`leaves ${heads[layer]} heads to ${kvHeads[layer]} key-value heads, which is no whole group`);
}

function towerPaths(name: TowerName): readonly SetPath[] {
  const path = (field: string) => `model.${name}.${field}`;
  const perLayerNote = "one for all layers, or a list; .1-6 behind the path: of layers 1 to 6";
  return [
    setPath(path("layers"), `Layers of the ${name} tower`, "12", f.layers, (specs, layers) =>
      changeTower(specs, name, (tower) => withLayers(tower, layers)),
    ),
    setPath(path("hidden"), "Hidden size (embedding width); the head size stays", "512", f.hidden, (specs, hidden) =>
      changeTower(specs, name, () => ({ hidden })),
    ),
    setPath(path("ffn"), `Inner size of the FFN, ${perLayerNote}`, "2048", f.ffn, (specs, ffn) =>
      changeTower(specs, name, (tower) => withFfn(tower, ffn)),
    ),
    setPath(path("heads"), `Attention heads, ${perLayerNote}`, "8", f.heads, (specs, heads) =>
      changeTower(specs, name, (tower) => withHeads(tower, heads)),
    ),
    setPath(path("kvHeads"), `Key-value heads, ${perLayerNote}`, "4", f.heads, (specs, heads) =>
      changeTower(specs, name, (tower) => withKvHeads(tower, heads)),
    ),
    setPath(path("headSize"), "Size of one head", "64", f.headSize, (specs, headSize) =>
      changeTower(specs, name, () => ({ headSize })),
    ),
    setPath(path("tokens"), "Tokens of one input", name === "text" ? "77" : "197", f.tokens, (specs, tokens) =>
      changeTower(specs, name, () => ({ tokens })),
    ),
  ];
}

function decoderPath(field: "contextTokens" | "generatedTokens", description: string): SetPath {
  return setPath(`model.${field}`, description, "128", f[field], (specs, tokens) => {
    if (specs.model.family !== "decoder") {
      return refusal(`cannot be set: the model ${specs.model.name} is no decoder`);
    }
    return { ...specs, model: { ...specs.model, [field]: tokens } };
  });
}

/** The order matters: layers come before what is given per layer, heads before key-value heads. */
export const modelPaths: readonly SetPath[] = [
  ...towerPaths("text"),
  ...towerPaths("vision"),
  decoderPath("contextTokens", "Tokens in the KV cache before the prompt"),
  decoderPath("generatedTokens", "Tokens generated after the prompt"),
];
