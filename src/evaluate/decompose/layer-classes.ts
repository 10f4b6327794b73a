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
import { liveOf, type LiveSizes } from "./model-parts.ts";
import type { OptionOperators } from "./operator-table.ts";
import type { PartPoint } from "./types.ts";

/**
 * Classes of options that have the same operators, each as often, and the same sizes, so that they cost the same on every chip: mostly the
 * same settings of layers in another order. They are tens of thousands, so each number of theirs stands in one array.
 */
export interface OptionClasses {
  readonly count: number;
  /** Options of each class, exact up to 2^53. */
  readonly optionCounts: Float64Array;
  readonly starts: Int32Array;
  /** Setting of each slot, of the first of the options layer by layer. */
  settingsOf(index: number): Int32Array;
  /** What adds up over the layers of one class; overwritten by the next call. */
  sumsOf(index: number): Float64Array;
  /** The largest of them. */
  peaksOf(index: number): Float64Array;
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
): OptionClasses | null {
  const parts: ClassesOfStart[] = [];
  const weights = hashWeights(numbers[0]?.sums.length ?? 0);
  let room = most;
  for (const { reference, slots } of starts) {
    const base = numbers[reference.place]!;
    const changes = slots.map((settings) => settings.map(({ place }) => changeOf(base, numbers[place]!, weights)));
    const part = classesOfStart(base, changes, room);
    if (part === null) return null;
    room -= part.states.count;
    parts.push(part);
  }
  return joined(parts);
}

/** The classes of one start: its last states, and the steps that led to them. */
interface ClassesOfStart {
  readonly base: Numbers;
  readonly active: readonly ActivePlace[];
  readonly states: States;
  /** Slot by slot, of each state that was made there. */
  readonly steps: readonly Steps[];
}

/** A place of the sums that some setting changes: always by so many times what one of the states' sums changes. */
interface ActivePlace {
  readonly place: number;
  readonly sum: number;
  readonly times: number;
}

function classesOfStart(base: Numbers, whole: readonly (readonly Change[])[], most: number): ClassesOfStart | null {
  const { active, told } = activePlaces(whole.flat());
  let states = createStates(told.length, base.peaks.length);
  states.peaks.set(base.peaks);
  states.optionCounts[0] = 1;
  states.count = 1;
  const steps: Steps[] = [];
  for (const changes of whole) {
    const next = statesAfter(
      states,
      changes.map((change) => changeOfSums(change, told)),
      most,
    );
    if (next === null) return null;
    steps.push(next.steps);
    states = next.states;
  }
  return { base, active, states, steps };
}

/**
 * The operators of one setting come and go together, so that a few sums tell states apart: those of which no other one is a whole multiple in
 * every change.
 */
function activePlaces(changes: readonly Change[]): {
  readonly active: readonly ActivePlace[];
  /** The place of each sum of the states. */
  readonly told: readonly number[];
} {
  const amounts = new Map<number, Float64Array>();
  for (const [c, change] of changes.entries())
    for (const [i, place] of change.places.entries()) {
      const own = amounts.get(place) ?? new Float64Array(changes.length);
      own[c] = change.amounts[i]!;
      amounts.set(place, own);
    }
  const sizeOf = (own: Float64Array): number => own.reduce((sum, amount) => sum + Math.abs(amount), 0);
  const order = [...amounts].sort(([p, x], [q, y]) => sizeOf(x) - sizeOf(y) || p - q);
  const sums: Float64Array[] = [];
  const told: number[] = [];
  const active = order.map(([place, own]): ActivePlace => {
    for (const [sum, least] of sums.entries()) {
      const at = least.findIndex((amount) => amount !== 0);
      const times = own[at]! / least[at]!;
      if (Number.isSafeInteger(times) && own.every((amount, c) => amount === times * least[c]!))
        return { place, sum, times };
    }
    told.push(place);
    return { place, sum: sums.push(own) - 1, times: 1 };
  });
  return { active, told };
}

/** A change of the sums of states. */
function changeOfSums(change: Change, told: readonly number[]): Change {
  const places = Int32Array.from(told.keys()).filter((sum) => change.places.includes(told[sum]!));
  const amounts = Float64Array.from(places, (sum) => change.amounts[change.places.indexOf(told[sum]!)]!);
  return { ...change, places, amounts };
}

/** What sums have changed by, and peaks, of states, row by row; room is doubled as it runs out. */
interface States {
  count: number;
  sums: Float64Array;
  peaks: Float64Array;
  optionCounts: Float64Array;
  /** Sum of the hashes of what has changed, modulo 2^32: equal states have equal hashes. */
  hashes: Int32Array;
}

/** The setting that led to a state, and the state before it. What states were passed on the way is not kept: there are many. */
interface Steps {
  settings: Uint16Array;
  before: Int32Array;
}

const ROOM = 64;

function createStates(width: number, peakCount: number): States {
  return {
    count: 0,
    sums: new Float64Array(ROOM * width),
    peaks: new Float64Array(ROOM * peakCount),
    optionCounts: new Float64Array(ROOM),
    hashes: new Int32Array(ROOM),
  };
}

/** The states that one more slot makes, of which no two are equal: one that comes again is counted. Null: there are more than `most`. */
function statesAfter(
  from: States,
  changes: readonly Change[],
  most: number,
): { readonly states: States; readonly steps: Steps } | null {
  const [width, peakCount] = [from.sums.length / from.hashes.length, from.peaks.length / from.hashes.length];
  const to = createStates(width, peakCount);
  const steps: Steps = { settings: new Uint16Array(ROOM), before: new Int32Array(ROOM) };
  // Open addressing, at most half full; 0 is free, else the state's place + 1.
  let table = new Int32Array(4 * ROOM);
  const sums = new Float64Array(width);
  const peaks = new Float64Array(peakCount);
  const isEqual = (place: number): boolean => {
    for (let i = 0, at = place * width; i < width; i += 1) if (to.sums[at + i] !== sums[i]) return false;
    for (let i = 0, at = place * peakCount; i < peakCount; i += 1) if (to.peaks[at + i] !== peaks[i]) return false;
    return true;
  };
  /** Where the state with these sums and peaks stands, or is free to stand. */
  const slotOf = (hash: number): number => {
    let slot = spread(hash) & (table.length - 1);
    while (table[slot] !== 0) {
      const place = table[slot]! - 1;
      if (to.hashes[place] === hash && isEqual(place)) return slot;
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  };
  const grow = (): void => {
    to.sums = doubled(to.sums, new Float64Array(2 * to.sums.length));
    to.peaks = doubled(to.peaks, new Float64Array(2 * to.peaks.length));
    to.optionCounts = doubled(to.optionCounts, new Float64Array(2 * to.optionCounts.length));
    to.hashes = doubled(to.hashes, new Int32Array(2 * to.hashes.length));
    steps.settings = doubled(steps.settings, new Uint16Array(2 * steps.settings.length));
    steps.before = doubled(steps.before, new Int32Array(2 * steps.before.length));
    table = new Int32Array(2 * table.length);
    for (let place = 0; place < to.count; place += 1) {
      let slot = spread(to.hashes[place]!) & (table.length - 1);
      while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1);
      table[slot] = place + 1;
    }
  };
  for (let before = 0; before < from.count; before += 1)
    for (const [setting, change] of changes.entries()) {
      for (let i = 0, at = before * width; i < width; i += 1) sums[i] = from.sums[at + i]!;
      for (let i = 0, at = before * peakCount; i < peakCount; i += 1) peaks[i] = from.peaks[at + i]!;
      applyChange({ sums, peaks }, change);
      const hash = (from.hashes[before]! + change.hash) | 0;
      let slot = slotOf(hash);
      if (table[slot] !== 0) {
        to.optionCounts[table[slot]! - 1]! += from.optionCounts[before]!;
        continue;
      }
      if (to.count === most) return null;
      if (to.count === to.hashes.length) {
        grow();
        slot = slotOf(hash);
      }
      const place = to.count;
      to.sums.set(sums, place * width);
      to.peaks.set(peaks, place * peakCount);
      to.hashes[place] = hash;
      to.optionCounts[place] = from.optionCounts[before]!;
      steps.settings[place] = setting;
      steps.before[place] = before;
      table[slot] = place + 1;
      to.count += 1;
    }
  return { states: to, steps };
}

/** Hashes of sums of few numbers differ in few bits: multiplied by the golden ratio they spread over a table (Knuth, vol. 3, 6.4). */
function spread(hash: number): number {
  const product = Math.imul(hash, 0x9e3779b1);
  return product ^ (product >>> 15);
}

function doubled<List extends Float64Array | Int32Array | Uint16Array>(from: List, to: List): List {
  to.set(from);
  return to;
}

function joined(parts: readonly ClassesOfStart[]): OptionClasses {
  const firsts = parts.map((_, start) => parts.slice(0, start).reduce((sum, { states }) => sum + states.count, 0));
  const count = parts.reduce((sum, { states }) => sum + states.count, 0);
  const starts = new Int32Array(count);
  const optionCounts = new Float64Array(count);
  for (const [start, { states }] of parts.entries()) {
    starts.fill(start, firsts[start]!, firsts[start]! + states.count);
    optionCounts.set(states.optionCounts.subarray(0, states.count), firsts[start]!);
  }
  const whole = new Float64Array(parts[0]?.base.sums.length ?? 0);
  const placeOf = (index: number): readonly [ClassesOfStart, number] => {
    const start = starts[index]!;
    return [parts[start]!, index - firsts[start]!];
  };
  return {
    ...{ count, optionCounts, starts },
    settingsOf(index) {
      const [{ steps }, last] = placeOf(index);
      const settings = new Int32Array(steps.length);
      for (let slot = steps.length - 1, place = last; slot >= 0; slot -= 1) {
        settings[slot] = steps[slot]!.settings[place]!;
        place = steps[slot]!.before[place]!;
      }
      return settings;
    },
    sumsOf(index) {
      const [{ base, active, states }, place] = placeOf(index);
      const first = place * (states.sums.length / states.hashes.length);
      whole.set(base.sums);
      for (const each of active) whole[each.place]! += each.times * states.sums[first + each.sum]!;
      return whole;
    },
    peaksOf(index) {
      const [{ base, states }, place] = placeOf(index);
      return states.peaks.subarray(place * base.peaks.length, (place + 1) * base.peaks.length);
    },
  };
}

/**
 * The operators of each class.
 *
 * @param batch place among the study's
 * @param rowOf rows of a table by what operators are
 */
export function optionsOfClasses(
  classes: OptionClasses,
  { batches }: Layout,
  batch: number,
  rowOf: ReadonlyMap<string, number>,
): readonly OptionOperators[] {
  const { keys, at, peaksAt, peakCounts } = batches[batch]!;
  const places = [...keys]
    .map(([key, place]) => ({ row: rowOf.get(key)!, place: at + place }))
    .sort((x, y) => x.row - y.row);
  const [plain, fused] = peakCounts;
  const lives = new Map<string, LiveSizes>();
  /** Few classes differ in what lives while they run. */
  const liveAt = (cache: StoredSize, peaks: Float64Array): LiveSizes => {
    const key = `${cache.bits} ${cache.elements} ${peaks.join()}`;
    const known = lives.get(key);
    if (known !== undefined) return known;
    const peaksFrom = (from: number, length: number): readonly StoredSize[] =>
      Array.from({ length }, (_, i) => ({ bits: peaks[2 * (from + i)]!, elements: peaks[2 * (from + i) + 1]! }));
    const live = liveOf({ cache, peaks: { plain: peaksFrom(0, plain), fused: peaksFrom(plain, fused) } });
    lives.set(key, live);
    return live;
  };
  return Array.from({ length: classes.count }, (_, index) => {
    const sums = classes.sumsOf(index);
    const used = places.filter(({ place }) => sums[place] !== 0);
    if (used.some(({ place }) => sums[place]! < 0))
      throw new LayersNotApart("a layer takes operators away from another one");
    const size = (from: number): StoredSize => ({ bits: sums[from]!, elements: sums[from + 1]! });
    const peaks = classes.peaksOf(index).subarray(peaksAt, peaksAt + 2 * (plain + fused));
    return {
      rows: used.map(({ row }) => row),
      counts: used.map(({ place }) => sums[place]!),
      parameters: size(at + keys.size),
      live: liveAt(size(at + keys.size + 2), peaks),
    };
  });
}

/** What a class sets: the point of the first of its options. */
export function pointOfClass(starts: readonly LayeredStart[], classes: OptionClasses, index: number): PartPoint {
  return pointOfSettings(starts[classes.starts[index]!]!, classes.settingsOf(index));
}
