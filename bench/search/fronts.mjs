import { createMemoryStore, createSpace, createStrategy, runStrategy } from "../../dist/src/index.js";

const COUNTS = [1000, 3000, 10_000, 30_000];
const LARGEST = 1000;

/** Microseconds of CPU a trial of a random search of which every design is on the front of three objectives. */
async function microsecondsPerTrial(trials) {
  const values = Array.from({ length: LARGEST }, (_, i) => i);
  const space = createSpace(["x", "y"].map((path) => ({ path, values, ordered: true })));
  const objectives = ["area_mm2", "latency_s", "energy_total_J"].map((metric) => ({ metric, direction: "min" }));
  const constraints = [];
  // Where x and y cut a line of length 1 into three, no design is better than another one in all three pieces.
  const outcome = ({ x, y }) => {
    const [first, last] = [Math.min(x, y) / LARGEST, Math.max(x, y) / LARGEST];
    const metrics = { area_mm2: 1 + first, latency_s: 1 + (last - first), energy_total_J: 1 + (1 - last) };
    return { kind: "evaluated", metrics };
  };
  const before = process.cpuUsage();
  const { front } = await runStrategy({
    objectives,
    constraints,
    strategy: createStrategy("random", { space, seed: 1, objectives, constraints }),
    evaluateBatch: async (points) => points.map(outcome),
    store: createMemoryStore(),
    batchSize: 32,
    maxTrials: trials,
    referencePoint: [3, 3, 3],
  });
  const { user, system } = process.cpuUsage(before);
  if (front.length < trials / 2) throw new Error(`${front.length} of ${trials} designs are on the front`);
  return (user + system) / trials;
}

/** How the time of a study grows with its front; the first run only warms up. */
export async function fronts() {
  await microsecondsPerTrial(COUNTS[0]);
  const lines = [];
  for (const trials of COUNTS) {
    const cpu = await microsecondsPerTrial(trials);
    lines.push(`three objectives, ${trials} trials, all on the front: ${cpu.toFixed(0)} us of CPU a trial`);
  }
  return lines;
}
