import fc from "fast-check";
import { expect, test } from "vitest";
import {
  createExactMerger,
  enumerateExact,
  type Constraint,
  type Decomposition,
  type ExactDesign,
  type ExactOptions,
  type Objective,
  type Variant,
} from "../../../src/search/index.ts";

const METRICS = ["carbon", "latency", "energy", "area"];
interface Case {
  readonly decomposition: Decomposition;
  readonly options: ExactOptions;
}

/** Small whole numbers make ties everywhere; reals make roundings. */
const number = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.double({ min: 0, max: 4, noNaN: true }));
const column = (count: number) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.array(number, { minLength: count, maxLength: count }).map((v) => Float64Array.from(v)) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.oneof(number, fc.constantFrom(Infinity, NaN)), { minLength: count, maxLength: count })
        .map((v) => Float64Array.from(v)),
    },
    { weight: 1, arbitrary: fc.constant(null) },
  );
const variant = (a: number, b: number): fc.Arbitrary<Variant> =>
  fc.record({
    base: fc.array(
      fc.oneof({ weight: 30, arbitrary: number }, { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity) }),
      { minLength: METRICS.length, maxLength: METRICS.length },
    ),
    columns: fc.array(fc.record({ a: column(a), b: column(b) }), {
      minLength: METRICS.length,
      maxLength: METRICS.length,
    }),
  });
const constraint: fc.Arbitrary<Constraint> = fc
  .record({
    metric: fc.constantFrom(...METRICS, "accuracy"),
    comparison: fc.constantFrom("<=" as const, ">=" as const),
    limit: fc.integer({ min: 0, max: 9 }),
  })
  .map((c) => ({ ...c, text: `${c.metric} ${c.comparison} ${c.limit}` }));
const objectives: fc.Arbitrary<Objective[]> = fc
  .subarray(["accuracy", "carbon", "latency", "energy"], { minLength: 1 })
  .map((metrics) => metrics.map((metric) => ({ metric, direction: metric === "accuracy" ? "max" : "min" })));

const problem: fc.Arbitrary<Case> = fc
  .record({
    a: fc.integer({ min: 1, max: 40 }),
    b: fc.integer({ min: 1, max: 24 }),
    hardware: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ a, b, hardware }) => {
    const scores = (count: number) =>
      fc.array(number, { minLength: count, maxLength: count }).map((v) => Float64Array.from(v));
    return fc
      .record({
        variants: fc.array(fc.array(variant(a, b), { minLength: 1, maxLength: 2 }), {
          minLength: hardware,
          maxLength: hardware,
        }),
        ruledOut: fc.array(
          fc.boolean().map((x) => x),
          { minLength: hardware, maxLength: hardware },
        ),
        scores: fc.tuple(scores(a), scores(b)),
        pairs: fc.option(scores(a * b)),
        objectives,
        constraints: fc.uniqueArray(constraint, { maxLength: 3, selector: ({ text }) => text }),
      })
      .map(({ variants, ruledOut, scores: [scoreA, scoreB], pairs, objectives, constraints }): Case => ({
        decomposition: {
          hardwareCount: hardware,
          optionCounts: [a, b],
          metrics: METRICS,
          accuracy:
            pairs === null
              ? {
                  kind: "monotone",
                  metric: "accuracy",
                  scores: [scoreA, scoreB],
                  valueOf: (s) => Math.floor(s * 2) / 2,
                }
              : { kind: "pairs", metric: "accuracy", values: pairs },
          tables: (h) =>
            ruledOut[h] && h > 0
              ? { kind: "ruled-out", breaks: [{ constraint: "area", by: h, limit: null, unit: "mm2" }] }
              : { kind: "tables", variants: variants[h]! },
        },
        options: { objectives, constraints },
      }));
  });

interface Design extends Omit<ExactDesign, "values"> {
  readonly metrics: Record<string, number>;
}

/** Every design of the space, one by one. */
async function everyDesign({ decomposition: d }: Case): Promise<Design[]> {
  const designs: Design[] = [];
  const { accuracy } = d;
  for (let hardware = 0; hardware < d.hardwareCount; hardware += 1) {
    const tables = await d.tables(hardware);
    if (tables.kind === "ruled-out") continue;
    tables.variants.forEach(({ base, columns }, v) => {
      for (let a = 0; a < d.optionCounts[0]; a += 1)
        for (let b = 0; b < d.optionCounts[1]; b += 1) {
          const metrics: Record<string, number> = {};
          METRICS.forEach(
            (metric, m) => (metrics[metric] = base[m]! + ((columns[m]!.a?.[a] ?? 0) + (columns[m]!.b?.[b] ?? 0))),
          );
          metrics["accuracy"] =
            accuracy!.kind === "pairs"
              ? accuracy!.values[a * d.optionCounts[1] + b]!
              : accuracy!.valueOf(accuracy!.scores[0][a]! + accuracy!.scores[1][b]!);
          designs.push({ hardware, variant: v, a, b, metrics });
        }
    });
  }
  return designs;
}

const isBroken = (c: Constraint, value: number) => (c.comparison === "<=" ? value > c.limit : value < c.limit);
const costs = (design: Design, objectives: readonly Objective[]) =>
  objectives.map(({ metric, direction }) => (direction === "min" ? 1 : -1) * design.metrics[metric]!);
const beats = (x: number[], y: number[]) => x.every((v, k) => v <= y[k]!) && x.some((v, k) => v < y[k]!);

test("the front equals brute force, design by design, ties included; the counts add up", async () => {
  await fc.assert(
    fc.asyncProperty(problem, async (given) => {
      const { decomposition, options } = given;
      const result = await enumerateExact(decomposition, options);
      const asked = [...options.objectives, ...options.constraints].map(({ metric }) => metric);
      const mapped = (await everyDesign(given)).filter(({ metrics }) =>
        asked.every((metric) => Number.isFinite(metrics[metric])),
      );
      const feasible = mapped.filter(({ metrics }) =>
        options.constraints.every((c) => !isBroken(c, metrics[c.metric]!)),
      );
      const vectors = feasible.map((design) => costs(design, options.objectives));
      const front = feasible.filter((_, i) => !vectors.some((x) => beats(x, vectors[i]!)));
      const name = ({ hardware, variant, a, b }: Omit<ExactDesign, "values">) => [hardware, variant, a, b].join();
      expect(result.front.map(name).sort()).toEqual(front.map(name).sort());
      const byName = new Map(front.map((design) => [name(design), design]));
      for (const design of result.front)
        expect(design.values.map((v) => v + 0)).toEqual(
          options.objectives.map(({ metric }) => byName.get(name(design))!.metrics[metric]! + 0),
        );

      const design = ({ hardware, a, b }: Omit<ExactDesign, "values" | "variant">) => [hardware, a, b].join();
      const [countA, countB] = decomposition.optionCounts;
      expect(result.coveredCount).toBe(decomposition.hardwareCount * countA * countB);
      expect(result.feasibleCount).toBe(new Set(feasible.map(design)).size);
      expect(result.dominatedCount).toBe(result.feasibleCount - new Set(front.map(design)).size);
      // A limit rules a design out where every variant that has a mapping breaks it.
      const variants = new Map<string, Design[]>();
      for (const d of mapped) variants.set(design(d), [...(variants.get(design(d)) ?? []), d]);
      for (const c of options.constraints) {
        const excess = (d: Design) => (c.comparison === "<=" ? 1 : -1) * (d.metrics[c.metric]! - c.limit);
        const least = [...variants.values()].map((own) => Math.min(...own.map(excess))).filter((amount) => amount > 0);
        const reason = result.reasons.find(({ constraint }) => constraint === c.text);
        expect(reason?.designCount ?? 0).toBe(least.length);
        if (reason !== undefined) expect(reason.nearestAmount).toBe(Math.min(...least));
      }
      const unmapped = result.reasons.find(({ constraint }) => constraint === "no legal mapping")?.designCount ?? 0;
      const ruledOut = result.reasons.find(({ constraint }) => constraint === "area")?.designCount ?? 0;
      expect(unmapped + ruledOut + variants.size).toBe(result.coveredCount);
    }),
    { numRuns: 400 },
  );
}, 120_000);

test("parts of the hardware, enumerated apart and merged, equal the whole", async () => {
  await fc.assert(
    fc.asyncProperty(problem, fc.nat(4), async ({ decomposition, options }, cut) => {
      const middle = Math.min(cut, decomposition.hardwareCount);
      const whole = await enumerateExact(decomposition, options);
      const parts = await Promise.all(
        [
          [0, middle],
          [middle, decomposition.hardwareCount],
        ].map(([from, to]) =>
          enumerateExact(decomposition, {
            ...options,
            points: Array.from({ length: to! - from! }, (_, i) => from! + i),
          }),
        ),
      );
      const merger = createExactMerger(options.objectives);
      parts.forEach(merger.add);
      const merged = merger.result();
      expect({ ...merged, reasons: [] }).toEqual({ ...whole, reasons: [] });
      const sorted = (r: typeof whole) =>
        r.reasons.map((reason) => JSON.stringify({ ...reason, nearestRelative: 0 })).sort();
      expect(sorted(merged)).toEqual(sorted(whole));
    }),
    { numRuns: 100 },
  );
});
