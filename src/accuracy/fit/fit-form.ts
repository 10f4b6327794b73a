import { termValue, type Term } from "../form.ts";
import type { Subject } from "../subject.ts";
import type { Observation } from "./observation.ts";
import { boundedRidge } from "./solve.ts";

/** Everything about a fit that is chosen and not solved for. */
export interface FormSettings {
  readonly terms: readonly Term[];
  /** Penalty on the amplitudes, small: keeps them finite where terms nearly coincide. */
  readonly termPenalty: number;
  /** Partial pooling: penalty on each training effect, σ² of the residual over τ² of the effects. */
  readonly effectPenalty: number;
  /** Penalty on the effect of one exact tag, which stands beside that of its data set. */
  readonly tagPenalty: number;
  /** Weight of a pruned model and its parent against 1 for others: there are few, of one recipe, and searches are about them. */
  readonly anchorWeight: number;
}

export interface FittedForm {
  readonly intercept: number;
  readonly amplitudes: readonly number[];
  readonly effects: ReadonlyMap<string, number>;
}

/** The problem of least squares that a fit solves: weighted rows, intercept, then terms, then effects by name. */
export interface FormDesign {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  readonly scores: readonly number[];
  readonly penalty: readonly number[];
  readonly nonNegative: readonly boolean[];
}

/** Ridge fit of the score; amplitudes are held at zero or above. */
export function fitForm(observations: readonly Observation[], settings: FormSettings): FittedForm {
  const { names, rows, scores, penalty, nonNegative } = designOf(observations, settings);
  const solved = boundedRidge(rows, scores, penalty, nonNegative);
  const first = 1 + settings.terms.length;
  return {
    intercept: solved[0]!,
    amplitudes: settings.terms.map((_, j) => solved[j + 1]!),
    effects: new Map(names.map((name, j) => [name, solved[first + j]!])),
  };
}

export function designOf(observations: readonly Observation[], settings: FormSettings): FormDesign {
  const names = [...new Set(observations.flatMap(({ subject }) => subject.training?.effects ?? []))].sort();
  const index = new Map(names.map((name, j) => [name, j + 1 + settings.terms.length]));
  const width = 1 + settings.terms.length + names.length;
  const rows = observations.map(({ subject }) => {
    const row = new Array<number>(width).fill(0);
    row[0] = 1;
    settings.terms.forEach((term, j) => (row[j + 1] = termValue(term, subject)));
    for (const effect of subject.training?.effects ?? []) row[index.get(effect)!] = 1;
    return row;
  });
  const penalty = [
    1e-9,
    ...settings.terms.map(() => settings.termPenalty),
    ...names.map((name) => (name.startsWith("tag:") ? settings.tagPenalty : settings.effectPenalty)),
  ];
  const nonNegative = penalty.map((_, j) => j > 0 && j <= settings.terms.length);
  const scale = observations.map(({ isAnchor }) => Math.sqrt(isAnchor ? settings.anchorWeight : 1));
  const score = observations.map((one, i) => one.score * scale[i]!);
  const weighted = rows.map((row, i) => row.map((value) => value * scale[i]!));
  return { names, rows: weighted, scores: score, penalty, nonNegative };
}

export function scoreOf(form: FittedForm, terms: readonly Term[], subject: Subject): number {
  let score = form.intercept;
  terms.forEach((term, j) => (score += form.amplitudes[j]! * termValue(term, subject)));
  for (const effect of subject.training?.effects ?? []) score += form.effects.get(effect) ?? 0;
  return score;
}
