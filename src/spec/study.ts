import type { Deployment } from "./deployment.ts";
import type { MappingEffort, MappingObjective } from "./mapping-objective.ts";
import type { SpecSet } from "./settings.ts";

/** A co-design search, validated: what is searched, what is fixed, what is wanted. */
export interface Study {
  readonly name: string;
  readonly description: string;
  /** Start of the search: what `space` does not change stays so. */
  readonly specs: SpecSet;
  /** In the order of the file. */
  readonly space: readonly SpaceParameter[];
  /** Paths of `space` that the mode keeps at their start, so that they are not in {@link space}. */
  readonly fixed: readonly string[];
  readonly objectives: readonly StudyObjective[];
  readonly constraints: readonly StudyConstraint[];
  /** Name in src/spec/modes.ts; null: objectives are the study's own. */
  readonly mode: string | null;
  readonly mapping: {
    readonly objective: MappingObjective;
    readonly effort: MappingEffort;
  };
  /** Null: nothing asks for accuracy, and none is evaluated. */
  readonly accuracy: AccuracySettings | null;
  readonly search: SearchSettings;
  /** The study as its file has it, with model and hardware written out, so that no other file is needed to run it again. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** One degree of freedom: a path of `--set` and the values that it may have. */
export interface SpaceParameter {
  readonly path: string;
  /** As written, with units: 6 or "64 KiB". All different, at least one. */
  readonly values: readonly (number | string | boolean)[];
  /** Whether neighbouring values are neighbouring amounts: numbers or quantities that rise or fall throughout. */
  readonly ordered: boolean;
  /** The parameter exists only where an earlier one has one of these values. */
  readonly when?: { readonly path: string; readonly in: readonly (number | string | boolean)[] };
}

export interface StudyObjective {
  /** Key with its unit, for example "latency_s". */
  readonly metric: string;
  readonly direction: "min" | "max";
}

export interface StudyConstraint {
  readonly metric: string;
  readonly comparison: "<=" | ">=";
  /** In the metric's unit. */
  readonly limit: number;
  /** As the study wrote it. */
  readonly text: string;
}

export interface AccuracySettings {
  readonly evaluator: "predictor" | "command";
  readonly metric: string;
  /** Program and arguments, never a shell line; null unless evaluator is command. */
  readonly command: readonly string[] | null;
  /** Absolute path of the folder that the program runs in; null unless evaluator is command. */
  readonly folder: string | null;
  /** Programs at once. */
  readonly parallel: number;
  /** Axes that accuracy does not see, by path or by what paths begin with; left out: none. */
  readonly ignore?: readonly string[];
  /** P of being more accurate from which on a dearer design stays on the front; left out: estimates decide. */
  readonly confidence?: number;
  /** Seconds for one model. */
  readonly timeout: number;
  readonly retries: number;
  /** Share of the whole effort that the command's answers are worth, above 0 to 1; left out: not said. */
  readonly fidelity?: number;
  /** Lower fidelities, ascending, at which candidates are screened before they are asked for at `fidelity`; left out: none. */
  readonly screening?: readonly number[];
  /** Answers of the command for one model, of which the mean is taken; left out: one. */
  readonly repeats?: number;
}

export interface SearchSettings {
  /** `auto` becomes one of the others before a search begins, by counts in the study alone. */
  readonly strategy: "auto" | "exact" | "nsga2" | "nsga3" | "random" | "bayesian";
  /** Why `auto` has taken the strategy; null: the study or the command line names it. */
  readonly chosen: string | null;
  readonly seed: number;
  /** Designs evaluated at most. `exact` covers the space whatever it says. */
  readonly trials: number;
  /** Designs proposed at a time; never depends on the workers. */
  readonly batch: number;
  /** The first trials of nsga2 and nsga3 are the exact front of a space whose lists have at most so many values; left out: they are not. */
  readonly coarse?: number;
  /** Individuals of nsga2 and nsga3; null: the strategy's own default. */
  readonly population: number | null;
  /** Stop after so many trials without a gain of hypervolume; null: never. */
  readonly patience: number | null;
  /** Reference point of the hypervolume by metric key; null: the strategy's own rule. */
  readonly reference: Readonly<Record<string, number>> | null;
}

/** Keys of the metrics that a study aims at or limits, each once. */
export function askedMetrics({ objectives, constraints, specs }: Study): readonly string[] {
  const asked = [...objectives, ...constraints].map(({ metric }) => metric);
  return [...new Set([...asked, ...metricsOfDeployment(specs.deployment)])];
}

/** Metrics that results show since the deployment asks for them. */
export function metricsOfDeployment({ carbonPrice }: Deployment): readonly string[] {
  return carbonPrice === undefined ? [] : ["cost_carbon"];
}
