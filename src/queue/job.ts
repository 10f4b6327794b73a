import { createHash } from "node:crypto";
import * as z from "zod";
import { modelKey } from "../accuracy/index.ts";
import type { Point } from "../search/index.ts";
import { isModelPath, type ModelSpec, type Study } from "../spec/index.ts";
import { identityOf, sourcesInUse, type Sources } from "../study/index.ts";

/*
 * What travels: the digest of a study, that of a model, and the point of the space that makes it. Command, files and model come from the
 * study of whoever works. Studies do not share queues.
 */

export const PREFIX = "ecotile";
export const JOB_NAME = "accuracy";

const DIGITS = 32;
const scalar = z.union([z.string().max(1000), z.number(), z.boolean()]);
const jobSchema = z.strictObject({
  study: z.string().max(100),
  model: z.string().max(100),
  point: z.record(z.string().max(200), scalar),
  fidelity: z.number().gt(0).max(1).optional(),
});

/** A model whose accuracy is asked for. */
export type AccuracyJob = z.infer<typeof jobSchema>;

/** What a study is to a queue. */
export interface QueuedStudy {
  readonly name: string;
  readonly hash: string;
  readonly sources: Sources;
}

export function queuedStudy(study: Study): QueuedStudy {
  const sources = sourcesInUse();
  return { name: study.name, hash: identityOf(study, sources).studyHash, sources };
}

export const queueOf = ({ hash }: QueuedStudy): string => `accuracy-${hash}`;

export function modelDigest(model: ModelSpec): string {
  return createHash("sha256").update(modelKey(model)).digest("hex").slice(0, DIGITS);
}

/** @param fidelity of a question that screens; left out: that of the study */
export function jobOf({ hash }: QueuedStudy, model: ModelSpec, point: Point, fidelity?: number): AccuracyJob {
  const ofModel = Object.entries(point).filter(([path]) => isModelPath(path));
  const extras = fidelity === undefined ? {} : { fidelity };
  return { study: hash, model: modelDigest(model), point: Object.fromEntries(ofModel), ...extras };
}

/** Equal for equal questions. */
export const jobId = ({ model, fidelity }: AccuracyJob): string =>
  fidelity === undefined ? model : `${model}-at-${fidelity}`;

/** The model of a job, and the fidelity at which it is screened; undefined: the study's own. */
export interface AskedModel {
  readonly model: ModelSpec;
  readonly fidelity: number | undefined;
}

/**
 * The model of a job, by the own study of whoever works.
 *
 * @param modelOf the model of a point
 * @returns a text: why it is refused
 */
export function modelOfJob(
  data: unknown,
  { hash }: QueuedStudy,
  { space, accuracy }: Study,
  modelOf: (point: Point) => ModelSpec,
): AskedModel | string {
  const { data: job } = jobSchema.safeParse(data);
  if (job === undefined) return "it is no job of ecotile";
  if (job.study !== hash) return `it is of another study (${job.study}, not ${hash})`;
  const { fidelity } = job;
  if (fidelity !== undefined && accuracy?.screening?.includes(fidelity) !== true)
    return `the study does not screen at fidelity ${fidelity}`;
  for (const [path, value] of Object.entries(job.point)) {
    const parameter = space.find((each) => each.path === path);
    if (parameter === undefined || !isModelPath(path)) return `${path} is no parameter of the study's models`;
    if (!parameter.values.includes(value)) return `${path} is ${String(value)}, which the study does not allow`;
  }
  let model: ModelSpec;
  try {
    model = modelOf(job.point);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return modelDigest(model) === job.model ? { model, fidelity } : "its point makes another model";
}
