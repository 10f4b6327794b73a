import type { ModelSpec } from "../../spec/model.ts";
import { roundAccuracy } from "../log-odds.ts";
import type { AccuracyEstimate } from "../types.ts";
import { CommandFailure } from "./failure.ts";
import { noisyMean } from "./noise.ts";

/** What a request says beside the model; left out: nothing. */
export interface RequestExtras {
  /** Share of the whole effort that an answer is worth, above 0 to 1; the program decides what that means. */
  readonly fidelity?: number;
  /** From 1: which of several answers for the model this is, so that a program can take another seed. */
  readonly repeat?: number;
}

/**
 * One line to the program: `{"id": 7, "metric": "...", "model": {...}}`, the model as `ecotile` holds it, with `fidelity` and `repeat` where
 * a study asks for them.
 */
export function requestLine(id: number, metric: string, model: ModelSpec, extras: RequestExtras = {}): string {
  return `${JSON.stringify({ id, metric, ...extras, model })}\n`;
}

export type Reply = { readonly id: number } & (
  { readonly estimate: AccuracyEstimate } | { readonly failure: CommandFailure }
);

/**
 * One line from the program:
 * `{"id": 7, "accuracy": 0.48, "low": 0.47, "high": 0.49}`, fractions 0 to 1 with low ≤ accuracy ≤ high, or
 * `{"id": 7, "samples": [0.47, 0.49, 0.48]}`, two or more noisy answers of which the mean and its interval are taken, or
 * `{"id": 7, "error": "why there is none"}`. May add `extrapolation` (texts) and `nearest` (text).
 *
 * @throws CommandFailure `accuracy/command-bad-reply`
 */
export function parseReply(line: string, metric: string): Reply {
  const reply = parseObject(line);
  const id = reply["id"];
  if (typeof id !== "number" || !Number.isSafeInteger(id)) throw bad(line, `"id" must repeat the id of a request`);
  const error = reply["error"];
  if (typeof error === "string") {
    return { id, failure: new CommandFailure("accuracy/command-refused", `the program refused: ${clip(error)}`) };
  }
  const mean = reply["samples"] === undefined ? reply : meanOf(reply["samples"], line);
  const [accuracy, low, high] = [fraction(mean, "accuracy"), fraction(mean, "low"), fraction(mean, "high")];
  if (accuracy === null || low === null || high === null || low > accuracy || accuracy > high) {
    const rule = `"accuracy", "low" and "high" must be fractions from 0 to 1 with low <= accuracy <= high`;
    throw bad(line, `${rule}${percentHint(reply["accuracy"])}`);
  }
  const extrapolation = texts(reply["extrapolation"]);
  const nearest = reply["nearest"] ?? "";
  if (extrapolation === null || typeof nearest !== "string") {
    throw bad(line, `"extrapolation" must be a list of texts and "nearest" a text`);
  }
  return { id, estimate: { accuracy, low, high, metric, extrapolation, nearest } };
}

const MOST_SAMPLES = 10_000;

function meanOf(samples: unknown, line: string): Readonly<Record<string, unknown>> {
  const isFraction = (each: unknown): each is number => typeof each === "number" && each >= 0 && each <= 1;
  if (!Array.isArray(samples) || samples.length < 2 || samples.length > MOST_SAMPLES || !samples.every(isFraction))
    throw bad(line, `"samples" must be a list of two fractions from 0 to 1, or more`);
  return { ...noisyMean(samples) };
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Reported below, as any other line that is no object.
  }
  throw bad(line, "a reply must be one JSON object on one line");
}

/** Percent are the usual slip. */
function percentHint(accuracy: unknown): string {
  const isPercent = typeof accuracy === "number" && accuracy > 1 && accuracy <= 100;
  return isPercent ? `; did you mean ${Number((accuracy / 100).toPrecision(12))}?` : "";
}

function fraction(reply: Readonly<Record<string, unknown>>, key: string): number | null {
  const value = reply[key];
  return typeof value === "number" && value >= 0 && value <= 1 ? roundAccuracy(value) : null;
}

function texts(value: unknown): readonly string[] | null {
  if (value === undefined) return [];
  return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : null;
}

function bad(line: string, rule: string): CommandFailure {
  return new CommandFailure("accuracy/command-bad-reply", `the program wrote "${clip(line)}", but ${rule}`);
}

function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
