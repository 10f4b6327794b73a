import { sameOperators } from "../evaluate/index.ts";
import { FACTOR_NAMES } from "../cost/index.ts";
import { SpecError } from "../errors/index.ts";
import { createRandom, type Random } from "../random/index.ts";
import type { Point, Symmetry } from "../search/index.ts";
import {
  applySettings,
  layerPath,
  settingsOfPoint,
  type LayerPath,
  type ModelSpec,
  type SpaceParameter,
  type Study,
} from "../spec/index.ts";
import { isScheduled } from "./exact/split-space.ts";

/** Designs whose layers are put into another order, of each group. */
const SAMPLES = 12;

/**
 * Layers of a study that may change places: sizes of FFN, numbers of heads, or both together where only they do. Layers are alike where they
 * have the same lists, and where designs drawn at random have the same operators, each as often, and the same sizes with their layers in another
 * order. The predictor sees how many parameters the layers have, and not which; a program may see more, so that there its layers stay.
 */
export function symmetryOf(study: Study): Symmetry {
  if (study.accuracy?.evaluator === "command") return [];
  const isFree = ({ path, when }: SpaceParameter): boolean =>
    when === undefined && !study.space.some((other) => other.when?.path === path);
  const layers = study.space.flatMap((parameter): readonly LayerParameter[] => {
    const layer = layerPath(parameter.path);
    if (layer === null || !/^model\.\w+\.(ffn|heads)$/.test(layer.whole) || !isFree(parameter)) return [];
    const [, tower = ""] = layer.whole.split(".");
    // Where the depth varies, the last layers are not always there.
    return study.space.some(({ path, values }) => path === `model.${tower}.layers` && values.length > 1)
      ? []
      : [{ parameter, tower, ...layer }];
  });
  if (layers.length < 2) return [];
  const random = createRandom(1);
  const kindOf = ({ parameter, whole, first, last }: LayerParameter): unknown => [
    whole,
    last - first,
    parameter.values,
  ];
  return grouped(layers, ({ tower }) => tower).flatMap((tower) => {
    const alone = grouped(tower, kindOf).map((group) => group.map((each) => [each]));
    const together = grouped(
      grouped(tower, ({ first, last }) => [first, last]),
      (slot) => slot.map(kindOf),
    );
    const [several, joined] = [alone, together].map((groups) =>
      groups
        .filter((slots) => slots.length > 1)
        .map((slots) => slots.map((slot) => slot.map(({ parameter }) => parameter))),
    );
    const isKept = (slots: readonly Slot[]): boolean => isSymmetric(study, slots, random);
    // What goes with another parameter of its layer in one group does so in all.
    return (several!.every(isKept) ? several! : joined!.filter(isKept)).map(pathsOf);
  });
}

interface LayerParameter extends LayerPath {
  readonly parameter: SpaceParameter;
  readonly tower: string;
}

type Slot = readonly SpaceParameter[];

const pathsOf = (slots: readonly Slot[]): readonly (readonly string[])[] =>
  slots.map((slot) => slot.map(({ path }) => path));

function grouped<Item>(items: readonly Item[], of: (item: Item) => unknown): readonly (readonly Item[])[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = JSON.stringify(of(item));
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}

/** Whether designs with these slots in another order have the same operators, wherever their settings fit together. */
function isSymmetric(study: Study, slots: readonly Slot[], random: Random): boolean {
  const { specs, space } = study;
  const running = { batch: specs.deployment.batch, isChained: isScheduled(study) };
  const modelAt = (point: Point): ModelSpec | null => {
    try {
      return applySettings(specs, settingsOfPoint(point), FACTOR_NAMES).model;
    } catch (error) {
      if (error instanceof SpecError) return null;
      throw error;
    }
  };
  const models = space.filter(({ path, when }) => when === undefined && /^(model|quantisation|sparsity)\./.test(path));
  let seen = 0;
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const point = Object.fromEntries(models.map(({ path, values }) => [path, random.pick(values)]));
    const order = random.shuffle(slots);
    const moved = slots.flatMap((slot, s) => slot.map(({ path }, i) => [path, point[order[s]![i]!.path]!] as const));
    const [one, other] = [modelAt(point), modelAt({ ...point, ...Object.fromEntries(moved) })];
    if (one === null && other === null) continue;
    if (one === null || other === null || !sameOperators(one, other, running)) return false;
    seen += 1;
  }
  return seen > 0;
}
