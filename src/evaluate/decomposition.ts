import { FACTOR_NAMES, keepsUp } from "../cost/index.ts";
import { applySettings, settingsOfPoint } from "../spec/apply-settings.ts";
import { memoryCapacity } from "../spec/memory.ts";
import type { ModelSpec } from "../spec/model.ts";
import type { SpecSet } from "../spec/settings.ts";
import { accuracyFrom, accuracyOf, type PartAccuracy } from "./decompose/accuracies.ts";
import { columnsOf } from "./decompose/columns.ts";
import { countDram, mostDramBytes } from "./decompose/dram.ts";
import { fixedOf, refusalOf, type Fixed } from "./decompose/fixed.ts";
import {
  ALL_LIVE,
  DUTY,
  FIRST_LIVE,
  FIXED_METRICS,
  isLargest,
  partsOfLargest,
  SECOND_LIVE,
} from "./decompose/metrics.ts";
import { towerCountOf } from "./decompose/model-parts.ts";
import { costsFrom, floorOfTable, gemmCosts, simulateTable, type OperatorCosts } from "./decompose/operator-costs.ts";
import { createOperatorTable, type OperatorTable } from "./decompose/operator-table.ts";
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
  readonly metrics: readonly string[];
  readonly accuracy: PartAccuracy | null;
  readonly limits: readonly DecomposedLimit[];
  /** @param made what an answer for this point has said it was made from: nothing is simulated then */
  tables(hardware: number, made?: Float64Array): PointTables;
  /** What no mapping can be below; null: ruled out before. */
  floor(hardware: number): Columns | null;
  readonly secondLook?: {
    readonly metrics: readonly string[];
    tables(hardware: number, a: Int32Array, b: Int32Array): Columns;
  };
  /** Points of the options, of those that fit the model. */
  readonly options: readonly [readonly PartPoint[], readonly PartPoint[]];
  /** Options of each tower whose settings do not fit together, by reason. */
  readonly refused: readonly [readonly Refused[], readonly Refused[]];
  /** Distinct GEMMs over all options. */
  readonly shapeCount: number;
  /** GEMMs simulated so far. */
  readonly simulationCount: number;
}

/** @throws AccuracyRefusal for a metric that the predictor does not know, or of another family */
export function createDecomposition(request: DecompositionRequest): StudyDecomposition {
  const { base, mapping, objectives, limits } = request;
  const specsAt = (point: PartPoint): SpecSet => applySettings(base, settingsOfPoint(point), FACTOR_NAMES);
  const sides = request.towers.map((points) => readOptions(points, specsAt));
  const models = [sides[0]!.models, sides[1]!.models] as const;
  const tables = new Map<number, OperatorTable>();
  const tableOf = ({ specs }: Fixed): OperatorTable => {
    const { batch } = specs.deployment;
    const table = tables.get(batch) ?? createOperatorTable(base.model, models, batch);
    tables.set(batch, table);
    return table;
  };
  const wholeTable = createOperatorTable(base.model, models, base.deployment.batch);
  tables.set(base.deployment.batch, wholeTable);

  const own = ownLimits(request, wholeTable);
  const studyLimits = limits.filter(({ metric }) => !FIXED_METRICS.includes(metric));
  const asked = [...objectives, ...limits.map(({ metric }) => metric)];
  const metrics = [...new Set([...asked, ...own.map(({ metric }) => metric)])].filter(
    (metric) => metric !== "accuracy" && !isLargest(metric),
  );
  const slow = ["latency_s", DUTY].filter((metric) => [...studyLimits, ...own].some((each) => each.metric === metric));
  const hasSecondLook = mapping.objective !== "latency" && slow.length > 0;
  let simulationCount = 0;

  let last: { readonly hardware: number; readonly fixed: ReturnType<typeof fixedOf> } | null = null;
  const fixedAt = (hardware: number): ReturnType<typeof fixedOf> => {
    if (last?.hardware !== hardware)
      last = { hardware, fixed: fixedOf(() => specsAt(request.hardware[hardware]!), asked, limits) };
    return last.fixed;
  };
  const floorOf = (fixed: Fixed): Columns =>
    columnsOf(metrics, tableOf(fixed), floorOfTable(tableOf(fixed), fixed.machine), fixed);
  const simulated = (fixed: Fixed, objective: typeof mapping.objective, rows: Int32Array): OperatorCosts => {
    simulationCount += rows.length;
    return simulateTable(tableOf(fixed), fixed.machine, { ...mapping, objective }, rows);
  };

  return {
    hardwareCount: request.hardware.length,
    optionCounts: [models[0].length, models[1].length],
    metrics,
    accuracy: asked.includes("accuracy") ? accuracyOfRequest(request, models) : null,
    limits: own,
    tables: (hardware, made) => {
      const fixed = fixedAt(hardware);
      if (!("machine" in fixed) || fixed.breaks.length > 0) return { kind: "ruled-out", breaks: fixed.breaks };
      const table = tableOf(fixed);
      const costs =
        made === undefined
          ? simulated(fixed, mapping.objective, everyGemm(table))
          : costsFrom(table, fixed.machine, made);
      const { beyond, ...variant } = columnsOf(metrics, table, costs, fixed);
      if (beyond.length > 0) return { kind: "ruled-out", breaks: beyond.map(tooLarge) };
      const isSecondUseful = hasSecondLook && fixed.machine.energies !== null;
      const isDramLimited = own.some(({ metric }) => [FIRST_LIVE, ALL_LIVE].includes(metric));
      const counted = [
        ...(isDramLimited ? [countDram(table, fixed.specs.hardware)] : []),
        ...limits.filter(({ metric }) => isLargest(metric)).map((limit) => countLargest(limit, metrics, variant)),
      ].filter((each) => each !== null);
      return {
        kind: "tables",
        variants: [variant],
        made: gemmCosts(table, costs),
        ...(counted.length === 0 ? {} : { counted }),
        ...(isSecondUseful ? { floor: floorOf(fixed) } : {}),
      };
    },
    floor: (hardware) => {
      const fixed = fixedAt(hardware);
      return "machine" in fixed && fixed.breaks.length === 0 ? floorOf(fixed) : null;
    },
    ...(hasSecondLook
      ? {
          secondLook: {
            metrics: slow,
            tables: (hardware: number, a: Int32Array, b: Int32Array): Columns => {
              const fixed = fixedAt(hardware) as Fixed;
              const table = tableOf(fixed);
              return columnsOf(metrics, table, simulated(fixed, "latency", gemmsOf(table, a, b)), fixed);
            },
          },
        }
      : {}),
    options: [sides[0]!.points, sides[1]!.points],
    refused: [sides[0]!.refused, sides[1]!.refused],
    shapeCount: wholeTable.gemms.length,
    get simulationCount() {
      return simulationCount;
    },
  };
}

/** Designs that break a limit on what is the largest of both towers; null: there are none. */
function countLargest(
  { metric, limit, text }: DecomposedLimit,
  metrics: readonly string[],
  { base, columns }: Columns,
): (Break & { readonly designCount: number }) | null {
  const parts = partsOfLargest(metric, 2).map((part) => metrics.indexOf(part));
  const [a, b] = parts.map((column) => {
    const values = column < 0 ? null : (columns[column]!.a ?? columns[column]!.b);
    return values === null ? [0] : Array.from(values, (value) => base[column]! + value).filter(Number.isFinite);
  });
  const within = (values: readonly number[]): number => values.filter((value) => value <= limit).length;
  const designCount = a!.length * b!.length - within(a!) * within(b!);
  if (designCount === 0) return null;
  const least = (values: readonly number[]): number => values.reduce((x, y) => Math.min(x, y), Infinity);
  const over = [[a!, least(b!)] as const, [b!, least(a!)] as const].flatMap(([own, other]) =>
    own.map((value) => Math.max(value, other)).filter((value) => value > limit),
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
  models: readonly [readonly ModelSpec[], readonly ModelSpec[]],
): PartAccuracy | null {
  if (accuracyMetric !== null) return accuracyOf(accuracyMetric, base.model, models);
  return accuracies === undefined ? null : accuracyFrom(accuracies, base.model, models);
}

/** Models of the options of one tower; settings that do not fit the model are set aside. */
function readOptions(points: readonly PartPoint[], specsAt: (point: PartPoint) => SpecSet) {
  const models: ModelSpec[] = [];
  const kept: PartPoint[] = [];
  const reasons = new Map<string, number>();
  for (const point of points) {
    try {
      models.push(specsAt(point).model);
      kept.push(point);
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === null) throw error;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return { models, points: kept, refused: [...reasons].map(([reason, count]): Refused => ({ reason, count })) };
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

function everyGemm({ gemms }: OperatorTable): Int32Array {
  return Int32Array.from(gemms, (_, row) => row);
}

/** GEMMs of some options, and of what runs beside the towers. */
function gemmsOf({ gemms, towers, joint }: OperatorTable, a: Int32Array, b: Int32Array): Int32Array {
  const rows = new Set<number>();
  for (const option of [...Array.from(a, (i) => towers[0][i]!), ...Array.from(b, (i) => towers[1][i]!), joint])
    for (const row of option.rows) if (row < gemms.length) rows.add(row);
  return Int32Array.from(rows).sort();
}
