import type { DecompositionRequest } from "../../../src/evaluate/index.ts";
import { createRandom } from "../../../src/random/index.ts";
import {
  assess,
  costsOfFront,
  createExactEnumerator,
  createExactMerger,
  createSpace,
  multiplicitiesOf,
  nonDominated,
  pointKey,
  type Constraint,
  type ExactResult,
  type Objective,
  type Outcome,
  type Point,
} from "../../../src/search/index.ts";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { loadStudy, type Study } from "../../../src/spec/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { resultOfTerms, studyOfTerms } from "../../../src/study/exact/terms.ts";
import { partsOf } from "../../../src/study/exact/parts.ts";
import { enumerationOptions } from "../../../src/study/exact/tasks.ts";
import { decompositionRequest } from "../../../src/study/exact/split-space.ts";
import { repository } from "../search/cli.ts";

const published = loadStudy(`${repository}examples/clip-vit-b16.yaml`, FACTOR_NAMES);

const ACCURACY: Objective = { metric: "accuracy", direction: "max" };
const min = (metric: string): Objective => ({ metric, direction: "min" });
const OBJECTIVES: readonly (readonly Objective[])[] = [
  [ACCURACY, min("carbon_total_kgCO2e")],
  [ACCURACY, min("carbon_total_kgCO2e"), min("latency_s")],
  [ACCURACY, min("energy_total_J"), min("latency_s")],
  [min("carbon_total_kgCO2e"), min("latency_s")],
];
const atMost = (metric: string, limit: number, text: string): Constraint => ({ metric, comparison: "<=", limit, text });

/** A random part of the published space with at most `most` designs, random objectives and limits that bite. */
export function randomStudy(seed: number, most: number): Study {
  const random = createRandom(seed);
  const sizes = new Map(published.space.map(({ path }) => [path, 1]));
  const sizeOf = (): number => [...sizes.values()].reduce((product, size) => product * size, 1);
  for (;;) {
    const { path, values } = random.pick(published.space);
    const grown = sizes.get(path)! + 1;
    if (grown <= values.length) sizes.set(path, grown);
    if (sizeOf() > most) {
      sizes.set(path, grown - 1);
      break;
    }
  }
  const space = published.space.map((parameter) => {
    const places = random.shuffle(parameter.values.map((_, i) => i)).slice(0, sizes.get(parameter.path)!);
    return { ...parameter, values: places.sort((i, j) => i - j).map((i) => parameter.values[i]!) };
  });
  const latency = random.pick([0.004, 0.012, 0.05, 0.2]);
  const constraints = [
    atMost("area_mm2", 40, "area <= 40 mm2"),
    ...(random.chance(3, 4) ? [atMost("latency_s", latency, `latency <= ${latency} s`)] : []),
    ...(random.chance(1, 4) ? [{ ...atMost("accuracy", 0.45, "accuracy >= 45 %"), comparison: ">=" as const }] : []),
  ];
  return { ...published, space, constraints, objectives: random.pick(OBJECTIVES) };
}

/** The published study with only these parameters, and some of their values. */
export function partOfPublished(values: Readonly<Record<string, readonly number[]>>): Study {
  return { ...published, space: Object.entries(values).map(([path, list]) => ({ path, values: list, ordered: true })) };
}

export interface FrontDesign {
  readonly point: Point;
  readonly key: string;
  readonly values: readonly number[];
  /** Designs that it stands for, equal up to the order of layers. */
  readonly designs: number;
}

/** The front by evaluating every design of the space by itself. */
export function bruteForce(study: Study): { readonly front: readonly FrontDesign[]; readonly outcomes: Outcome[] } {
  const { objectives, constraints } = study;
  const evaluator = createDesignEvaluator(designContext(study));
  const space = createSpace(study.space);
  const points = Array.from({ length: Number(space.size) }, (_, i) => space.decode(space.genesAt(BigInt(i))));
  const outcomes = points.map((point): Outcome => evaluator.outcome(point));
  const feasible = points.flatMap((point, i) => {
    const assessment = assess(outcomes[i]!, objectives, constraints);
    return assessment.kind === "feasible" ? [{ point, costs: assessment.costs }] : [];
  });
  const front = nonDominated(feasible.map(({ costs }) => costs)).map((i): FrontDesign => {
    const { point, costs } = feasible[i]!;
    return { point, key: pointKey(point), values: costs, designs: 1 };
  });
  return { front, outcomes };
}

/** The same by enumeration; in rounds that learn from each other, or in one that counts everything. */
export async function enumerated(
  study: Study,
  isBounded: boolean,
): Promise<{ readonly front: readonly FrontDesign[]; readonly result: ExactResult; readonly looks: number }> {
  const factors = studyOfTerms(study);
  const request: DecompositionRequest = decompositionRequest(factors);
  const decomposition = partsOf(request);
  const times = multiplicitiesOf(decomposition).of;
  const { objectives } = factors;

  const options = enumerationOptions({ request, objectives, constraints: factors.constraints });
  const enumerator = createExactEnumerator(decomposition, options);
  const all = request.hardware.map((_, i) => i);
  const rounds = isBounded ? [all.filter((i) => i % 3 === 0), all.filter((i) => i % 3 !== 0)] : [all];
  const merger = createExactMerger(objectives, times);
  const looks = [];
  for (const points of rounds) {
    if (isBounded) enumerator.learn(costsOfFront(merger.result().front, options));
    const part = await enumerator.run({ points });
    looks.push(...part.secondLooks);
    merger.add(part);
  }
  enumerator.learn(costsOfFront(merger.result().front, options));
  const second = await enumerator.lookAgain(looks);
  merger.addSecondLook(second);
  const result = resultOfTerms(study, factors, merger.result(), times);
  const signs = study.objectives.map(({ direction }) => (direction === "min" ? 1 : -1));
  const front = result.front.map(({ hardware, a, b, values }): FrontDesign => {
    const model = { ...decomposition.pointOf(0, a), ...decomposition.pointOf(1, b) };
    const point: Point = { ...request.hardware[hardware]!, ...model };
    return { point, key: pointKey(point), values: values.map((value, k) => signs[k]! * value), designs: times(a, b) };
  });
  return { front, result, looks: second.designCount };
}
