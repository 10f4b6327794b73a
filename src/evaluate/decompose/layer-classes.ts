import type { StoredSize } from "../../workload/index.ts";
import {
  applyChange,
  changeOf,
  hashWeights,
  LayersNotApart,
  type Change,
  type Layout,
  type Numbers,
} from "./layer-numbers.ts";
import { pointOfSettings, type LayeredStart } from "./layers.ts";
import { liveOf } from "./model-parts.ts";
import type { OptionOperators } from "./operator-table.ts";
import type { PartPoint } from "./types.ts";

/**
 * Options that have the same operators, each as often, and the same sizes, so that they cost the same on every chip: mostly the
 * same settings of layers in another order.
 */
export interface OptionClass extends Numbers {
  readonly start: number;
  /** Setting of each slot, of the first of these options layer by layer. */
  readonly settings: Int32Array;
  /** Options of the class, exact up to 2^53. */
  readonly count: number;
}
/**
 * The classes of all options of a tower, start by start.
 *
 * @param numbers of the models of `readStarts`
 * @param most    classes that are made at most
 * @returns null where there are more
 * @throws LayersNotApart where a setting changes what is counted, and not how often
 */
export function classesOf(
  starts: readonly LayeredStart[],
  numbers: readonly Numbers[],
  most: number,
): readonly OptionClass[] | null {
  const classes: OptionClass[] = [];
  const weights = hashWeights(numbers[0]?.sums.length ?? 0);
  for (const [start, { reference, slots }] of starts.entries()) {
    const base = numbers[reference.place]!;
    const whole = slots.map((settings) => settings.map(({ place }) => changeOf(base, numbers[place]!, weights)));
    const active = [...new Set(whole.flat().flatMap(({ places }) => [...places]))].sort((a, b) => a - b);
    const sums = Float64Array.from(active, (place) => base.sums[place]!);
    let states: readonly State[] = [{ sums, peaks: base.peaks, hash: 0, trail: null, count: 1 }];
    for (const changes of whole) {
      const next = createStates(sums.length, base.peaks.length);
      const own = changes.map((change) => ({ ...change, places: change.places.map((place) => active.indexOf(place)) }));
      for (const state of states)
        for (const [setting, change] of own.entries()) {
          next.add(state, setting, change);
          if (next.all.length + classes.length > most) return null;
        }
      states = next.all;
    }
    for (const state of states) {
      const all = base.sums.slice();
      for (const [i, place] of active.entries()) all[place] = state.sums[i]!;
      classes.push({ start, settings: settingsOf(state), count: state.count, sums: all, peaks: state.peaks });
    }
  }
  return classes;
}

/** Of the sums those that some setting of the start changes. */
interface State extends Numbers {
  /** Sum of the hashes of what has changed, modulo 2^32: equal states have equal hashes. */
  readonly hash: number;
  readonly trail: Trail | null;
  count: number;
}

/** The settings that led to a state, the last first. What states were passed on the way is not kept: there are many, and each has its sums. */
interface Trail {
  readonly setting: number;
  readonly before: Trail | null;
}

/** States of which no two are equal: one that comes again is counted. */
function createStates(sumCount: number, peakCount: number) {
  const all: State[] = [];
  const byHash = new Map<number, State[]>();
  const [sums, peaks] = [new Float64Array(sumCount), new Float64Array(peakCount)];
  const isEqual = (known: State): boolean => {
    for (let i = 0; i < sumCount; i += 1) if (known.sums[i] !== sums[i]) return false;
    for (let i = 0; i < peakCount; i += 1) if (known.peaks[i] !== peaks[i]) return false;
    return true;
  };
  return {
    all,
    add(state: State, setting: number, change: Change): void {
      const hash = (state.hash + change.hash) | 0;
      sums.set(state.sums);
      peaks.set(state.peaks);
      applyChange({ sums, peaks }, change);
      const bucket = byHash.get(hash);
      const known = bucket?.find(isEqual);
      if (known !== undefined) {
        known.count += state.count;
        return;
      }
      const { count } = state;
      const trail = { setting, before: state.trail };
      const fresh = { sums: sums.slice(), peaks: peaks.slice(), hash, trail, count };
      all.push(fresh);
      if (bucket === undefined) byHash.set(hash, [fresh]);
      else bucket.push(fresh);
    },
  };
}

function settingsOf(state: State): Int32Array {
  const settings: number[] = [];
  for (let at = state.trail; at !== null; at = at.before) settings.push(at.setting);
  return Int32Array.from(settings.reverse());
}
/**
 * The operators of each class.
 *
 * @param batch place among the study's
 * @param rowOf rows of a table by what operators are
 */
export function optionsOfClasses(
  classes: readonly OptionClass[],
  { batches }: Layout,
  batch: number,
  rowOf: ReadonlyMap<string, number>,
): readonly OptionOperators[] {
  const { keys, at, peaksAt, peakCounts } = batches[batch]!;
  const places = [...keys]
    .map(([key, place]) => ({ row: rowOf.get(key)!, place: at + place }))
    .sort((x, y) => x.row - y.row);
  return classes.map(({ sums, peaks: own }) => {
    const used = places.filter(({ place }) => sums[place] !== 0);
    if (used.some(({ place }) => sums[place]! < 0))
      throw new LayersNotApart("a layer takes operators away from another one");
    const size = (from: number): StoredSize => ({ bits: sums[from]!, elements: sums[from + 1]! });
    const [plain, fused] = peakCounts;
    const peaksFrom = (from: number, length: number): readonly StoredSize[] =>
      Array.from({ length }, (_, i) => ({
        bits: own[peaksAt + 2 * (from + i)]!,
        elements: own[peaksAt + 2 * (from + i) + 1]!,
      }));
    const peaks = { plain: peaksFrom(0, plain), fused: peaksFrom(plain, fused) };
    return {
      rows: Int32Array.from(used, ({ row }) => row),
      counts: Float64Array.from(used, ({ place }) => sums[place]!),
      parameters: size(at + keys.size),
      live: liveOf({ cache: size(at + keys.size + 2), peaks }),
    };
  });
}
/** What a class sets: the point of the first of its options. */
export function pointOfClass(
  starts: readonly LayeredStart[],
  { start, settings }: Pick<OptionClass, "start" | "settings">,
): PartPoint {
  return pointOfSettings(starts[start]!, settings);
}
