import { square } from "../../math/index.ts";
import { assess, nadirOf, type Costs } from "../pareto/index.ts";
import type { StrategyOptions } from "../strategies/options.ts";
import { genesKey, type Genes, type Space } from "../space/index.ts";
import type { Measurement, Point } from "../types.ts";
import { firstScales, fitProcess } from "./fit.ts";
import { gaussianProcess, type GaussianProcess, type Observations, type Scales } from "./gaussian-process.ts";
import type { GreyBox } from "./grey-box.ts";
import { createExpectedImprovement, type Known } from "./improvement.ts";
import { inputsOf } from "./inputs.ts";
import { partOf, type Surrogate } from "./strategy.ts";

/** Observations that a process is fitted to; of more, the newest. */
const MOST_OBSERVED = 200;
/** Half of a 90 % interval in standard deviations of a normal variable. */
const HALF_OF_90 = 1.6448536269514722;

interface Measured {
  readonly genes: Genes;
  /** Which of the fidelities, from 0 to 1 for that of a trial. */
  readonly rung: number;
  readonly gain: number;
  readonly variance: number;
}

interface Observed extends Known, Measured {}

/**
 * Learns the accuracy of models; every other objective of a model on its best hardware is known.
 *
 * A model that was screened at a lower fidelity is an observation too: the fidelity is one more input of the process, so that it
 * learns how far a short training tells of a long one (Kandasamy et al. 2017, arXiv 1703.06240). Improvements are those at the full one.
 */
export function createKnownCosts(options: StrategyOptions, space: Space, greyBox: GreyBox): Surrogate {
  const { objectives, constraints, fidelities = [] } = options;
  const observed: Observed[] = [];
  const screened: Measured[] = [];
  const pending = new Map<string, Genes>();
  const completions = new Map<string, ReturnType<GreyBox["complete"]>>();
  const signs = objectives.filter(({ metric }) => metric !== greyBox.metric).map(({ direction }) => direction);
  let scales: Scales | null = null;
  let fittedCount = 0;
  let process: GaussianProcess | null = null;
  let improvement: ReturnType<typeof createExpectedImprovement> = () => 0;

  const completed = (genes: Genes): ReturnType<GreyBox["complete"]> => {
    const key = genesKey(genes);
    const known = completions.get(key) ?? greyBox.complete(space.decode(genes));
    completions.set(key, known);
    return known;
  };
  const costsOf = (metrics: Readonly<Record<string, number>>): Costs =>
    objectives
      .filter(({ metric }) => metric !== greyBox.metric)
      .map(({ metric }, k) => (signs[k] === "min" ? metrics[metric]! : 0 - metrics[metric]!));
  const inputAt = (genes: Genes, rung: number): Float64Array =>
    fidelities.length === 0 ? inputsOf(space, genes) : Float64Array.from([...inputsOf(space, genes), rung]);
  const predict = (known: GaussianProcess, genes: Genes): ReturnType<GaussianProcess["predict"]> =>
    known.predict(inputAt(genes, 1));

  /** What is believed of the points under way, and the improvements over that. */
  const believe = (fitted: GaussianProcess, known: Observations): void => {
    const expected = [...pending.values()].map((genes): Observed => {
      const { mean } = predict(fitted, genes);
      return { genes, rung: 1, gain: mean, variance: 0, costs: completed(genes)[0]?.costs ?? [] };
    });
    const believed: Observations = {
      inputs: [...known.inputs, ...expected.map(({ genes }) => inputAt(genes, 1))],
      values: [...known.values, ...expected.map(({ gain }) => gain)],
      ...(known.variances === undefined ? {} : { variances: [...known.variances, ...expected.map(() => 0)] }),
    };
    process = expected.length === 0 ? fitted : (gaussianProcess(believed, scales!) ?? fitted);
    // Where answers are noisy a lucky one is no better than what is believed of it.
    const found = observed.map((each): Known =>
      each.variance > 0 ? { gain: predict(fitted, each.genes).mean, costs: each.costs } : each,
    );
    const front = [...found, ...expected.filter(({ costs }) => costs.length > 0)];
    const range = front.length > 1 ? front : [...front, ...screened.flatMap((each) => guessed(fitted, each.genes))];
    improvement = createExpectedImprovement(
      front,
      range.reduce((least, { gain }) => Math.min(least, gain), Infinity),
      nadirOf(range.map(({ costs }) => costs)),
    );
  };
  /** A model that was only screened. */
  const guessed = (fitted: GaussianProcess, genes: Genes): readonly Known[] => {
    const costs = completed(genes)[0]?.costs;
    return costs === undefined ? [] : [{ gain: predict(fitted, genes).mean, costs }];
  };

  return {
    update: (trials) => {
      for (const { point, outcome } of trials) {
        const genes = space.encode(partOf(space, point));
        pending.delete(genesKey(genes));
        if (outcome.kind !== "evaluated" || assess(outcome, objectives, constraints).kind !== "feasible") continue;
        const { metrics } = outcome;
        const variance = noiseOf(metrics, greyBox.interval);
        observed.push({ genes, rung: 1, gain: metrics[greyBox.metric]!, variance, costs: costsOf(metrics) });
      }
    },
    screen: (genes, fidelity, { value, variance }: Measurement) => {
      const rung = fidelities.indexOf(fidelity) / fidelities.length;
      screened.push({ genes, rung, gain: value, variance });
    },
    forget: (genes) => void pending.delete(genesKey(genes)),
    prepare: () => {
      const newest = [...screened, ...observed].slice(-MOST_OBSERVED);
      if (newest.length < 2) return;
      const inputs = newest.map(({ genes, rung }) => inputAt(genes, rung));
      const values = newest.map(({ gain }) => gain);
      const variances = newest.map(({ variance }) => variance);
      const known = { inputs, values, ...(variances.some((each) => each > 0) ? { variances } : {}) };
      scales ??= firstScales(inputs[0]!.length);
      const count = observed.length + screened.length;
      const isNew = fittedCount !== count;
      fittedCount = count;
      const fitted = isNew || process === null ? fitProcess(known, scales) : process;
      believe(fitted, known);
    },
    score: (genes) => {
      const options = completed(genes);
      if (process === null || options.length === 0) return 0;
      const prediction = predict(process, genes);
      return options.reduce((most, { costs }) => Math.max(most, improvement(prediction, costs)), 0);
    },
    good: () => frontOf(observed).map(({ genes }) => genes),
    point: (genes): Point | null => {
      const best = completed(genes);
      if (best.length === 0) return null;
      const prediction = process === null ? undefined : predict(process, genes);
      const gains = best.map(({ costs }) => (prediction === undefined ? 0 : improvement(prediction, costs)));
      pending.set(genesKey(genes), genes);
      return best[gains.indexOf(Math.max(...gains))]!.point;
    },
  };
}

/** Variance of a measurement with a 90 % interval, taken as normal. */
export function varianceOf(low: number, high: number): number {
  return square((high - low) / (2 * HALF_OF_90));
}

function noiseOf(metrics: Readonly<Record<string, number>>, interval: GreyBox["interval"]): number {
  if (interval === null) return 0;
  const [low, high] = interval.map((name) => metrics[name]);
  return low === undefined || high === undefined ? 0 : varianceOf(low, high);
}

function frontOf(observed: readonly Observed[]): readonly Observed[] {
  return observed.filter(
    (one) =>
      !observed.some(
        (other) =>
          other !== one &&
          other.gain >= one.gain &&
          other.costs.every((cost, k) => cost <= one.costs[k]!) &&
          (other.gain > one.gain || other.costs.some((cost, k) => cost < one.costs[k]!)),
      ),
  );
}
