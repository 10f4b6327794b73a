import { blockParameters } from "../../accuracy/index.ts";
import { createRandom } from "../../random/index.ts";
import { layerPath } from "../../spec/set-layers.ts";
import type { ModelSpec, Tower } from "../../spec/model.ts";
import { sumOfSizes, type StoredSize } from "../../workload/index.ts";
import { keyOf, type OptionOperators } from "./operator-table.ts";
import { liveOf, type ModelPart } from "./model-parts.ts";
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
 * Options that have the same operators, each as often, and the same sizes, so that they cost the same on every chip: mostly the
 * same settings of layers in another order.
 */
export interface OptionClass {
  readonly start: number;
  /** Setting of each slot, of the first of these options in the order of the space. */
  readonly settings: Int32Array;
  /** Options of the class, exact up to 2^53. */
  readonly count: number;
}

export class LayersNotApart extends Error {
  override readonly name = "LayersNotApart";
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

/** Parameters of the blocks of all towers of a model: what accuracy sees of its layers. */
export function capacityOf(model: ModelSpec): number {
  if (model.family === "towers") return model.towers.reduce((sum, part) => sum + capacityOf(part), 0);
  const named = model as Partial<Record<"text" | "vision" | "encoder" | "decoder", Tower>>;
  const towers = [named.text, named.vision, named.encoder, named.decoder];
  return towers.reduce((sum, tower) => sum + (tower === undefined ? 0 : blockParameters(tower)), 0);
}

/** A part in numbers: what adds up over the layers, and what is the largest of them. */
interface Numbers {
  readonly sums: Float64Array;
  readonly peaks: Float64Array;
}

/**
 * The classes of all options of a tower, start by start.
 *
 * @param partsByBatch parts of the models of `readStarts`, for each batch that the study has
 * @param most         classes that are made at most
 * @returns null where there are more
 * @throws LayersNotApart where a setting changes what is counted, and not how often
 */
export function classesOf(
  starts: readonly LayeredStart[],
  models: readonly ModelSpec[],
  partsByBatch: readonly (readonly ModelPart[])[],
  most: number,
): readonly OptionClass[] | null {
  const numbers = numbersOf(models, partsByBatch);
  const classes: OptionClass[] = [];
  for (const [start, { reference, slots }] of starts.entries()) {
    let states: readonly State[] = [{ settings: [], count: 1, ...numbers[reference.place]! }];
    for (const settings of slots) {
      const base = numbers[reference.place]!;
      const next = new Map<string, State>();
      for (const state of states)
        for (const [s, { place }] of settings.entries()) {
          const moved = movedBy(state, base, numbers[place]!);
          const key = `${moved.sums.join()};${moved.peaks.join()}`;
          const known = next.get(key);
          if (known !== undefined) known.count += state.count;
          else next.set(key, { ...moved, settings: [...state.settings, s], count: state.count });
          if (next.size + classes.length > most) return null;
        }
      states = [...next.values()];
    }
    for (const { settings, count } of states) classes.push({ start, settings: Int32Array.from(settings), count });
  }
  return classes;
}

interface State extends Numbers {
  readonly settings: readonly number[];
  count: number;
}

function movedBy(state: Numbers, base: Numbers, changed: Numbers): Numbers {
  if (changed.peaks.length !== state.peaks.length)
    throw new LayersNotApart("what lives beside a layer changes its kind");
  return {
    sums: state.sums.map((sum, i) => sum + (changed.sums[i]! - base.sums[i]!)),
    peaks: state.peaks.map((peak, i) => Math.max(peak, changed.peaks[i]!)),
  };
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
    const numbers = numbersOf(models, partsOf(models));
    const [base] = numbers;
    for (const [i, settings] of samples.entries()) {
      const sum = settings.reduce(
        (state: Numbers, each, s) => movedBy(state, base!, numbers[1 + used.indexOf(slots[s]![each]!)]!),
        base!,
      );
      const whole = numbers[1 + used.length + i]!;
      if (sum.sums.join() === whole.sums.join() && sum.peaks.join() === whole.peaks.join()) continue;
      throw new LayersNotApart(
        "what a layer costs depends on other layers, as where a format that all of them have is that of the whole tower",
      );
    }
  }
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

function numbersOf(models: readonly ModelSpec[], partsByBatch: readonly (readonly ModelPart[])[]): readonly Numbers[] {
  const keys = partsByBatch.map((parts) => [
    ...new Set(parts.flatMap(({ operators }) => operators.map((operator) => keyOf(operator)))),
  ]);
  const places = keys.map((list) => new Map(list.map((key, i) => [key, i])));
  return models.map((model, m) => {
    const sums: number[] = [capacityOf(model)];
    const peaks: number[] = [];
    for (const [b, parts] of partsByBatch.entries()) {
      const { operators, parameters, cache, peaks: own } = parts[m]!;
      const counts = new Float64Array(keys[b]!.length);
      for (const operator of operators) counts[places[b]!.get(keyOf(operator))!]! += operator.count;
      sums.push(...counts, parameters.bits, parameters.elements, cache.bits, cache.elements);
      peaks.push(...own.flatMap(({ bits, elements }) => [bits, elements]));
    }
    return { sums: Float64Array.from(sums), peaks: Float64Array.from(peaks) };
  });
}

/**
 * The operators of each class, from those of the models of `readStarts`.
 *
 * @param raw  operators of these models, as rows of one table
 * @param parts of the same models
 */
export function composedOptions(
  starts: readonly LayeredStart[],
  classes: readonly OptionClass[],
  raw: readonly OptionOperators[],
  parts: readonly ModelPart[],
): readonly OptionOperators[] {
  return classes.map(({ start, settings }) => {
    const { reference, slots } = starts[start]!;
    const base = reference.place;
    const chosen = slots.map((own, s) => own[settings[s]!]!.place).filter((place) => place !== base);
    const counts = new Map<number, number>();
    const add = ({ rows, counts: own }: OptionOperators, sign: number): void =>
      rows.forEach((row, i) => counts.set(row, (counts.get(row) ?? 0) + sign * own[i]!));
    add(raw[base]!, 1 - chosen.length);
    for (const place of chosen) add(raw[place]!, 1);
    const left = [...counts].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b);
    if (left.some(([, count]) => count < 0)) throw new LayersNotApart("a layer takes operators away from another one");
    return {
      rows: Int32Array.from(left, ([row]) => row),
      counts: Float64Array.from(left, ([, count]) => count),
      parameters: summed(parts, base, chosen, ({ parameters }) => parameters),
      live: liveOf({
        cache: summed(parts, base, chosen, ({ cache }) => cache),
        peaks: parts[base]!.peaks.map((peak, i) => ({
          bits: chosen.reduce((most, place) => Math.max(most, parts[place]!.peaks[i]!.bits), peak.bits),
          elements: chosen.reduce((most, place) => Math.max(most, parts[place]!.peaks[i]!.elements), peak.elements),
        })),
      }),
    };
  });
}

function summed(
  parts: readonly ModelPart[],
  base: number,
  chosen: readonly number[],
  of: (part: ModelPart) => StoredSize,
): StoredSize {
  const { bits, elements } = of(parts[base]!);
  const less = { bits: -bits, elements: -elements };
  return sumOfSizes(of(parts[base]!), ...chosen.map((place) => sumOfSizes(of(parts[place]!), less)));
}

/** What a class sets: the point of the first of its options. */
export function pointOfClass(starts: readonly LayeredStart[], { start, settings }: OptionClass): PartPoint {
  return pointOfSettings(starts[start]!, settings);
}

function pointOfSettings({ reference, slots }: LayeredStart, settings: ArrayLike<number>): PartPoint {
  return Object.assign({}, reference.point, ...slots.map((own, s) => own[settings[s]!]!.point)) as PartPoint;
}
