import * as z from "zod";
import type { FrontRow, RunRecord } from "./types.ts";

/*
 * What a front file must hold to be shown. Keys that are not named here may be there: a later version may know more. A value
 * that passes is used as it was read, so that its keys keep their order.
 */

/** Finite, as every number of zod. */
const number = z.number("must be a number");
const positive = number.min(0, "must not be negative");
const count = z.number("must be a whole number").int("must be a whole number").min(0, "must not be negative");
/** Counts of designs may be beyond 2^53. */
const designs = positive;
const share = positive.max(1, "must be a share from 0 to 1");
const text = z.string("must be a text");
const texts = z.array(text, "must be a list of texts");
const value = z.union([number, text, z.boolean()], "must be a number, text or boolean");

const metrics = z.record(z.string(), number.nullable(), "must be a map of metrics");
const knownMetrics = z.record(z.string(), number, "must be a map of metrics");
const breakdown = z
  .object(
    { total: number, parts: z.record(z.string(), number, "must be a map of parts") },
    "must be a total with parts",
  )
  .nullable();

const formats = z.record(z.string(), text, "must be a map of number formats");

const row: z.ZodType<FrontRow> = z.object(
  {
    ...{ trial: count.nullable(), point: z.record(z.string(), value, "must be a map of parameters") },
    ...{ hardware: text, towers: text, metrics, extrapolation: texts, nearest: text },
    ...{ energy_J: breakdown, area_mm2: breakdown, embodied_kgCO2e: breakdown, operational_kgCO2e: breakdown },
    alwaysOn_kgCO2e: number.nullable(),
    precision: formats.exactOptional(),
    ...{ step: count.exactOptional(), designs: designs.exactOptional() },
  },
  "must be a design",
);

const level = z.enum(["dram", "global", "local"], "must be one of: dram, global, local");
const roofline = z.object(
  {
    ...{ title: text, peak: positive, vectorPeak: positive },
    roofs: z.array(z.object({ level, bytesPerSecond: positive })),
    points: z.array(
      z.object({
        ...{ name: text, isVector: z.boolean("must be true or false"), operations: positive, seconds: positive, share },
        levels: z.array(z.object({ level, bytes: positive })),
      }),
    ),
  },
  "must be a roofline",
);

const violation = z.object(
  {
    ...{ constraint: text, trialCount: designs, aloneCount: designs, nearestAmount: number },
    ...{ nearestRelative: number.nullable(), unit: text.nullable(), nearestTrial: number },
  },
  "must be what a constraint has ruled out",
);

const exact = z.object({
  ...{ frontDesigns: designs.exactOptional(), shownWithin: positive.exactOptional() },
  ...{ policy: text, frontCount: count, covered: designs, bounded: designs, feasible: designs, dominated: designs },
  hardwarePoints: z.object({ ruledOut: count, bounded: count, enumerated: count }),
  ...{ gemmShapes: count, simulations: count, measured: count.exactOptional(), tied: count },
  secondLook: z.object({
    ...{ simulations: count, hardwarePoints: count, designs, feasible: designs, onFront: count },
  }),
});

const steps = z.object(
  {
    ...{ confidence: share, metric: text },
    steps: z.array(
      z.object({
        ...{ step: count, designs: count, cheapest: count, cost: number, ties: z.array(count) },
        accuracy: z.object({ low: number, high: number, cheapest: number }),
      }),
    ),
  },
  "must be the steps of a front",
);

const place = z.number("must be a place").int("must be a whole number").min(-1, "must not be below -1");
const importance = z.object(
  {
    ...{ method: z.enum(["sobol", "ped-anova"], "must be sobol or ped-anova"), designs: count },
    of: z.array(
      z.object({
        ...{ metric: text.nullable(), fit: number.nullable() },
        parameters: z.array(
          z.object({ path: text, first: number, total: number.nullable(), marginal: z.array(number) }),
        ),
      }),
    ),
  },
  "must be what parameters explain",
);

const objective = z.object({
  metric: text,
  direction: z.enum(["min", "max"], "must be min or max"),
});

const study = z.object(
  {
    ...{ name: text, description: text, model: text, hardware: text, mode: text.nullable() },
    objectives: z.array(objective).min(1, "must not be empty"),
    ...{
      constraints: texts,
      strategy: text,
      strategyChosen: text.exactOptional(),
      coarse: count.exactOptional(),
      seed: count,
      spaceSize: text.regex(/^\d+$/, "must be a whole number as text"),
    },
    parameters: z.array(z.object({ path: text, values: z.array(value) })).exactOptional(),
    deployment: z.record(z.string(), z.union([number, text, z.null()], "must be a number, text or null")),
    ...{ technologyProfile: text, mappingPolicy: text },
    technologyFactors: z.record(z.string(), number, "must be a map of numbers").exactOptional(),
    accuracyIgnores: texts.exactOptional(),
    accuracyConfidence: share.exactOptional(),
    schedule: z.record(z.string(), z.union([text, z.boolean()]), "must be a map of texts and booleans").exactOptional(),
  },
  "must be a study",
);

const recordSchema = z.object(
  {
    ...{ format: z.literal(1, "must be 1"), study, front: z.array(row, "must be a list of designs") },
    steps: steps.exactOptional(),
    baseline: row.nullable(),
    published: z
      .array(z.object({ name: text, hardware: text, towers: text, metrics: knownMetrics }), "must be a list of designs")
      .exactOptional(),
    others: z.array(z.object({ trial: count, metrics: knownMetrics, places: z.array(place).exactOptional() })),
    importance: importance.exactOptional(),
    ...{ trialCount: designs, feasibleCount: designs, stopped: text, hypervolume: positive },
    referencePoint: z.array(number).nullable(),
    convergence: z.array(z.object({ trialCount: designs, hypervolume: positive })),
    violations: z.array(violation),
    roofline: roofline.nullable().exactOptional(),
    aims: z
      .array(
        z.object({
          ...{ metric: text, floor: number.nullable(), trial: count.nullable(), hardware: text, towers: text },
          metrics: knownMetrics,
          precision: formats.exactOptional(),
        }),
      )
      .exactOptional(),
    exact: exact.exactOptional(),
    accuracyFailures: z.object({ designs, models: designs, reason: text }).exactOptional(),
    accuracyOrigin: text.nullable(),
    provenance: z.object({ version: text, core: text, tables: text, studyHash: text, idlePolicy: text }),
  },
  "must be the record of a run",
);

const complete: z.ZodType<RunRecord> = recordSchema.superRefine(
  ({ study: { objectives }, ...record }, { addIssue }) => {
    const missing = (path: readonly (string | number)[], metric: string): void =>
      addIssue({ code: "custom", path: [...path, metric], message: "must be a number, since it is an objective" });
    for (const { metric } of objectives) {
      record.front.forEach(({ metrics: own }, i) => {
        if (typeof ownValue(own, metric) !== "number") missing(["front", i, "metrics"], metric);
      });
      record.others.forEach(({ metrics: own }, i) => {
        if (ownValue(own, metric) === undefined) missing(["others", i, "metrics"], metric);
      });
    }
    if (record.referencePoint !== null && record.referencePoint.length !== objectives.length)
      addIssue({ code: "custom", path: ["referencePoint"], message: "must have a number for every objective" });
  },
);

function ownValue(map: Readonly<Record<string, number | null>>, key: string): number | null | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

const MOST_SHOWN = 10;

/** What is wrong with a value that should be a record, each as a sentence that begins with its place; empty: it is one. */
export function recordProblems(value: unknown): readonly string[] {
  const { error } = complete.safeParse(value);
  const issues = error?.issues ?? [];
  const shown = issues.slice(0, MOST_SHOWN).map(({ path, message }) => `${path.join(".") || "It"} ${message}.`);
  return issues.length > shown.length ? [...shown, `${issues.length - shown.length} more.`] : shown;
}
