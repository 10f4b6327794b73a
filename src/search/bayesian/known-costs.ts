import { assess, nadirOf, type Costs } from "../pareto/index.ts";
import type { StrategyOptions } from "../strategies/options.ts";
import { genesKey, type Genes, type Space } from "../space/index.ts";
import type { Point } from "../types.ts";
import { fitProcess } from "./fit.ts";
import { gaussianProcess, type GaussianProcess } from "./gaussian-process.ts";
import type { GreyBox } from "./grey-box.ts";
import { createExpectedImprovement, type Known } from "./improvement.ts";
import { inputsOf } from "./inputs.ts";
import { partOf, type Surrogate } from "./strategy.ts";

/** Observations that a process is fitted to; of more, the newest. */
const MOST_OBSERVED = 200;

interface Observed extends Known {
  readonly genes: Genes;
}

/** Learns the accuracy of models; every other objective of a model on its best hardware is known. */
export function createKnownCosts(options: StrategyOptions, space: Space, greyBox: GreyBox): Surrogate {
  const { objectives, constraints } = options;
  const observed: Observed[] = [];
  const pending = new Map<string, Genes>();
  const completions = new Map<string, ReturnType<GreyBox["complete"]>>();
  const signs = objectives.filter(({ metric }) => metric !== greyBox.metric).map(({ direction }) => direction);
  let lengths: Float64Array | null = null;
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

  return {
    update: (trials) => {
      for (const { point, outcome } of trials) {
        const genes = space.encode(partOf(space, point));
        pending.delete(genesKey(genes));
        if (outcome.kind !== "evaluated" || assess(outcome, objectives, constraints).kind !== "feasible") continue;
        observed.push({ genes, gain: outcome.metrics[greyBox.metric]!, costs: costsOf(outcome.metrics) });
      }
    },
    prepare: () => {
      const newest = observed.slice(-MOST_OBSERVED);
      if (newest.length < 2) return;
      const inputs = newest.map(({ genes }) => inputsOf(space, genes));
      const values = newest.map(({ gain }) => gain);
      lengths ??= new Float64Array(inputs[0]!.length).fill(1);
      const isNew = fittedCount !== observed.length;
      fittedCount = observed.length;
      const fitted = isNew || process === null ? fitProcess({ inputs, values }, lengths) : process;
      process = fitted;
      const expected = [...pending.values()].map((genes): Observed => {
        const { mean } = fitted.predict(inputsOf(space, genes));
        return { genes, gain: mean, costs: completed(genes)[0]?.costs ?? [] };
      });
      const believed = {
        inputs: [...inputs, ...expected.map(({ genes }) => inputsOf(space, genes))],
        values: [...values, ...expected.map(({ gain }) => gain)],
      };
      process = expected.length === 0 ? fitted : (gaussianProcess(believed, lengths) ?? fitted);
      const front = [...observed, ...expected.filter(({ costs }) => costs.length > 0)];
      const worst = nadirOf(front.map(({ costs }) => costs));
      improvement = createExpectedImprovement(
        front,
        front.reduce((least, { gain }) => Math.min(least, gain), Infinity),
        worst,
      );
    },
    score: (genes) => {
      const options = completed(genes);
      if (process === null || options.length === 0) return 0;
      const prediction = process.predict(inputsOf(space, genes));
      return options.reduce((most, { costs }) => Math.max(most, improvement(prediction, costs)), 0);
    },
    good: () => frontOf(observed).map(({ genes }) => genes),
    point: (genes): Point | null => {
      const best = completed(genes);
      if (best.length === 0) return null;
      const prediction = process?.predict(inputsOf(space, genes));
      const gains = best.map(({ costs }) => (prediction === undefined ? 0 : improvement(prediction, costs)));
      pending.set(genesKey(genes), genes);
      return best[gains.indexOf(Math.max(...gains))]!.point;
    },
  };
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
