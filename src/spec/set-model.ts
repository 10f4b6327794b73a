import { modelFields as f } from "./model-schema.ts";
import { perLayer, perLayerOf } from "./model-build.ts";
import type { AttentionKind, ModelSpec, OperatorsModel, Tower, TowerModel, TowersModel, VisionTower } from "./model.ts";
import { LAYERED_CLASSES, type Quantisation, type StoredFormat } from "./quantisation.ts";
import { activationThreshold } from "./activation-sparsity.ts";
import { builtReduction, reductionFields, resizedReduction, type TokenReduction } from "./token-reduction.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";

/** Towers that a path can name; a model has some of them. */
export const TOWER_NAMES = ["text", "vision", "encoder", "decoder"] as const;
export type TowerName = (typeof TOWER_NAMES)[number];
type PerLayer = number | readonly number[];

export const isRefusal = (value: object): value is Refusal => "refused" in value;

/** Specs with one tower changed; of a list of towers that of the first model that has it. */
export function changeTower(specs: SpecSet, name: TowerName, change: (tower: Tower) => Partial<Tower> | Refusal) {
  const { model } = specs;
  const changed = withTower(model, name, change);
  if (changed === null) return refusal(`cannot be set: the model ${model.name} has no ${name} tower`);
  return isRefusal(changed) ? changed : { ...specs, model: changed };
}

/**
 * A model with every tower changed, those of a list of towers too.
 *
 * @param ofOperators  what becomes of a list of operators, which has no towers
 */
export function changeTowers(
  model: ModelSpec,
  change: (tower: Tower) => Partial<Tower> | Refusal,
  ofOperators: (model: OperatorsModel) => ModelSpec | Refusal,
): ModelSpec | Refusal {
  if (model.family === "operators") return ofOperators(model);
  if (model.family === "towers") {
    const parts = model.towers.map((part) => changeTowers(part, change, ofOperators));
    return parts.find(isRefusal) ?? { ...model, towers: parts as readonly TowerModel[] };
  }
  let result: ModelSpec = model;
  for (const name of TOWER_NAMES) {
    const tower = (model as Partial<Record<TowerName, Tower>>)[name];
    if (tower === undefined) continue;
    const fields = change(tower);
    if (isRefusal(fields)) return fields;
    result = { ...result, [name]: { ...tower, ...fields } } as ModelSpec;
  }
  return result;
}

/** Null: no such tower. */
function withTower(
  model: ModelSpec,
  name: TowerName,
  change: (tower: Tower) => Partial<Tower> | Refusal,
): ModelSpec | Refusal | null {
  if (model.family === "towers") return withPart(model, (part) => withTower(part, name, change));
  const tower = (model as Partial<Record<TowerName, Tower>>)[name];
  if (tower === undefined) return null;
  const changed = change(tower);
  return isRefusal(changed) ? changed : ({ ...model, [name]: { ...tower, ...changed } } as ModelSpec);
}

/** A list of towers with the first part changed that can be. */
function withPart(
  model: TowersModel,
  change: (part: TowerModel) => ModelSpec | Refusal | null,
): TowersModel | Refusal | null {
  for (const [at, part] of model.towers.entries()) {
    const changed = change(part);
    if (changed === null) continue;
    if (isRefusal(changed)) return changed;
    return { ...model, towers: model.towers.map((each, index) => (index === at ? (changed as TowerModel) : each)) };
  }
  return null;
}

/** The first `count` values, the last one repeated where there are too few. */
function resize<T>(values: readonly T[], count: number): readonly T[] {
  return Array.from({ length: count }, (_, layer) => values[Math.min(layer, values.length - 1)]!);
}

const withLayers = (tower: Tower, layers: number): Partial<Tower> => ({
  layers,
  ffn: resize(tower.ffn, layers),
  heads: resize(tower.heads, layers),
  kvHeads: resize(tower.kvHeads, layers),
  ...(tower.attention === undefined ? {} : { attention: resize(tower.attention, layers) }),
  ...(tower.quantisation === undefined ? {} : { quantisation: resized(tower.quantisation, layers) }),
  ...reducedIn(tower, layers),
});

/** Token merging of a tower that gets another number of layers; nothing for a tower that keeps all tokens. */
function reducedIn(tower: Tower & Pick<Partial<VisionTower>, "tokenReduction">, layers: number): Partial<VisionTower> {
  const { tokenReduction } = tower;
  return tokenReduction === undefined ? {} : { tokenReduction: resizedReduction(tokenReduction, layers) };
}

/** Lists with one format a layer grow and shrink with the layers. */
function resized(quantisation: Quantisation, layers: number): Quantisation {
  const lists = LAYERED_CLASSES.flatMap((name) => {
    const formats = quantisation[name];
    return Array.isArray(formats) ? [[name, resize(formats as readonly (StoredFormat | null)[], layers)]] : [];
  });
  return { ...quantisation, ...Object.fromEntries(lists) } as Quantisation;
}

/** Where every layer sees everything, nothing is said, as in a file that says nothing. */
export function withAttention(tower: Tower, kinds: readonly AttentionKind[]): Partial<Tower> | Refusal {
  if (kinds.includes("recurrent") && tower.recurrent === undefined)
    return refusal("is recurrent, which needs the tower's section recurrent");
  return { attention: kinds.every((kind) => kind === "full") ? undefined : kinds };
}

function attentionOf(tower: Tower, value: AttentionKind | readonly AttentionKind[]): Partial<Tower> | Refusal {
  const kinds = perLayerOf(value, tower.layers);
  return kinds === undefined
    ? refusal(`holds ${value.length} values, but the tower has ${tower.layers} layers`)
    : withAttention(tower, kinds);
}

/** What the latent form of attention has in a field of its own. */
function unlessLatent(tower: Tower, change: Partial<Tower> | Refusal): Partial<Tower> | Refusal {
  return tower.latent === undefined ? change : refusal("has no effect on latent attention, which has sizes of its own");
}

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
      changeTower(specs, name, (tower) => unlessLatent(tower, withKvHeads(tower, heads))),
    ),
    setPath(path("headSize"), "Size of one head", "64", f.headSize, (specs, headSize) =>
      changeTower(specs, name, (tower) => unlessLatent(tower, { headSize })),
    ),
    setPath(path("attention"), `Keys that a query meets, ${perLayerNote}`, "window:4096", f.attention, (specs, kinds) =>
      changeTower(specs, name, (tower) => attentionOf(tower, kinds)),
    ),
    setPath(path("tokens"), "Tokens of one input", name === "vision" ? "197" : "77", f.tokens, (specs, tokens) =>
      changeTower(specs, name, () => ({ tokens })),
    ),
    setPath(
      path("activationSparsity.threshold"),
      "Activations of a smaller size are taken as zero at run time; between the thresholds that the tower's curve has",
      "0.01",
      activationThreshold,
      (specs, threshold) =>
        changeTower(specs, name, ({ activationSparsity: before }) =>
          before === undefined ? NO_CURVE : { activationSparsity: { ...before, threshold } },
        ),
    ),
  ];
}

/** What takes tokens away from layer to layer, of towers that have patches; whether they were trained so comes behind. */
const reductionPaths: readonly SetPath[] = [
  setPath(
    "model.vision.tokenReduction.merge",
    "Token merging: pairs of tokens merged in each layer, one number for all layers, or a list; 0: none",
    "13",
    reductionFields.merge,
    (specs, merge) =>
      changeReduction(specs, (before, layers) => {
        if (typeof merge === "object" && merge.length !== layers)
          return refusal(`holds ${merge.length} values, but the tower has ${layers} layers`);
        if (before !== undefined && "keep" in before) return refusal("merges tokens of a tower that prunes them");
        return builtReduction({ merge, retrained: before?.retrained ?? false }, layers);
      }),
  ),
  setPath(
    "model.vision.tokenReduction.keep",
    "Token pruning: share of the patches that stays at each of its layers; 1: all",
    "0.7",
    reductionFields.keep,
    (specs, keep) =>
      changeReduction(specs, (before, layers) => {
        if (before !== undefined && "merge" in before) return refusal("prunes tokens of a tower that merges them");
        return builtReduction({ retrained: false, ...before, keep }, layers);
      }),
  ),
  setPath(
    "model.vision.tokenReduction.retrained",
    "Whether the model was trained again with fewer tokens",
    "true",
    reductionFields.retrained,
    (specs, retrained) =>
      changeReduction(specs, (before) => (before === undefined ? ALL_TOKENS : { ...before, retrained })),
  ),
];

const NO_CURVE = refusal(
  "needs what was measured at each threshold: activationSparsity of the tower in its model file",
);
const ALL_TOKENS = refusal("says how a model with fewer tokens was trained, and none go: tokenReduction.merge or keep");

function changeReduction(
  specs: SpecSet,
  change: (before: TokenReduction | undefined, layers: number) => TokenReduction | undefined | Refusal,
): SpecSet | Refusal {
  return changeTower(specs, "vision", (tower) => {
    const reduction = change((tower as VisionTower).tokenReduction, tower.layers);
    if (reduction !== undefined && isRefusal(reduction)) return reduction;
    return { tokenReduction: reduction } as Partial<VisionTower>;
  });
}

function decoderPath(field: "contextTokens" | "generatedTokens", description: string): SetPath {
  return setPath(`model.${field}`, description, "128", f[field], (specs, tokens) => {
    const model = withField(specs.model, field, tokens);
    if (model === null) return refusal(`cannot be set: the model ${specs.model.name} is no decoder`);
    return isRefusal(model) ? model : { ...specs, model };
  });
}

function withField(
  model: ModelSpec,
  field: "contextTokens" | "generatedTokens",
  tokens: number,
): ModelSpec | Refusal | null {
  if (model.family === "towers") return withPart(model, (part) => withField(part, field, tokens));
  const isKnown = model.family === "decoder" || (model.family === "encoder-decoder" && field === "generatedTokens");
  if (!isKnown) return null;
  const hasHead = model.family !== "decoder" || (model.head !== "none" && model.classes === undefined);
  if (field === "generatedTokens" && tokens > 0 && !hasHead)
    return refusal(`cannot be set: the model ${model.name} has no language-model head`);
  return { ...model, [field]: tokens };
}

/** The order matters: layers come before what is given per layer, heads before key-value heads. */
export const modelPaths: readonly SetPath[] = [
  ...TOWER_NAMES.flatMap(towerPaths),
  ...reductionPaths,
  decoderPath("contextTokens", "Tokens in the KV cache before the prompt"),
  decoderPath("generatedTokens", "Tokens generated after the prompt"),
];
