import * as z from "zod";
import { SECONDS_PER_DAY } from "../units/index.ts";
import { deploymentSchema } from "./deployment-schema.ts";
import { FAMILY_METRIC } from "./family-metric.ts";
import { MAX_WHOLE, mapOf, oneOf, quantity, refuse, section, text, whole } from "./fields.ts";
import { rawHardwareSchema } from "./hardware-schema.ts";
import { MAPPING_EFFORTS, MAPPING_OBJECTIVES } from "./mapping-objective.ts";
import { metricOf, readAmount, readConstraint, readObjective, type Read } from "./metrics.ts";
import { MODES } from "./modes.ts";
import { rawModelSchema } from "./model-schema.ts";
import { scheduleSchema } from "./schedule.ts";
import { factorField, profileField } from "./set-deployment.ts";
import type { FactorNote } from "./set-paths.ts";
import { spaceField } from "./space.ts";

/** A text that is read by one of the readers of metrics.ts. */
function readText<T>(what: string, read: (text: string) => Read<T>) {
  return z.string({ error: `must be ${what}` }).transform((written, ctx): T => {
    const result = read(written);
    if (!result.problem) return result.value;
    return refuse(ctx, result.problem.code, result.problem.message, result.problem.hint);
  });
}

const constraints = z
  .array(readText('a constraint, for example "latency <= 50 ms"', readConstraint), { error: "must be a list" })
  .max(100, { error: "must hold at most 100 constraints" });

const objectives = z
  .array(readText('an objective, for example "min carbon"', readObjective), { error: "must be a list" })
  .min(1, { error: "must hold at least one objective" })
  .max(8, { error: "must hold at most 8 objectives" });

/** Hypervolume reference point: metric → amount with its unit, kept by the metric's key. */
const amount = z.union([z.string(), z.number()], { error: 'must be an amount with its unit, for example "1 kgCO2e"' });
const reference = mapOf(amount, "metrics and their amounts").transform((map, ctx) => {
  const entries = Object.entries(map).map(([name, written]) => {
    const metric = metricOf(name);
    if (metric.problem) return refuse(ctx, metric.problem.code, metric.problem.message, metric.problem.hint, [name]);
    const amount = readAmount(String(written), metric.value, name);
    if (!amount.problem) return [metric.value.key, amount.value] as const;
    const { code, message, hint } = amount.problem;
    return refuse(ctx, code, message, hint, [name]);
  });
  return Object.fromEntries(entries);
});

const share = quantity("fraction", { min: 1e-6, max: 1 });
const SHARES = 'must be a share such as "25 %", or a list of 2 to 8 that rises: [10 %, 100 %]';
const risingShares = z
  .array(share, { error: SHARES })
  .min(2, { error: SHARES })
  .max(8, { error: SHARES })
  .refine((shares) => shares.every((each, i) => i === 0 || each > shares[i - 1]!), { error: SHARES });

export const accuracySection = section({
  evaluator: oneOf(["predictor", "command"]).default("predictor"),
  metric: text(100)
    .optional()
    .describe(
      `By family of the model where left out: ${Object.values(FAMILY_METRIC)
        .filter((metric) => metric !== null)
        .join(", ")}`,
    ),
  ignore: z
    .array(text(200), { error: "must be a list of paths, or of what they begin with: [precision]" })
    .min(1, { error: "must name an axis; leave it out where all are priced" })
    .optional()
    .describe("Axes of the space that accuracy does not see, for example [precision]; every result says so"),
  confidence: quantity("fraction", { min: 0.5, max: 0.9999 })
    .optional()
    .describe(
      'Least probability of being more accurate that keeps a dearer design on the front, for example "90 %"; estimates decide where left out',
    ),
  command: z
    .array(text(4000), { error: "must be a list: the program, then its arguments" })
    .min(1, { error: "must name a program" })
    .optional()
    .describe("Program and arguments of evaluator: command; no shell"),
  folder: text(4000).optional().describe("Where the command runs; default: the folder of the study"),
  parallel: whole(1, 1024).default(1).describe("Programs of the command that run at once"),
  timeout: quantity("time", { min: 0.001, max: 24 * SECONDS_PER_DAY })
    .default(3600)
    .describe("Longest wait for the command's answer for one model"),
  fidelity: z
    .union([share, risingShares], { error: SHARES })
    .optional()
    .describe(
      'Share of the whole effort that an answer is worth, handed to the command: "25 %"; a list, rising, to screen at all but the last: [10 %, 100 %]',
    ),
  repeats: whole(1, 1000).optional().describe("Answers for one model, whose mean and its interval are taken; one"),
  retries: whole(0, 100).default(1).describe("Further tries after a crash, a timeout or a broken reply"),
});

const accuracy = z.union([
  accuracySection,
  z.literal("none", { error: "must be a map of keys and values, or the word none" }),
]);

const search = section({
  strategy: oneOf(["auto", "exact", "nsga2", "nsga3", "random", "bayesian"])
    .default("auto")
    .describe(
      "auto: exact where it can and is quick, bayesian for an accuracy command, else nsga2, which begins coarse",
    ),
  chosen: text().optional().describe("Why auto has taken the strategy; written by a search"),
  seed: whole(0, MAX_WHOLE).default(1),
  trials: whole(1, 100_000_000).default(4000).describe("Designs evaluated at most"),
  batch: whole(1, 100_000).default(32).describe("Designs proposed at a time"),
  coarse: whole(2, 100_000)
    .optional()
    .describe("nsga2 and nsga3 begin with the exact front of a coarser space, whose lists have at most so many values"),
  population: whole(2, 100_000).optional().describe("Individuals of nsga2 and nsga3"),
  patience: whole(1, 100_000_000).optional().describe("Stop after so many trials without a gain"),
  reference: reference.optional().describe("Reference point of the hypervolume: { carbon: 1 kgCO2e, … }"),
});

const mapping = section({
  objective: oneOf(MAPPING_OBJECTIVES).default("carbon"),
  effort: oneOf(MAPPING_EFFORTS).default("fast"),
});

function technology(factors: readonly string[], notes: ReadonlyMap<string, FactorNote> = new Map()) {
  const field = (factor: string) => {
    const note = notes.get(factor);
    const optional = factorField.optional();
    return note === undefined ? optional : optional.describe(`${note.description}, for example ${note.example}`);
  };
  const overrides = Object.fromEntries(factors.map((factor) => [factor, field(factor)]));
  return section({ profile: profileField.default("calibrated"), ...overrides });
}

const modeNames = Object.keys(MODES) as [string, ...string[]];

const inline = z.record(z.string(), z.unknown());
const specOrName = (what: string) =>
  z.union([text(4000), inline], { error: `must be a preset name, a file, or a ${what} written out` });

/**
 * A study file, as written. `model` and `hardware` stay as they are: loading them is not the schema's work.
 *
 * @param factors names of the cost room's factors
 */
export function rawStudySchema(factors: readonly string[]) {
  return section({
    name: text(100),
    description: text().default(""),
    model: specOrName("model"),
    hardware: specOrName("hardware"),
    deployment: deploymentSchema.prefault({}),
    technology: technology(factors).prefault({}),
    schedule: scheduleSchema
      .prefault({})
      .describe("What may be fused, kept on chip or fetched ahead; what is left out is as the hardware says"),
    space: spaceField(factors),
    mode: oneOf(modeNames).optional().describe("Named choice of objectives"),
    objectives: objectives.optional().describe("Instead of a mode, for example [max accuracy, min carbon]"),
    constraints: constraints.default([]).describe('For example [ "latency <= 50 ms", "area <= 32 mm2" ]'),
    mapping: mapping.prefault({}),
    accuracy: accuracy
      .optional()
      .describe(
        "Where accuracy comes from; left out: predicted where an objective or constraint asks for it, else none",
      ),
    search: search.prefault({}),
  });
}

export type RawStudy = z.output<ReturnType<typeof rawStudySchema>>;

/** The same for `ecotile schema study`: model and hardware may be names, files or written out. */
export function documentedStudySchema(factors: readonly string[], notes: ReadonlyMap<string, FactorNote>) {
  return rawStudySchema(factors).extend({
    technology: technology(factors, notes).prefault({}),
    model: z
      .union([z.string(), rawModelSchema])
      .describe("Preset name, a file beside the study, or a model written out"),
    hardware: z
      .union([z.string(), rawHardwareSchema])
      .describe("Preset name, a file beside the study, or hardware written out"),
  });
}
