import { InputError } from "../errors/index.ts";
import {
  assess,
  createFront,
  createSpace,
  runStrategy,
  type Outcome,
  type Point,
  type StudyResult,
  type Trial,
} from "../search/index.ts";
import type { Study } from "../spec/index.ts";
import { createMemoryStore } from "../store/index.ts";
import { proposingStrategy } from "./auto.ts";
import { loopOf, strategyOf } from "./strategy.ts";

/** A design that is to be evaluated. */
export interface AskedDesign {
  readonly trial: number;
  readonly point: Point;
}

/** What was told of a trial. */
export interface ToldOutcome {
  readonly trial: number;
  readonly outcome: Outcome;
}

/** How far a study is that others evaluate. */
export interface AskTellState {
  readonly toldCount: number;
  /** Trials that were handed out and have no outcome yet, ascending. */
  readonly waiting: readonly number[];
  /** Null: it goes on. */
  readonly stopped: StudyResult["stopped"] | null;
}

/**
 * A study whose designs somebody else evaluates. The strategy sees whole batches of the study's own size, in order of trial number, so
 * that equal outcomes give equal trials, whatever is asked for at a time and in whatever order outcomes are told: those of a search.
 */
export interface AskTell {
  /**
   * At most `count` designs that were not handed out yet. None: the study has ended, or the present batch must be told first.
   *
   * @throws the strategy's error
   */
  ask(count: number): Promise<readonly AskedDesign[]>;
  /**
   * Takes outcomes of trials that were handed out, all or none. The same outcome may be told again.
   *
   * @throws InputError for a trial that was not handed out, was told otherwise, or lacks a metric that the study asks for
   */
  tell(told: readonly ToldOutcome[]): void;
  readonly state: AskTellState;
  /** Non-dominated feasible trials of all that were told, by objectives best first, then by number. */
  front(): readonly Trial[];
  /** Ends it; what is waited for is given up. */
  close(): void;
}

/** The batch that is being evaluated. */
interface Batch {
  readonly outcomes: Map<number, Outcome>;
  readonly points: ReadonlyMap<number, Point>;
  readonly finish: (outcomes: readonly Outcome[]) => void;
  /** Handed out up to here, in order. */
  handedOut: number;
}

type Phase =
  | { readonly kind: "working"; readonly done: Promise<void> }
  | { readonly kind: "batch"; readonly batch: Batch }
  | { readonly kind: "ended"; readonly stopped: StudyResult["stopped"] }
  | { readonly kind: "failed"; readonly error: unknown };

/** @throws InputError for `exact`, which proposes no trials; SearchError */
export async function createAskTell(asked: Study): Promise<AskTell> {
  const study = proposingStrategy(asked);
  if (study.search.strategy === "exact")
    throw new InputError(
      "Strategy exact covers its space and proposes no trials: name another one (nsga2, nsga3, random, bayesian), or run ecotile search.",
    );
  const { objectives, constraints } = study;
  const stop = new AbortController();
  const strategy = await strategyOf(study, createSpace(study.space), stop.signal, () => undefined);
  const told = new Map<number, Trial>();
  const front = createFront();
  let phase: Phase;
  let wake: () => void = () => undefined;
  const enter = (next: Phase): void => {
    phase = next;
    wake();
  };
  const work = (): void => {
    const done = new Promise<void>((resolve) => {
      wake = resolve;
    });
    phase = { kind: "working", done };
  };
  work();
  // Strategies propose no point twice, so that the trials of a batch are numbered without gaps.
  const evaluateBatch = (points: readonly Point[], first: number): Promise<readonly Outcome[]> =>
    new Promise((resolve, reject) => {
      stop.signal.addEventListener("abort", () => reject(stop.signal.reason as Error), { once: true });
      const numbered = new Map(points.map((point, i) => [first + i, point] as const));
      enter({ kind: "batch", batch: { outcomes: new Map(), points: numbered, finish: resolve, handedOut: 0 } });
    });
  runStrategy({ ...loopOf(study), strategy, store: createMemoryStore(), signal: stop.signal, evaluateBatch }).then(
    ({ stopped }) => enter({ kind: "ended", stopped }),
    (error: unknown) => enter({ kind: "failed", error }),
  );

  const handedOutOf = ({ points, handedOut }: Batch): readonly number[] => [...points.keys()].slice(0, handedOut);

  const checkTold = ({ trial, outcome }: ToldOutcome): Point | null => {
    const before = told.get(trial);
    if (before !== undefined) {
      if (JSON.stringify(before.outcome) === JSON.stringify(outcome)) return null;
      throw new InputError(`Trial ${trial} has been told, with another outcome.`);
    }
    const point =
      phase.kind === "batch" && handedOutOf(phase.batch).includes(trial) ? phase.batch.points.get(trial) : undefined;
    if (point === undefined) throw new InputError(`Trial ${trial} was not handed out.`);
    const missing =
      outcome.kind === "infeasible"
        ? []
        : [...objectives, ...constraints].filter(({ metric }) => !Object.hasOwn(outcome.metrics, metric));
    if (missing.length === 0) return point;
    const names = [...new Set(missing.map(({ metric }) => metric))].join(", ");
    throw new InputError(`The metrics of trial ${trial} lack ${names}, which the study asks for.`);
  };

  return {
    ask: async (count) => {
      while (phase.kind === "working") await phase.done;
      if (phase.kind === "failed") throw phase.error;
      if (phase.kind !== "batch") return [];
      const { batch } = phase;
      const open = [...batch.points].slice(batch.handedOut, batch.handedOut + count);
      batch.handedOut += open.length;
      return open.map(([trial, point]) => ({ trial, point }));
    },
    tell: (results) => {
      const fresh = new Map<number, Trial>();
      for (const result of results) {
        const twice = fresh.get(result.trial);
        const point = checkTold(result);
        if (twice !== undefined && JSON.stringify(twice.outcome) !== JSON.stringify(result.outcome))
          throw new InputError(`Trial ${result.trial} is told twice, with different outcomes.`);
        if (point !== null) fresh.set(result.trial, { number: result.trial, point, outcome: result.outcome });
      }
      if (phase.kind !== "batch") return;
      const { batch } = phase;
      for (const trial of fresh.values()) {
        told.set(trial.number, trial);
        batch.outcomes.set(trial.number, trial.outcome);
        const assessment = assess(trial.outcome, objectives, constraints);
        if (assessment.kind === "feasible") front.add({ number: trial.number, costs: assessment.costs });
      }
      if (batch.outcomes.size < batch.points.size) return;
      work();
      batch.finish([...batch.points.keys()].map((trial) => batch.outcomes.get(trial)!));
    },
    get state() {
      const batch = phase.kind === "batch" ? phase.batch : null;
      return {
        toldCount: told.size,
        waiting: batch === null ? [] : handedOutOf(batch).filter((trial) => !batch.outcomes.has(trial)),
        stopped: phase.kind === "ended" ? phase.stopped : null,
      };
    },
    front: () => front.entries().map(({ number }) => told.get(number)!),
    close: () => stop.abort(new Error("closed")),
  };
}
