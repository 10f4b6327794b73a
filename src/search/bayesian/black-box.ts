import { createRandom } from "../../random/index.ts";
import { assess, nadirOf, nonDominated, type Costs } from "../pareto/index.ts";
import type { StrategyOptions } from "../strategies/options.ts";
import { genesKey, type Genes } from "../space/index.ts";
import { firstScales, fitProcess } from "./fit.ts";
import { gaussianProcess, type GaussianProcess, type Scales } from "./gaussian-process.ts";
import { improvementOf } from "./improvement.ts";
import { inputsOf } from "./inputs.ts";
import type { Surrogate } from "./strategy.ts";

const MOST_OBSERVED = 80;
const DRAWS = 4;
const STREAM = 4;

interface Observed {
  readonly genes: Genes;
  readonly input: Float64Array;
  /** Null: not feasible. */
  readonly costs: Costs | null;
}

/** Learns every objective over the whole space, and where designs are feasible. */
export function createBlackBox({ space, seed, objectives, constraints }: StrategyOptions): Surrogate {
  const observed: Observed[] = [];
  const pending = new Map<string, Genes>();
  const scales: Scales[] = [];
  let processes: readonly GaussianProcess[] = [];
  let feasibility: GaussianProcess | null = null;
  let front: readonly Costs[] = [];
  let reference: Costs = [];
  let fittedCount = -1;
  const draws = normalDraws(seed, objectives.length);

  const learn = (k: number, inputs: readonly Float64Array[], values: readonly number[]): GaussianProcess => {
    const own = (scales[k] ??= firstScales(inputs[0]!.length));
    return fittedCount === observed.length
      ? (gaussianProcess({ inputs, values }, own) ?? fitProcess({ inputs, values }, own))
      : fitProcess({ inputs, values }, own);
  };

  return {
    update: (trials) => {
      for (const { point, outcome } of trials) {
        const genes = space.encode(point);
        pending.delete(genesKey(genes));
        const assessment = assess(outcome, objectives, constraints);
        const costs = assessment.kind === "feasible" ? assessment.costs : null;
        observed.push({ genes, input: inputsOf(space, genes), costs });
      }
    },
    prepare: () => {
      const newest = observed.slice(-MOST_OBSERVED);
      const feasible = newest.flatMap(({ input, costs }) => (costs === null ? [] : [{ input, costs }]));
      const waiting = [...pending.values()].map((genes) => inputsOf(space, genes));
      if (newest.length === 0) return;
      const labels = newest.map(({ costs }) => (costs === null ? 0 : 1));
      feasibility = labels.includes(0)
        ? learn(
            objectives.length,
            newest.map(({ input }) => input),
            labels,
          )
        : null;
      if (feasible.length < 2) {
        processes = [];
        fittedCount = observed.length;
        return;
      }
      const inputs = feasible.map(({ input }) => input);
      const fitted = objectives.map((_, k) =>
        learn(
          k,
          inputs,
          feasible.map(({ costs }) => costs[k]!),
        ),
      );
      const expected = waiting.map((input) => fitted.map((process) => process.predict(input).mean));
      processes =
        waiting.length === 0
          ? fitted
          : fitted.map((process, k) => {
              const values = [...feasible.map(({ costs }) => costs[k]!), ...expected.map((costs) => costs[k]!)];
              return gaussianProcess({ inputs: [...inputs, ...waiting], values }, scales[k]!) ?? process;
            });
      const all = [...feasible.map(({ costs }) => costs), ...expected];
      front = nonDominated(all).map((i) => all[i]!);
      reference = nadirOf(all).map((worst) => worst + 0.1 * Math.max(Math.abs(worst), 1e-9));
      fittedCount = observed.length;
    },
    score: (genes) => {
      const input = inputsOf(space, genes);
      const chance = feasibility === null ? 1 : Math.min(1, Math.max(0.02, feasibility.predict(input).mean));
      if (processes.length === 0) return chance;
      const predictions = processes.map((process) => process.predict(input));
      let total = 0;
      for (const draw of draws) {
        const costs = predictions.map(({ mean, deviation }, k) => mean + deviation * draw[k]!);
        total += improvementOf(costs, front, reference);
      }
      return (chance * total) / DRAWS;
    },
    good: () => {
      const feasible = observed.flatMap(({ genes, costs }) => (costs === null ? [] : [{ genes, costs }]));
      return nonDominated(feasible.map(({ costs }) => costs)).map((i) => feasible[i]!.genes);
    },
    point: (genes) => {
      pending.set(genesKey(genes), genes);
      return space.decode(genes);
    },
  };
}

/** Standard normal numbers, in pairs of opposite sign (sum of twelve uniform ones, which needs no logarithm). */
function normalDraws(seed: number, dimension: number): readonly (readonly number[])[] {
  const random = createRandom(seed, STREAM);
  const normal = (): number => Array.from({ length: 12 }, () => random.float()).reduce((sum, x) => sum + x, -6);
  const half = Array.from({ length: DRAWS / 2 }, () => Array.from({ length: dimension }, normal));
  return [...half, ...half.map((draw) => draw.map((value) => 0 - value))];
}
