import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "../../dist/src/random/index.js";
import { createCore, simulateGemms } from "../../dist/src/sim/index.js";
import * as abi from "../../dist/assembly/abi.js";
import { distinctShapes, randomHardware } from "../../dist/src/cli/bench/problems.js";
import { median } from "../../dist/src/cli/bench/statistics.js";
import { SAME_NUMBERS, buildC, findTools } from "./wasm2c/build.mjs";
import { firstDifference, jobOf, lastCall, runOnC, runOnCore, sumOf, writeJobs } from "./wasm2c/jobs.mjs";

const BUILDS = [["-O3"], ["-O3", "-march=native"]];
const POINTS = 6;
const ROUNDS = 15;
/** CPU seconds that a round should last on the core. */
const ROUND_SECONDS = 0.25;
const WARM_SECONDS = 2;
/** Tiles of a mapping that is walked: enough that the walk is nearly all of the work. */
const TILES = { least: 4096, most: 65536 };

/** The distinct shapes of the published space, searched on random published hardware. */
function searchJobs(core) {
  const random = createRandom(2);
  const shapes = distinctShapes().slice(0, abi.MAX_BATCH);
  return Array.from({ length: POINTS }, (_, i) => {
    const { hardware, energy } = randomHardware(random);
    simulateGemms(hardware, shapes, { objective: i % 2 === 0 ? "carbon" : "latency", energy, core });
    return lastCall(core, shapes.length);
  });
}

/** The mappings found for some of the problems, in finer inner tiles, to be walked without a search. */
function walkJobs(core, searches) {
  return searches.flatMap((search) => {
    const problems = [];
    const mappings = [];
    for (let row = 0; row < search.count; row += 16) {
      const problem = search.problems.slice(row * abi.IN_FIELDS, (row + 1) * abi.IN_FIELDS);
      runOnCore(core, [jobOf(search.hardware, problem, new Float64Array(abi.RES_FIELDS))], "evaluate");
      const mapping = core.results.slice(0, abi.RES_FIELDS);
      problem[abi.IN_GIVEN_MAPPING] = 1;
      problem[abi.IN_EVERY_TILE] = 1;
      if (!makeFiner(core, search.hardware, problem, mapping)) continue;
      problems.push(...problem);
      mappings.push(...mapping);
    }
    return problems.length === 0
      ? []
      : [jobOf(search.hardware, Float64Array.from(problems), Float64Array.from(mappings))];
  });
}

/** Halves the inner tile's sides in turn until the walk is long; false where the core does not take such a mapping. */
function makeFiner(core, hardware, problem, mapping) {
  for (let turn = 0; turn < 60; turn++) {
    const result = runOnCore(core, [jobOf(hardware, problem, mapping)], "evaluate", true);
    if (sumOf(result, abi.RES_STATUS) !== abi.STATUS_OK) return false;
    const steps = sumOf(result, abi.RES_STEPS);
    if (steps >= TILES.least) return steps <= TILES.most;
    const side = abi.MAP_INNER_TILE + (turn % 3);
    mapping[side] = Math.ceil(mapping[side] / 2);
  }
  return false;
}

/** Runs the same jobs on the core and on each program in turn, and compares all results; units of work a CPU second. */
function compare(core, jobs, call, programs, field, folder) {
  const path = join(folder, "jobs");
  writeJobs(path, jobs);
  const expected = runOnCore(core, jobs, call, true);
  const cpu = (passes) => {
    const start = process.cpuUsage();
    for (let pass = 0; pass < passes; pass++) runOnCore(core, jobs, call);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  // Warm: by then the engine has compiled what is hot with its optimising compiler.
  for (let spent = 0; spent < WARM_SECONDS;) spent += cpu(1);
  const passes = Math.max(1, Math.round(ROUND_SECONDS / cpu(1)));
  const rounds = Array.from({ length: ROUNDS }, () => {
    const wasm = cpu(passes);
    const c = programs.map(({ program, name }) => {
      const { seconds, results } = runOnC(program, call, path, passes, folder);
      const difference = firstDifference(expected, results);
      if (difference !== undefined) throw new Error(`C (${name}) and V8 differ: ${difference}`);
      return seconds;
    });
    return [wasm, ...c];
  });
  const work = sumOf(expected, field) * passes;
  const times = (i) => median(rounds.map((round) => round[i]));
  const ratios = programs.map(({ name }, i) => {
    const ratio = median(rounds.map((round) => round[i + 1] / round[0]));
    return `${ratio.toFixed(2)} × wasm2c ${name} (${(work / times(i + 1) / 1e6).toFixed(2)} M/s)`;
  });
  return `${(work / times(0) / 1e6).toFixed(2)} M/s in V8, ${ratios.join(", ")}`;
}

/**
 * The scalar module in V8 against the same module translated by wasm2c and compiled, interleaved in one run, CPU time, medians
 * of rounds. Fails where a result record differs in a bit.
 */
export function againstC() {
  const tools = findTools();
  if ("missing" in tools) return [`Core against C: skipped, this machine lacks ${tools.missing}`];
  const folder = mkdtempSync(join(tmpdir(), "ecotile-c-"));
  try {
    const module = fileURLToPath(new URL("../../build/core.scalar.wasm", import.meta.url));
    const programs = buildC(tools, module, BUILDS, folder);
    const core = createCore("core.scalar");
    const searches = searchJobs(core);
    const walks = walkJobs(core, searches);
    const line = (jobs, call, field) => compare(core, jobs, call, programs, field, folder);
    const count = (jobs) => jobs.reduce((sum, each) => sum + each.count, 0);
    return [
      `Scalar core in V8 against wasm2c and ${tools.version}, ${SAME_NUMBERS.join(" ")}; CPU time, medians of ${ROUNDS} rounds, all results equal bit for bit:`,
      `  candidates scored, none walked, ${count(searches)} problems: ${line(searches, "scoreOnly", abi.RES_SCORED)}`,
      `  tiles walked, ${count(walks)} given mappings: ${line(walks, "evaluate", abi.RES_STEPS)}`,
      `  whole searches, counted in candidates: ${line(searches, "evaluate", abi.RES_SCORED)}`,
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
