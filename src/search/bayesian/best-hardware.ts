import { SearchError } from "../errors.ts";
import { leastOf, type Decomposition, type ExactOptions, type Variant } from "../exact/index.ts";

/** For every pair of options the hardware points that serve it best. */
export interface BestHardware {
  /** At most a few, different ones; costs by the objectives but accuracy, in order. Empty: no limit-abiding hardware. */
  of(a: number, b: number): readonly { readonly hardware: number; readonly costs: readonly number[] }[];
  /** Hardware points whose tables were asked for. */
  readonly tableCount: number;
}

/** Least costs so far of all pairs under one way to weigh the objectives. */
interface Ranking {
  readonly rate: (costs: readonly number[]) => number;
  readonly least: Float64Array;
  readonly hardware: Int32Array;
}

/** A metric as base + (a + b). */
interface Sum {
  readonly base: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/**
 * Costs of the best hardware of every model, exactly: one ranking where one objective is left beside accuracy; where there
 * are more, the least of each, and of their product. Hardware points come in order of the least that their floor promises,
 * so that most are passed over: their floor beats nothing. Under the first variant: second looks are not taken.
 *
 * @param pause awaited before each hardware point, so that others may run; may throw
 * @throws SearchError for metrics that the decomposition does not know
 */
export async function bestHardware(
  decomposition: Decomposition,
  options: ExactOptions,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<BestHardware> {
  const [countA, countB] = decomposition.optionCounts;
  const isAccuracy = (metric: string): boolean => metric === decomposition.accuracy?.metric;
  const columnOf = (metric: string): number => {
    const at = decomposition.metrics.indexOf(metric);
    if (at < 0) throw new SearchError("search/unknown-metric", `the decomposition knows no ${metric}`);
    return at;
  };
  const objectives = options.objectives.filter(({ metric }) => !isAccuracy(metric)).map((o) => columnOf(o.metric));
  const limits = [...options.constraints, ...(decomposition.limits ?? [])]
    .filter(({ metric }) => !isAccuracy(metric))
    .map(({ metric, comparison, limit }) => ({ at: columnOf(metric), sign: comparison === "<=" ? 1 : -1, limit }));
  const rates = objectives.map((_, k) => (costs: readonly number[]) => costs[k]!);
  if (rates.length > 1) rates.push((costs) => costs.reduce((product, cost) => product * cost, 1));
  const rankings = rates.map((rate): Ranking => ({
    rate,
    least: new Float64Array(countA * countB).fill(Infinity),
    hardware: new Int32Array(countA * countB).fill(-1),
  }));
  const variants = new Map<number, Variant>();
  const none = new Float64Array(Math.max(countA, countB));

  /** Walks the pairs that a variant improves; stops where `found` returns true. */
  const improve = (variant: Variant, found: (ranking: Ranking, pair: number, rated: number) => boolean): void => {
    const reader = (at: number): Sum => {
      const { a, b } = variant.columns[at]!;
      return { base: variant.base[at]!, a: a ?? none, b: b ?? none };
    };
    const sums = objectives.map(reader);
    const bounds = limits.map(({ at, sign, limit }) => ({ ...reader(at), sign, limit }));
    const isWithin = (i: number, j: number): boolean =>
      bounds.every(({ base, a, b, sign, limit }) => sign * (base + (a[i]! + b[j]!)) <= sign * limit);
    const [first] = sums as [Sum];
    const leastFirst = rankings[0]!.least;
    for (let i = 0; i < countA; i += 1)
      for (let j = 0; j < countB; j += 1) {
        const pair = i * countB + j;
        if (sums.length === 1) {
          const rated = first.base + (first.a[i]! + first.b[j]!);
          if (!(rated < leastFirst[pair]!) || !isWithin(i, j)) continue;
          if (found(rankings[0]!, pair, rated)) return;
          continue;
        }
        const costs = sums.map(({ base, a, b }) => base + (a[i]! + b[j]!));
        const better = rankings.filter(({ rate, least }) => rate(costs) < least[pair]!);
        if (better.length === 0 || !isWithin(i, j)) continue;
        for (const ranking of better) if (found(ranking, pair, ranking.rate(costs))) return;
      }
  };
  const points: { readonly hardware: number; readonly least: number }[] = [];
  for (let hardware = 0; hardware < decomposition.hardwareCount; hardware += 1) {
    await pause();
    const floor = decomposition.floor?.(hardware) ?? null;
    points.push({ hardware, least: floor === null ? -Infinity : leastOf(floor, objectives[0]!) });
  }
  points.sort((x, y) => x.least - y.least || x.hardware - y.hardware);
  for (const { hardware } of points) {
    await pause();
    const floor = decomposition.floor?.(hardware) ?? null;
    let isUseful = floor === null;
    if (floor !== null) improve(floor, () => (isUseful = true));
    if (!isUseful) continue;
    const tables = await decomposition.tables(hardware);
    if (tables.kind === "ruled-out") continue;
    const variant = tables.variants[0]!;
    variants.set(hardware, variant);
    improve(variant, (ranking, pair, rated) => {
      ranking.least[pair] = rated;
      ranking.hardware[pair] = hardware;
      return false;
    });
  }
  return {
    tableCount: variants.size,
    of: (a, b) => {
      const found = new Set(rankings.map(({ hardware }) => hardware[a * countB + b]!).filter((point) => point >= 0));
      return [...found].map((hardware) => {
        const { base, columns } = variants.get(hardware)!;
        const costs = objectives.map((at) => base[at]! + ((columns[at]!.a?.[a] ?? 0) + (columns[at]!.b?.[b] ?? 0)));
        return { hardware, costs };
      });
    },
  };
}
