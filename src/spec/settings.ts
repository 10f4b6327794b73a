import type * as z from "zod";
import { defaultDeployment } from "./deployment-schema.ts";
import type { Deployment } from "./deployment.ts";
import type { Hardware } from "./hardware.ts";
import type { ModelSpec } from "./model.ts";
import { scheduleOf, type ScheduleSettings } from "./schedule.ts";
import { PLAIN_TECHNOLOGY, type Technology } from "./technology.ts";

/**
 * Everything that `--set` can change, and that a design is made of. Total, and passed on whole: a copy by hand that forgets
 * a part does not compile.
 */
export interface SpecSet {
  readonly hardware: Hardware;
  readonly model: ModelSpec;
  readonly deployment: Deployment;
  readonly technology: Technology;
  readonly schedule: ScheduleSettings;
}

/** Specs as a caller has loaded them. */
export type SpecParts = Pick<SpecSet, "hardware" | "model"> & Partial<SpecSet>;

/**
 * Parts with what is left out: the default deployment, the calibrated technology without overrides, the schedule of the
 * hardware.
 */
export function specSetOf({ hardware, model, deployment, technology, schedule }: SpecParts): SpecSet {
  return {
    hardware,
    model,
    deployment: deployment ?? defaultDeployment(),
    technology: technology ?? PLAIN_TECHNOLOGY,
    schedule: scheduleOf({ hardware, schedule }),
  };
}

/** One `path=value`, its value read but not yet checked. */
export interface Setting {
  readonly path: string;
  /** Number, text, boolean, or a list of them. */
  readonly value: unknown;
}

/** Why a setting does not fit these specs: a predicate that continues "<path> …". */
export interface Refusal {
  readonly refused: string;
}

/** A path that can be set: what it means, how its values are checked, and what it does. */
export interface SetPath {
  readonly path: string;
  readonly description: string;
  /** What a value looks like. */
  readonly example: string;
  readonly schema: z.ZodType;
  /** Specs with the checked value in place; equal parts are shared. */
  readonly apply: (specs: SpecSet, value: unknown) => SpecSet | Refusal;
}

/** Ties the type of the checked value to the function that takes it. */
export function setPath<T extends z.ZodType>(
  path: string,
  description: string,
  example: string,
  schema: T,
  apply: (specs: SpecSet, value: z.output<T>) => SpecSet | Refusal,
): SetPath {
  return { path, description, example, schema, apply: (specs, value) => apply(specs, value as z.output<T>) };
}

export const refusal = (refused: string): Refusal => ({ refused });
