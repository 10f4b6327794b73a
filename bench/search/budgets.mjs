import { startingPoint } from "../../dist/src/study/starting-point.js";
import { decompositionRequest } from "../../dist/src/study/exact/split-space.js";
import { byColumn } from "../../dist/src/study/exact/tasks.js";
import { FACTOR_NAMES } from "../../dist/src/cost/index.js";
import { createDecomposition } from "../../dist/src/evaluate/index.js";
import { assess, createSpace, createStrategy, hypervolume, pointKey } from "../../dist/src/search/index.js";
import { loadStudy } from "../../dist/src/spec/index.js";
import { exactFront } from "../exact-front.mjs";

const BUDGETS = [100, 500, 1000, 2000, 4000];
const BATCH = 32;
const SEEDS = 10;
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Outcomes from the tables of hardware points, each simulated at its first design: as `evaluate`, without second looks. */
function tabledEvaluator(request) {
  const decomposition = createDecomposition(request);
  const partOf = (points) => {
    const paths = Object.keys(points[0]);
    const places = new Map(points.map((point, i) => [pointKey(point), i]));
    return (point) => places.get(pointKey(Object.fromEntries(paths.map((path) => [path, point[path]]))));
  };
  const options = [0, 1].map((side) =>
    Array.from({ length: decomposition.optionCounts[side] }, (_, i) => decomposition.pointOf(side, i)),
  );
  const [hardwareOf, firstOf, secondOf] = [request.hardware, ...options].map(partOf);
  const tables = new Map();
  const { scores, valueOf } = decomposition.accuracy;
  return (point) => {
    const [hardware, a, b] = [hardwareOf(point), firstOf(point), secondOf(point)];
    if (!tables.has(hardware)) tables.set(hardware, decomposition.tables(hardware));
    const found = tables.get(hardware);
    if (found.kind === "ruled-out")
      return { kind: "infeasible", constraint: found.breaks[0].constraint, by: found.breaks[0].by, unit: "" };
    const { base, columns } = found.variants[0];
    const sums = columns.map((column, at) => base[at] + ((column.a?.[a] ?? 0) + (column.b?.[b] ?? 0)));
    const metrics = Object.fromEntries(decomposition.metrics.map((metric, at) => [metric, sums[at]]));
    return { kind: "evaluated", metrics: { ...metrics, accuracy: valueOf(scores[0][a] + scores[1][b]) } };
  };
}

/**
 * Hypervolume of what a search has found, as a share of the exact front's (reference point: its nadir), against the number
 * of designs evaluated; ten seeds. Beside it the least carbon at the accuracy of the starting design.
 */
export async function budgets(file = "examples/clip-vit-b16.yaml", print = () => undefined) {
  const study = loadStudy(new URL(`../../${file}`, import.meta.url).pathname, FACTOR_NAMES);
  const { objectives, constraints: limits } = study;
  // A latency limit has a column of its own, which is compared in cycles.
  const constraints = limits.map(byColumn);
  const request = decompositionRequest(study);
  const { reference, most } = await exactFront(study, 2);
  const outcome = tabledEvaluator(request);
  const start = startingPoint(study);
  const floor = outcome(start).metrics.accuracy;
  const lines = [];
  for (const name of ["nsga2", "nsga3", "random"]) {
    const runs = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const strategy = createStrategy(name, {
        ...{ space: createSpace(study.space), seed, objectives, constraints, initial: [start] },
      });
      const found = [];
      const shares = [];
      let least = Infinity;
      let number = 0;
      for (const budget of BUDGETS) {
        while (number < budget) {
          const points = strategy.suggest(Math.min(BATCH, budget - number));
          const trials = points.map((point, i) => ({ number: number + i, point, outcome: outcome(point) }));
          strategy.update(trials);
          number += trials.length;
          for (const trial of trials) {
            const assessment = assess(trial.outcome, objectives, constraints);
            if (assessment.kind !== "feasible") continue;
            found.push(assessment.costs);
            const { accuracy, carbon_total_kgCO2e } = trial.outcome.metrics;
            if (accuracy >= floor) least = Math.min(least, carbon_total_kgCO2e);
          }
        }
        shares.push((100 * hypervolume(found, reference)) / most);
      }
      runs.push({ shares, least });
    }
    const text = BUDGETS.map((budget, i) => {
      const column = runs.map(({ shares }) => shares[i]);
      return `${budget}: ${median(column).toFixed(1)} % (${Math.min(...column).toFixed(1)}–${Math.max(...column).toFixed(1)})`;
    });
    const least = runs.map((run) => run.least);
    lines.push(
      `${name}: ${text.join(", ")}; least carbon at the start's accuracy ${median(least).toFixed(4)} kg (${Math.min(...least).toFixed(4)}–${Math.max(...least).toFixed(4)})`,
    );
    print(lines.at(-1));
  }
  return lines;
}
