// A search strategy of your own, checked and run beside a built-in one: node examples/own-strategy.mjs
// Notice: a strategy is `suggest` and `update`; it sees points and numbers, never hardware. It learns of whole batches in
// order, so equal seeds give equal trials. The checks are those that the built-in strategies pass.
import { createDesignEvaluator, createMemoryStore, createSpace, createStrategy } from "ecotile";
import { designContext, FACTOR_NAMES, loadStudy, runStrategy, strategyChecks } from "ecotile";

/** Walks the points of the space in steps of the golden ratio: evenly spread, none twice. */
function createGoldenWalk({ space, seed }) {
  const gcd = (a, b) => (b === 0n ? a : gcd(b, a % b));
  let step = (space.size * 618034n) / 1000000n || 1n;
  while (gcd(step, space.size) !== 1n) step += 1n;
  let place = BigInt(seed) % space.size;
  let left = space.size;
  return {
    name: "golden-walk",
    suggest(count) {
      const points = [];
      for (; points.length < count && left > 0n; left -= 1n) {
        points.push(space.decode(space.genesAt(place)));
        place = (place + step) % space.size;
      }
      return points;
    },
    update() {},
  };
}

for (const { run } of strategyChecks(createGoldenWalk)) run();

const study = loadStudy(new URL("clip-vit-b16.yaml", import.meta.url).pathname, FACTOR_NAMES);
const { objectives, constraints } = study;
const space = createSpace(study.space);
const { outcome } = createDesignEvaluator(designContext(study));
const make = { "golden-walk": createGoldenWalk, nsga2: (options) => createStrategy("nsga2", options) };
for (const [name, create] of Object.entries(make)) {
  const result = await runStrategy({
    ...{ objectives, constraints, batchSize: 32, maxTrials: 256, referencePoint: [0.3, 1] },
    strategy: create({ space, seed: 1, objectives, constraints }),
    evaluateBatch: async (points) => points.map(outcome),
    store: createMemoryStore(),
  });
  const { trialCount, front, hypervolume } = result;
  console.log(
    `${name}: ${trialCount} designs, ${front.length} on the front, hypervolume ${hypervolume.toPrecision(4)}`,
  );
}
