import { FACTOR_NAMES } from "../../dist/src/cost/index.js";
import { enumerateOnWorkers } from "../../dist/src/study/exact/enumerate.js";
import { greyBoxOf } from "../../dist/src/study/exact/grey-box.js";
import { decompositionRequest } from "../../dist/src/study/exact/split-space.js";
import {
  assess,
  bestSubsetHypervolume,
  createSpace,
  createStrategy,
  hypervolume,
  igdPlus,
  nadirOf,
} from "../../dist/src/search/index.js";
import { loadStudy } from "../../dist/src/spec/index.js";
import { createDesignEvaluator, designContext } from "../../dist/src/worker/index.js";

const EVALUATIONS = 100;
const BATCH = 5;
const SEEDS = 10;

const signed = ({ direction }, value) => (direction === "min" ? value : -value);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * What a search has after 100 evaluations of accuracy, initial ones counted: hypervolume as a share of what the best 100
 * designs of the exact front have (reference point: the front's nadir), and IGD+ to the whole front. Ten seeds.
 */
export async function hundredEvaluations(file = "examples/clip-vit-b16.yaml", print = () => undefined) {
  const study = loadStudy(new URL(`../../${file}`, import.meta.url).pathname, FACTOR_NAMES);
  const { objectives, constraints } = study;
  const request = decompositionRequest(study);
  const { result } = await enumerateOnWorkers(
    { request, objectives, constraints },
    {
      workers: 2,
      signal: new AbortController().signal,
      isCountedInFull: false,
      blocks: null,
      onProgress: () => undefined,
    },
  );
  const front = result.front.map(({ values }) => values.map((value, k) => signed(objectives[k], value)));
  const reference = nadirOf(front);
  const most = bestSubsetHypervolume(front, EVALUATIONS, reference);
  print(
    `exact front: ${front.length} designs; best ${EVALUATIONS} of them: ${((100 * most) / hypervolume(front, reference)).toFixed(2)} % of its hypervolume`,
  );

  const started = performance.now();
  const greyBox = await greyBoxOf(study);
  print(`best hardware of every model: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  const evaluator = createDesignEvaluator(designContext(study));
  const space = createSpace(study.space);
  const lines = [];
  for (const [name, options] of [
    ["bayesian", { greyBox }],
    ["nsga2", { populationSize: 20 }],
    ["random", {}],
  ]) {
    const shares = [];
    const distances = [];
    const begun = performance.now();
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const strategy = createStrategy(name, { space, seed, objectives, constraints, ...options });
      const found = [];
      for (let number = 0; number < EVALUATIONS; number += BATCH) {
        const trials = strategy
          .suggest(BATCH)
          .map((point, i) => ({ number: number + i, point, outcome: evaluator.outcome(point) }));
        strategy.update(trials);
        for (const { outcome } of trials) {
          const assessment = assess(outcome, objectives, constraints);
          if (assessment.kind === "feasible") found.push(assessment.costs);
        }
      }
      shares.push((100 * hypervolume(found, reference)) / most);
      distances.push(igdPlus(found, front));
    }
    const seconds = (performance.now() - begun) / 1000 / SEEDS;
    lines.push(
      `${name}: ${median(shares).toFixed(2)} % in the median (${Math.min(...shares).toFixed(2)}–${Math.max(...shares).toFixed(2)}), IGD+ ${median(distances).toPrecision(3)}, ${seconds.toFixed(1)} s a run`,
    );
    print(lines.at(-1));
  }
  return lines;
}
