import { availableParallelism, loadavg } from "node:os";
import { FACTOR_NAMES } from "../../dist/src/cost/index.js";
import { createDesignFarm } from "../../dist/src/study/evaluations.js";
import { enumerateOnWorkers } from "../../dist/src/study/exact/enumerate.js";
import { decompositionRequest } from "../../dist/src/study/exact/split-space.js";
import { createRandomStrategy, createSpace } from "../../dist/src/search/index.js";
import { designContext } from "../../dist/src/worker/index.js";
import { loadStudy } from "../../dist/src/spec/index.js";

const DESIGNS = 3000;
const study = loadStudy(new URL("../../examples/clip-vit-b16.yaml", import.meta.url).pathname, FACTOR_NAMES);

/** Seconds for random designs, one by one, on a farm that has started. */
async function sampling(workers) {
  // No limits: every design is simulated.
  const farm = createDesignFarm({ ...designContext(study), limits: [] }, workers);
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

/** Seconds for every 20th hardware point with all models, at the pace from the first answer on: workers have started. */
async function enumeration(workers) {
  const request = decompositionRequest(study);
  const part = { ...request, hardware: request.hardware.filter((_, i) => i % 6 === 0) };
  const { objectives, constraints } = study;
  let first = null;
  const onProgress = ({ chipCount }) => (first ??= { done: chipCount, time: performance.now() });
  await enumerateOnWorkers(
    { request: part, objectives, constraints },
    { workers, signal: new AbortController().signal, isCountedInFull: true, blocks: null, onProgress },
  );
  const share = (part.hardware.length - first.done) / part.hardware.length;
  return (performance.now() - first.time) / 1000 / share;
}

/** Seconds of wall time and of CPU of all threads. */
async function measured(run, workers) {
  const before = process.cpuUsage();
  const seconds = await run(workers);
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpu: (user + system) / 1e6 };
}

/**
 * Throughput of two workers against one, in one run: one, two, two, one, so that a drift of the machine cancels. Holds where
 * two cores are free: the load average is printed. The CPU time that two workers take beside what one takes does not
 * depend on that, and is what sharing the work costs.
 */
export async function twoWorkersAgainstOne() {
  const lines = [`load average ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores`];
  for (const [name, run] of [
    [`${DESIGNS} random designs`, sampling],
    ["540 hardware points enumerated", enumeration],
  ]) {
    const runs = [];
    for (const workers of [1, 2, 2, 1]) runs.push(await measured(run, workers));
    const mean = (of, [i, j]) => (of(runs[i]) + of(runs[j])) / 2;
    const [one, two] = [
      [0, 3],
      [1, 2],
    ].map((places) => ({ seconds: mean((each) => each.seconds, places), cpu: mean((each) => each.cpu, places) }));
    lines.push(
      `${name}: one worker ${one.seconds.toFixed(2)} s (${one.cpu.toFixed(2)} s of CPU), two ${two.seconds.toFixed(2)} s (${two.cpu.toFixed(2)} s): ${(one.seconds / two.seconds).toFixed(2)} × the throughput, ${(two.cpu / one.cpu).toFixed(2)} × the CPU time`,
    );
  }
  return lines;
}
