import type { Tower } from "./model.ts";
import {
  isLayered,
  LAYERED_CLASSES,
  settableFormat,
  TENSOR_CLASSES,
  type Quantisation,
  type StoredFormat,
  type TensorClass,
} from "./quantisation.ts";
import { changeTower, changeTowers, isRefusal, TOWER_NAMES, type TowerName } from "./set-model.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";

export type LayeredClass = (typeof LAYERED_CLASSES)[number];

/** Layers, counted from 1. */
interface LayerRange {
  readonly first: number;
  readonly last: number;
}

const MEANING: Readonly<Record<TensorClass, string>> = {
  weights: "trained matrices",
  embedding: "tables of tokens and positions, and the patch product",
  head: "heads with a matrix of their own",
  norms: "other trained numbers: norms, biases, scales",
  activations: "what operators hand on",
  kv: "keys and values in the cache",
  sums: "partial sums",
};

/** The path that sets how a class is stored, in one tower or in all of them, in all layers or in some. */
export function quantisationPath(
  path: string,
  tower: TowerName | null,
  name: TensorClass,
  range: LayerRange | null = null,
): SetPath {
  const where = range !== null ? " in these layers" : isLayered(name) ? "; .1-6 behind the path: of layers 1 to 6" : "";
  const what = `Storage of ${MEANING[name]}${where}: bits, a word such as int4:128, or none for the hardware's`;
  return setPath(path, what, "8", settableFormat, (specs, format) => {
    const change = (quantisation: Quantisation | undefined, layers: number) =>
      withFormat(quantisation, layers, name, format, range);
    return tower === null ? changeAll(specs, change) : changeTower(specs, tower, (before) => changed(before, change));
  });
}

type Change = (quantisation: Quantisation | undefined, layers: number) => Quantisation | undefined | Refusal;

function changed(tower: Tower, change: Change): Partial<Tower> | Refusal {
  const quantisation = change(tower.quantisation, tower.layers);
  return quantisation !== undefined && isRefusal(quantisation) ? quantisation : { quantisation };
}

function withFormat(
  before: Quantisation | undefined,
  layers: number,
  name: TensorClass,
  format: StoredFormat | null,
  range: LayerRange | null,
): Quantisation | undefined | Refusal {
  if (range === null) return without({ ...before, [name]: format ?? undefined });
  if (range.last > layers) return refusal(`names layer ${range.last}, but the tower has ${layers} layers`);
  const own = (before as Readonly<Record<string, unknown>> | undefined)?.[name] ?? null;
  const each = (layer: number) => (Array.isArray(own) ? (own as readonly (StoredFormat | null)[])[layer]! : own);
  const formats = Array.from({ length: layers }, (_, layer) =>
    layer + 1 >= range.first && layer + 1 <= range.last ? format : (each(layer) as StoredFormat | null),
  );
  return without({ ...before, [name]: together(formats) });
}

/** One format where all layers have it, none where all have the hardware's. */
function together(
  formats: readonly (StoredFormat | null)[],
): StoredFormat | readonly (StoredFormat | null)[] | undefined {
  const texts = new Set(formats.map((format) => JSON.stringify(format)));
  return texts.size === 1 ? (formats[0] ?? undefined) : formats;
}

/** Without keys that say nothing; undefined where nothing is left, as in a file that says nothing. */
function without(quantisation: Readonly<Record<string, unknown>>): Quantisation | undefined {
  const said = Object.entries(quantisation).filter(([, value]) => value !== undefined);
  return said.length === 0 ? undefined : (Object.fromEntries(said) as Quantisation);
}

/** Every tower of a model, or the operators of a list. */
function changeAll(specs: SpecSet, change: Change): SpecSet | Refusal {
  const model = changeTowers(
    specs.model,
    (tower) => changed(tower, change),
    (list) => {
      const quantisation = change(list.quantisation, 0);
      return quantisation !== undefined && isRefusal(quantisation) ? quantisation : { ...list, quantisation };
    },
  );
  return isRefusal(model) ? model : { ...specs, model };
}

/** For all towers first, so that what is set of one tower refines it. */
export const quantisationPaths: readonly SetPath[] = [null, ...TOWER_NAMES].flatMap((tower) =>
  TENSOR_CLASSES.map((name) =>
    quantisationPath(tower === null ? `quantisation.${name}` : `quantisation.${tower}.${name}`, tower, name),
  ),
);
