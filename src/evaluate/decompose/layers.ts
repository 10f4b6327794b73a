import { createRandom } from "../../random/index.ts";
import type { ModelSpec } from "../../spec/model.ts";
import { layerPath } from "../../spec/set-layers.ts";
import { capacityOf, changeOf, hashWeights, LayersNotApart, applyChange, numbersOf } from "./layer-numbers.ts";
import { towerPart, type ModelPart, type Running } from "./model-parts.ts";
import type { LayerSlot, PartPoint, Refused } from "./types.ts";

/** What is set for a whole tower, a setting of every slot beside it, and what each other setting changes. */
export interface LayeredStart {
  readonly reference: Variation;
  /** Settings of each slot that fit the model; the reference has one of each. */
  readonly slots: readonly (readonly Variation[])[];
}

/** An option of which all others of a start differ in one slot at a time. */
export interface Variation {
  /** What the start or the slot sets. */
  readonly point: PartPoint;
  readonly model: ModelSpec;
  /** Place among all models of the tower that are looked at. */
  readonly place: number;
}
/**
 * Starts of a layered tower. What a start or a setting of a slot breaks by itself, every option with it breaks.
 *
 * @param specsAt applies a point; throws what `refusalOf` tells the reason of
 */
export function readStarts(
  points: readonly PartPoint[],
  slots: readonly LayerSlot[],
  modelAt: (point: PartPoint) => ModelSpec,
  refusalOf: (error: unknown) => string | null,
): {
  readonly starts: readonly LayeredStart[];
  readonly models: readonly ModelSpec[];
  readonly refused: readonly Refused[];
} {
  const models: ModelSpec[] = [];
  const reasons = new Map<string, number>();
  const attempt = (point: PartPoint, optionCount: number): ModelSpec | null => {
    try {
      return modelAt(point);
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === null) throw error;
      reasons.set(reason, (reasons.get(reason) ?? 0) + optionCount);
      return null;
    }
  };
  const sizes = slots.map(({ length }) => length);
  const product = (counts: readonly number[]): number => counts.reduce((all, count) => all * count, 1);
  const starts: LayeredStart[] = [];
  for (const point of points) {
    if (attempt(point, product(sizes)) === null) continue;
    const fitting: number[] = [];
    const kept = slots.map((settings, s) => {
      const others = product(fitting) * product(sizes.slice(s + 1));
      const alone = settings.flatMap((setting) => {
        const model = attempt({ ...point, ...setting }, others);
        return model === null ? [] : [{ setting, capacity: capacityOf(model) }];
      });
      fitting.push(alone.length);
      return alone;
    });
    if (kept.some(({ length }) => length === 0)) continue;
    const least = kept.map((alone) => alone.reduce((a, b) => (b.capacity < a.capacity ? b : a)).setting);
    const merged = Object.assign({}, ...least) as PartPoint;
    const variation = (changed: PartPoint, own: PartPoint): Variation => {
      const model = modelAt({ ...point, ...merged, ...changed });
      return { point: own, model, place: models.push(model) - 1 };
    };
    const reference = variation({}, point);
    starts.push({
      reference,
      slots: kept.map((alone, s) =>
        alone.map(({ setting }) =>
          setting === least[s] ? { ...reference, point: setting } : variation(setting, setting),
        ),
      ),
    });
  }
  return { starts, models, refused: [...reasons].map(([reason, count]) => ({ reason, count })) };
}
/** Options drawn at random that are looked at as a whole, of each start. */
const SAMPLES = 8;

/**
 * Looks at some options as a whole: what they have must be what their layers add up to. Beside random ones these are, where layers could
 * depend on each other: two neighbours that change together, and all layers with one value, for every value.
 *
 * @param modelAt applies a point to the base of the study
 * @param partsOf the parts of models, for each batch that the study has
 * @throws LayersNotApart where layers depend on each other
 */
export function checkLayers(
  starts: readonly LayeredStart[],
  modelAt: (point: PartPoint) => ModelSpec,
  partsOf: (models: readonly ModelSpec[]) => readonly (readonly ModelPart[])[],
): void {
  const random = createRandom(1);
  for (const start of starts) {
    const { reference, slots } = start;
    const any = (s: number): number => random.below(slots[s]!.length);
    const own = slots.map((settings) => settings.findIndex(({ place }) => place === reference.place));
    const neighbours = slots
      .slice(1)
      .map((_, s) => own.map((place, at) => (at === s || at === s + 1 ? any(at) : place)));
    const drawn = Array.from({ length: SAMPLES }, () => slots.map((_, s) => any(s)));
    const samples = [...neighbours, ...drawn, ...uniformSettings(start, own)];
    const wholes = samples.map((settings) => modelAt(pointOfSettings(start, settings)));
    const used = [...new Set(samples.flatMap((settings) => settings.map((each, s) => slots[s]![each]!)))];
    const models = [reference.model, ...used.map(({ model }) => model), ...wholes];
    const { numbers } = numbersOf(models, partsOf(models));
    const base = numbers[0]!;
    const weights = hashWeights(base.sums.length);
    const changes = new Map(used.map((each, i) => [each, changeOf(base, numbers[1 + i]!, weights)]));
    for (const [i, settings] of samples.entries()) {
      const sum = { sums: base.sums.slice(), peaks: base.peaks.slice() };
      for (const [s, each] of settings.entries()) applyChange(sum, changes.get(slots[s]![each]!)!);
      const whole = numbers[1 + used.length + i]!;
      if (sum.sums.join() === whole.sums.join() && sum.peaks.join() === whole.peaks.join()) continue;
      throw new LayersNotApart(
        "what a layer costs depends on other layers, as where a format that all of them have is that of the whole tower",
      );
    }
  }
}

/** Whether two models have the same operators, each as often, and the same sizes: then they cost the same on every chip. */
export function sameOperators(one: ModelSpec, other: ModelSpec, running: Running): boolean {
  const models = [one, other];
  const sides = ([0, 1] as const).map((side) => models.map((model) => towerPart(model, side, running)));
  const { numbers } = numbersOf(models, sides);
  return numbers[0]!.sums.join() === numbers[1]!.sums.join() && numbers[0]!.peaks.join() === numbers[1]!.peaks.join();
}

/** For each value that a parameter has in some layer, the settings that have it wherever they can. */
function uniformSettings({ slots }: LayeredStart, own: readonly number[]): readonly (readonly number[])[] {
  const valueOf = ([path, value]: readonly [string, unknown]): string =>
    `${layerPath(path)?.whole ?? path} ${String(value)}`;
  const valuesOf = ({ point }: Variation): readonly string[] => Object.entries(point).map(valueOf);
  const values = new Set(slots.flat().flatMap(valuesOf));
  return [...values].map((value) =>
    slots.map((settings, s) => {
      const at = settings.findIndex((setting) => valuesOf(setting).includes(value));
      return at < 0 ? own[s]! : at;
    }),
  );
}
/** What an option sets that has these settings. */
export function pointOfSettings({ reference, slots }: LayeredStart, settings: ArrayLike<number>): PartPoint {
  return Object.assign({}, reference.point, ...slots.map((own, s) => own[settings[s]!]!.point)) as PartPoint;
}
