import { FACTOR_NAMES, keepsUp } from "../cost/index.ts";
import { applySettings, settingsOfPoint } from "../spec/apply-settings.ts";
import { memoryCapacity } from "../spec/memory.ts";
import { isFused, isPlainSchedule } from "../spec/schedule.ts";
import type { SpecSet } from "../spec/settings.ts";
import { accuracyFrom, accuracyOf, type PartAccuracy } from "./decompose/accuracies.ts";
import { columnsOf } from "./decompose/columns.ts";
import { countDram, mostDramBytes } from "./decompose/dram.ts";
import { fixedOf, refusalOf, type Fixed } from "./decompose/fixed.ts";
import {
  ALL_LIVE,
  columnOfLimit,
  DUTY,
  FIRST_LIVE,
  FIXED_METRICS,
  isLargest,
  latencyLimitOf,
  partsOfLargest,
  SECOND_LIVE,
} from "./decompose/metrics.ts";
import { keyOf, towerCountOf } from "./decompose/model-parts.ts";
import { productsOf } from "./decompose/chain-costs.ts";
import {
  costsFrom,
  floorOfTable,
  leastCosts,
  simulateChains,
  simulateTable,
  workedCosts,
  workedLength,
  type ChainCosts,
  type OperatorCosts,
} from "./decompose/operator-costs.ts";
import { keptWeights, packedKept, unpackedKept, type KeptWeights } from "./decompose/kept-weights.ts";
import { createOperatorTable, workedRows, type OperatorTable } from "./decompose/operator-table.ts";
import { towerOptions, type TowerOptions } from "./decompose/tower-options.ts";
import type {
  Break,
  Columns,
  DecomposedLimit,
  DecompositionRequest,
  PartPoint,
  PointTables,
  Refused,
} from "./decompose/types.ts";

/**
 * A study as sums: latency and energy of a design are sums over the operators of its towers, and operators depend on few
 * parameters, so a space of billions of designs needs some hundred simulations a chip. Structurally what the search room
 * calls a decomposition.
 *
 * Mapping policy: the study's mapping objective for every operator; a design that misses a latency limit, or its rate, is
 * evaluated again with objective latency (`secondLook`).
 */
export interface StudyDecomposition {
  readonly hardwareCount: number;
  readonly optionCounts: readonly [number, number];
  /** How many options of the space each stands for, by tower; left out: one each. */
  readonly multiplicities?: readonly [Float64Array, Float64Array];
  readonly metrics: readonly string[];
  readonly accuracy: PartAccuracy | null;
  readonly limits: readonly DecomposedLimit[];
  /** @param made what an answer for this point has said it was made from: nothing is simulated then */
  tables(hardware: number, made?: Float64Array): PointTables;
  /** What no mapping can be below; null: ruled out before. */
  floor(hardware: number): Columns | null;
  /** What no mapping can be below on any of these points; null: they have no common floor, or one of them is ruled out before. */
  commonFloor(hardware: readonly number[]): Columns | null;
  readonly secondLook?: {
    readonly metrics: readonly string[];
    tables(hardware: number, a: Int32Array, b: Int32Array): Columns;
  };
  /** What an option of a tower sets: of several that cost the same, the first in the order of the space. */
  pointOf(side: 0 | 1, option: number): PartPoint;
  /** Options of each tower whose settings do not fit together, by reason. */
  readonly refused: readonly [readonly Refused[], readonly Refused[]];
  /** Distinct GEMMs over all options. */
  readonly shapeCount: number;
  /** Distinct chains of operators that a schedule may join; 0: operators run by themselves. */
  readonly chainCount: number;
  /** GEMMs simulated so far. */
  readonly simulationCount: number;
}

/** @throws AccuracyRefusal for a metric that the predictor does not know, or of another family */
export function createDecomposition(request: DecompositionRequest): StudyDecomposition {
  const { base, mapping, objectives, limits } = request;
  const specsAt = (point: PartPoint): SpecSet => applySettings(base, settingsOfPoint(point), FACTOR_NAMES);
  const isChained = mayJoin(request);
  const sides = towersOf(request, isChained, (point) => specsAt(point).model);
  const tables = new Map<number, OperatorTable>();
  const tableOf = ({ specs }: Fixed): OperatorTable => {
    const { batch } = specs.deployment;
    const table = tables.get(batch) ?? tableAt(batch);
    tables.set(batch, table);
    return table;
  };
  const tableAt = (batch: number): OperatorTable =>
    createOperatorTable(base.model, [sides[0].partsAt(batch), sides[1].partsAt(batch)], { batch, isChained });
  const wholeTable = tableAt(base.deployment.batch);
  tables.set(base.deployment.batch, wholeTable);

  const times = (a: number, b: number): number => (sides[0].counts?.[a] ?? 1) * (sides[1].counts?.[b] ?? 1);
  const own = ownLimits(request, wholeTable);
  const studyLimits = limits.filter(({ metric }) => !FIXED_METRICS.includes(metric));
  const asked = [...objectives, ...limits.map(columnOfLimit)];
  const metrics = [...new Set([...asked, ...own.map(({ metric }) => metric)])].filter(
    (metric) => metric !== "accuracy" && !isLargest(metric),
  );
  const slow = [...new Set([...studyLimits, ...own].map(columnOfLimit))].filter(
    (column) => column === "latency_s" || column === DUTY || latencyLimitOf(column) !== null,
  );
  const hasSecondLook = mapping.objective !== "latency" && slow.length > 0;
  let simulationCount = 0;

  const lately = new Map<number, ReturnType<typeof fixedOf>>();
  const fixedAt = (hardware: number): ReturnType<typeof fixedOf> => {
    const known = lately.get(hardware);
    if (known !== undefined) return known;
    const fixed = fixedOf(() => specsAt(request.hardware[hardware]!), asked, limits, request.worlds);
    if (lately.size >= MOST_KEPT) lately.clear();
    lately.set(hardware, fixed);
    return fixed;
  };
  const floors = new WeakMap<Fixed, OperatorCosts>();
  const floorCosts = (fixed: Fixed): OperatorCosts => {
    const known = floors.get(fixed) ?? floorOfTable(tableOf(fixed), fixed.machine);
    floors.set(fixed, known);
    return known;
  };
  const floorOf = (fixed: Fixed): Columns => columnsOf(metrics, tableOf(fixed), floorCosts(fixed), fixed);
  const simulated = (fixed: Fixed, objective: typeof mapping.objective, rows: Int32Array): ChipCosts => {
    const [table, mapper] = [tableOf(fixed), { ...mapping, objective }];
    const counted = <Costs>(run: { readonly costs: Costs; readonly simulationCount: number }): Costs => {
      simulationCount += run.simulationCount;
      return run.costs;
    };
    if (table.chains.length === 0 || !fixed.machine.schedule.weights)
      return { costs: counted(simulateTable(table, fixed.machine, mapper, rows)), kept: null };
    const simulate = (some: Int32Array, weightBytes: number): ChainCosts =>
      counted(simulateChains(table, fixed.machine, mapper, some, weightBytes));
    const costs = simulate(rows, 0);
    return { costs, kept: keptWeights(table, fixed, objective, costs, simulate) };
  };

  return {
    hardwareCount: request.hardware.length,
    optionCounts: [sides[0].count, sides[1].count],
    ...multiplicitiesOf(sides),
    metrics,
    accuracy: asked.includes("accuracy") ? accuracyOfRequest(request, sides) : null,
    limits: own,
    tables: (hardware, made) => {
      const fixed = fixedAt(hardware);
      if (!("machine" in fixed) || fixed.breaks.length > 0) return { kind: "ruled-out", breaks: fixed.breaks };
      const table = tableOf(fixed);
      const { costs, kept } =
        made === undefined
          ? simulated(fixed, mapping.objective, everyWorked(table))
          : chipCostsFrom(table, fixed, made);
      const { beyond, ...variant } = columnsOf(metrics, table, costs, fixed, kept);
      if (beyond.length > 0) return { kind: "ruled-out", breaks: beyond.map(tooLarge) };
      const isSecondUseful = hasSecondLook && fixed.machine.energies !== null;
      const isDramLimited = own.some(({ metric }) => [FIRST_LIVE, ALL_LIVE].includes(metric));
      const counted = [
        ...(isDramLimited ? [countDram(table, fixed.machine, times)] : []),
        ...limits
          .filter(({ metric }) => isLargest(metric))
          .map((limit) => countLargest(limit, metrics, variant, sides)),
      ].filter((each) => each !== null);
      return {
        kind: "tables",
        variants: [variant],
        made: packedKept(workedCosts(table, costs), kept),
        ...(counted.length === 0 ? {} : { counted }),
        ...(isSecondUseful ? { floor: floorOf(fixed) } : {}),
      };
    },
    floor: (hardware) => {
      const fixed = fixedAt(hardware);
      return "machine" in fixed && fixed.breaks.length === 0 ? floorOf(fixed) : null;
    },
    commonFloor: (points) => {
      const all = points.map(fixedAt);
      const open = all.filter((each) => "machine" in each && each.breaks.length === 0) as readonly Fixed[];
      return open.length < points.length ? null : commonFloorOf(open, metrics, tableOf, floorCosts);
    },
    ...(hasSecondLook
      ? {
          secondLook: {
            metrics: slow,
            tables: (hardware: number, a: Int32Array, b: Int32Array): Columns => {
              const fixed = fixedAt(hardware) as Fixed;
              const table = tableOf(fixed);
              const { costs, kept } = simulated(fixed, "latency", workedOf(table, a, b));
              return columnsOf(metrics, table, costs, fixed, kept);
            },
          },
        }
      : {}),
    pointOf: (side, option) => sides[side].pointOf(option),
    refused: [sides[0].refused, sides[1].refused],
    shapeCount: shapeCountOf(wholeTable),
    chainCount: wholeTable.chains.length,
    get simulationCount() {
      return simulationCount;
    },
  };
}

/** What the operators of a chip cost, and designs whose weights stay on it. */
interface ChipCosts {
  readonly costs: OperatorCosts;
  readonly kept: KeptWeights | null;
}

/** The same of numbers that were kept; as {@link costsFrom}. */
function chipCostsFrom(table: OperatorTable, { machine }: Fixed, made: Float64Array): ChipCosts {
  const length = machine.schedule.weights ? Math.min(made.length, workedLength(table)) : made.length;
  return { costs: costsFrom(table, machine, made.subarray(0, length)), kept: unpackedKept(made, length) };
}

/** Hardware points of which what is known before any simulation is kept: those that are looked at together. */
const MOST_KEPT = 64;

/**
 * The least of several chips: of each operator the least cycles, energy and power, of the chips themselves the least carbon and power. No
 * metric that is made small falls with any of these.
 *
 * @returns null where the chips turn cycles and energy into metrics in different ways
 */
function commonFloorOf(
  chips: readonly Fixed[],
  metrics: readonly string[],
  tableOf: (fixed: Fixed) => OperatorTable,
  floorCosts: (fixed: Fixed) => OperatorCosts,
): Columns | null {
  if (chips.length === 0) return null;
  // What does not fit into the largest memory fits into none.
  const capacityOf = ({ specs }: Fixed): number => memoryCapacity(specs.hardware);
  const first = chips.reduce((most, each) => (capacityOf(each) > capacityOf(most) ? each : most));
  const { deployment, technology, hardware, schedule } = first.specs;
  const isAlike = ({ specs }: Fixed): boolean =>
    specs.deployment === deployment &&
    specs.technology === technology &&
    specs.hardware.clock === hardware.clock &&
    specs.hardware.precision === hardware.precision &&
    isFused(specs.schedule, "attention") === isFused(schedule, "attention") &&
    specs.hardware.withoutDram === hardware.withoutDram;
  if (!chips.every(isAlike)) return null;
  const least = (of: (fixed: Fixed) => number): number => chips.reduce((x, each) => Math.min(x, of(each)), Infinity);
  const values = Object.entries(first.values).map(([metric, value]): readonly [string, number | null] => [
    metric,
    value === null ? null : least((each) => each.values[metric] ?? 0),
  ]);
  const table = tableOf(first);
  const costs = leastCosts(chips.map(floorCosts));
  return columnsOf(metrics, table, costs, {
    ...first,
    values: Object.fromEntries(values),
    idleCarbon: least(({ idleCarbon }) => idleCarbon),
    worlds: first.worlds.map((world, k) => ({ ...world, idleCarbon: least(({ worlds }) => worlds[k]!.idleCarbon) })),
    idlePower: least(({ idlePower }) => idlePower),
  });
}

/** Designs that break a limit on what is the largest of both towers; null: there are none. */
function countLargest(
  { metric, limit, text }: DecomposedLimit,
  metrics: readonly string[],
  { base, columns }: Columns,
  sides: readonly [TowerOptions, TowerOptions],
): (Break & { readonly designCount: number }) | null {
  const parts = partsOfLargest(metric, 2).map((part) => metrics.indexOf(part));
  const [a, b] = parts.map((column, side) => {
    const values = column < 0 ? null : (columns[column]!.a ?? columns[column]!.b);
    if (values === null) return [{ value: 0, times: 1 }];
    const { counts } = sides[side]!;
    return Array.from(values, (value, i) => ({ value: base[column]! + value, times: counts?.[i] ?? 1 })).filter(
      ({ value }) => Number.isFinite(value),
    );
  });
  type Values = NonNullable<typeof a>;
  const countOf = (values: Values): number => values.reduce((sum, { times }) => sum + times, 0);
  const within = (values: Values): number => countOf(values.filter(({ value }) => value <= limit));
  const designCount = countOf(a!) * countOf(b!) - within(a!) * within(b!);
  if (designCount === 0) return null;
  const least = (values: readonly number[]): number => values.reduce((x, y) => Math.min(x, y), Infinity);
  const valuesOf = (values: Values): readonly number[] => values.map(({ value }) => value);
  const over = [[a!, least(valuesOf(b!))] as const, [b!, least(valuesOf(a!))] as const].flatMap(([own, other]) =>
    valuesOf(own)
      .map((value) => Math.max(value, other))
      .filter((value) => value > limit),
  );
  return { constraint: text, by: least(over) - limit, limit, unit: null, designCount };
}

/** What no number holds is not compared. */
const tooLarge = (metric: string): Break => ({
  ...{ constraint: `${metric} is larger than a number can be`, by: 0 },
  ...{ limit: null, unit: "" },
});

function accuracyOfRequest(
  { base, accuracyMetric, accuracies }: DecompositionRequest,
  sides: readonly [TowerOptions, TowerOptions],
): PartAccuracy | null {
  if (accuracyMetric !== null) return accuracyOf(accuracyMetric, base.model, sides);
  return accuracies === undefined ? null : accuracyFrom(accuracies, base.model, sides);
}

/** Classes that layers of one tower make at most: each is an option, with its own columns on every chip. */
const MOST_CLASSES = 250_000;

function towersOf(
  { base, towers, layers, hardware }: DecompositionRequest,
  isChained: boolean,
  modelAt: (point: PartPoint) => ReturnType<typeof applySettings>["model"],
): readonly [TowerOptions, TowerOptions] {
  const set = hardware.map((point) => point["deployment.batch"]).filter((batch) => typeof batch === "number");
  const batches = [...new Set([base.deployment.batch, ...set])];
  const optionsOf = (side: 0 | 1): TowerOptions => {
    const space = { side, points: towers[side], layers: layers?.[side] ?? [], batches, isChained };
    const made = (): TowerOptions => towerOptions({ ...space, mostClasses: MOST_CLASSES }, modelAt, refusalOf);
    return space.layers.length === 0 ? made() : madeLately(JSON.stringify([space, base]), made);
  };
  return [optionsOf(0), optionsOf(1)];
}

/** Options of layers take seconds to make, and a study is counted before it is searched: the last ones of each tower are kept. */
const lately: { readonly key: string; readonly options: TowerOptions }[] = [];

function madeLately(key: string, make: () => TowerOptions): TowerOptions {
  const known = lately.find((each) => each.key === key);
  if (known !== undefined) return known.options;
  const options = make();
  lately.unshift({ key, options });
  lately.length = Math.min(lately.length, 2);
  return options;
}

function multiplicitiesOf([a, b]: readonly [TowerOptions, TowerOptions]): Pick<StudyDecomposition, "multiplicities"> {
  if (a.counts === null && b.counts === null) return {};
  const countsOf = ({ counts, count }: TowerOptions): Float64Array => counts ?? new Float64Array(count).fill(1);
  return { multiplicities: [countsOf(a), countsOf(b)] };
}

/** Limits that every design has: it keeps up with its rate, and fits into DRAM. Left out where they cannot bite. */
function ownLimits({ base, limits, hardware }: DecompositionRequest, table: OperatorTable): readonly DecomposedLimit[] {
  const isSet = (pattern: RegExp): boolean =>
    hardware.some((point) => Object.keys(point).some((path) => pattern.test(path)));
  const latencyLimit = limits.find(({ metric, comparison }) => metric === "latency_s" && comparison === "<=")?.limit;
  const isRateFree =
    latencyLimit !== undefined && !isSet(/^deployment\./) && keepsUp(latencyLimit, base.deployment).duty <= 1;
  const capacity = memoryCapacity(base.hardware);
  const isDramFree =
    !isSet(base.hardware.withoutDram ? /^(dram|globalBuffer|deployment\.batch)/ : /^(dram|deployment\.batch)/) &&
    mostDramBytes(table, base.hardware) <= capacity;
  const atMost = (metric: string, limit: number, text: string): DecomposedLimit => ({
    ...{ metric, limit, text },
    comparison: "<=",
  });
  const towerCount = towerCountOf(base.model);
  const isPair = towerCount === 2;
  const largest = limits.filter(({ metric }) => isLargest(metric));
  return [
    ...largest.flatMap(({ metric, limit }) =>
      partsOfLargest(metric, towerCount).map((part) => atMost(part, limit, "")),
    ),
    ...(isRateFree ? [] : [atMost(DUTY, 1, "deployment.rate")]),
    ...(isDramFree ? [] : (isPair ? [FIRST_LIVE, SECOND_LIVE] : [ALL_LIVE]).map((metric) => atMost(metric, 0, ""))),
  ];
}

/** Whether a schedule of some chip of a study may join operators. */
function mayJoin({ base, hardware }: DecompositionRequest): boolean {
  const isVaried = hardware.some((point) => Object.keys(point).some((path) => path.startsWith("schedule.")));
  return isVaried || !isPlainSchedule(base.schedule);
}

function shapeCountOf({ gemms, chains }: OperatorTable): number {
  return gemms.length + new Set(productsOf(chains).map(keyOf)).size;
}

function everyWorked(table: OperatorTable): Int32Array {
  return Int32Array.from({ length: workedRows(table) }, (_, row) => row);
}

/** GEMMs or chains of some options, and of what runs beside the towers. */
function workedOf(table: OperatorTable, a: Int32Array, b: Int32Array): Int32Array {
  const { towers, joint } = table;
  const rows = new Set<number>();
  for (const option of [...Array.from(a, (i) => towers[0][i]!), ...Array.from(b, (i) => towers[1][i]!), joint])
    for (const row of option.rows) if (row < workedRows(table)) rows.add(row);
  return Int32Array.from(rows).sort();
}
