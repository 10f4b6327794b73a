import { FACTOR_NAMES } from "../../dist/src/cost/index.js";
import { createDesignFarm } from "../../dist/src/cli/search/evaluations.js";
import { enumerateOnWorkers } from "../../dist/src/cli/search/exact/enumerate.js";
import { decompositionRequest } from "../../dist/src/cli/search/exact/split-space.js";
import { createRandomStrategy, createSpace } from "../../dist/src/search/index.js";
import { loadStudy } from "../../dist/src/spec/index.js";

const DESIGNS = 400;
const study = loadStudy(new URL("../../examples/clip-vit-b16.yaml", import.meta.url).pathname, FACTOR_NAMES);

/** Seconds for random designs, one by one, on a farm that has started. */
async function sampling(workers) {
  const { model, hardware, deployment, technology, mapping, accuracy } = study;
  const base = { model, hardware, deployment, technology };
  // No limits: every design is simulated.
  const farm = createDesignFarm({ base, mapping, accuracyMetric: accuracy.metric, limits: [] }, workers);
  const { signal } = new AbortController();
  const context = { signal, report: () => undefined };
  const points = createRandomStrategy({ space: createSpace(study.space), seed: 1 }).suggest(DESIGNS + 40);
  await farm.evaluateBatch(points.slice(DESIGNS), 0, context);
  const started = performance.now();
  await farm.evaluateBatch(points.slice(0, DESIGNS), 0, context);
  const seconds = (performance.now() - started) / 1000;
  await farm.destroy();
  return seconds;
}

/** Seconds for every 40th hardware point with all models, start of the workers included. */
async function enumeration(workers) {
  const request = decompositionRequest(study);
  const part = { ...request, hardware: request.hardware.filter((_, i) => i % 40 === 0) };
  const { objectives, constraints } = study;
  const started = performance.now();
  await enumerateOnWorkers(
    { request: part, objectives, constraints },
    { workers, signal: new AbortController().signal, isCountedInFull: true, onProgress: () => undefined },
  );
  return (performance.now() - started) / 1000;
}

/** Throughput of two workers against one, in one run: one, two, two, one, so that a drift of the machine cancels. */
export async function twoWorkersAgainstOne() {
  const lines = [];
  for (const [name, run] of [
    [`${DESIGNS} random designs`, sampling],
    ["81 hardware points enumerated", enumeration],
  ]) {
    const seconds = [await run(1), await run(2), await run(2), await run(1)];
    const ratio = (seconds[0] + seconds[3]) / (seconds[1] + seconds[2]);
    lines.push(
      `${name}: one worker ${((seconds[0] + seconds[3]) / 2).toFixed(2)} s, two ${((seconds[1] + seconds[2]) / 2).toFixed(2)} s: ${ratio.toFixed(2)} × the throughput`,
    );
  }
  return lines;
}
