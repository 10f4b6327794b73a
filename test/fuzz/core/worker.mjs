/*
 * Runs rows through both builds of the core, machine by machine, and tells what is wrong. Started by run.mjs, which watches the time
 * of each call. A machine's draws depend on the seed and its number alone.
 */
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import * as abi from "../../../dist/assembly/abi.js";
import { loadCore } from "../../../dist/src/core/index.js";
import { faultOf, firstDifference } from "./check.mjs";
import { drawsOf } from "../draws.mjs";
import { changeMapping, changeProblem, drawHardware, drawProblem, stepsOf } from "./records.mjs";

const { cases, seed, first, shared } = workerData;
/** Number of the call in progress; 0: none is. Then the number of its machine. */
const [inProgress, machine] = [new Float64Array(shared, 0, 1), new Float64Array(shared, 8, 1)];

function instanceOf(build) {
  const module = new WebAssembly.Module(readFileSync(new URL(`../../../build/${build}.wasm`, import.meta.url)));
  const { memory, ...core } = new WebAssembly.Instance(module, {}).exports;
  const view = (pointer, length) => new Float64Array(memory.buffer, pointer, length);
  return {
    core,
    size: () => memory.buffer.byteLength,
    hardware: view(core.hardwarePointer(), abi.HW_FIELDS),
    problems: view(core.problemsPointer(), abi.MAX_BATCH * abi.IN_FIELDS),
    results: view(core.resultsPointer(), abi.MAX_BATCH * abi.RES_FIELDS),
  };
}

let simd = instanceOf("core");
let scalar = instanceOf("core.scalar");
const size = simd.size();

let draws = drawsOf(seed);
const hardware = new Float64Array(abi.HW_FIELDS);
const problems = new Float64Array(abi.MAX_BATCH * abi.IN_FIELDS);
const before = new Float64Array(abi.MAX_BATCH * abi.RES_FIELDS);
/** What a row of a mapping holds that no call writes. */
const SENTINEL = -7.25;

const noStats = () => ({
  ...{ rows: 0, calls: 0, ok: 0, searches: 0, tooSmall: 0 },
  ...{ badHardware: 0, badProblem: 0, badMapping: 0 },
});
let stats = noStats();
let [told, toldAt] = [0, Date.now()];
const TELL_EVERY_MS = 2000;
function tellStats() {
  parentPort.postMessage({ stats });
  told += stats.rows;
  stats = noStats();
  toldAt = Date.now();
}

const problemAt = (row) => problems.subarray(row * abi.IN_FIELDS, (row + 1) * abi.IN_FIELDS);
const beforeAt = (row) => before.subarray(row * abi.RES_FIELDS, (row + 1) * abi.RES_FIELDS);
const resultAt = ({ results }, row) => results.subarray(row * abi.RES_FIELDS, (row + 1) * abi.RES_FIELDS);

function report(what, row) {
  const texts = (numbers) => Array.from(numbers, (x) => (Object.is(x, -0) ? "-0" : String(x)));
  const problem = problemAt(row);
  const mapping = problem[abi.IN_GIVEN_MAPPING] === 0 ? null : texts(beforeAt(row));
  const fault = { what, machine: machine[0], hardware: texts(hardware), problem: texts(problem), result: mapping };
  parentPort.postMessage({ fault });
}

/** Runs a call as the main thread can see it. Returns what the core does, or what it threw. */
function call({ core }, count) {
  inProgress[0] = ++calls;
  try {
    return core.evaluate(count);
  } catch (error) {
    return error;
  } finally {
    inProgress[0] = 0;
  }
}

let calls = 0;
const loaded = await loadCore(new URL("../../../build/core.wasm", import.meta.url));
const STATUSES = new Map([
  [abi.STATUS_OK, "ok"],
  [abi.STATUS_TOO_SMALL, "too-small"],
  [abi.STATUS_BAD_HARDWARE, "bad-hardware"],
  [abi.STATUS_BAD_PROBLEM, "bad-problem"],
  [abi.STATUS_BAD_MAPPING, "bad-mapping"],
]);
/** Names of fields: those of a group have their place in it, those of a port a name there. */
const FIELD_FORMS = {
  "bad-hardware": /^HW_[A-Z_]+( \+ (PORT_[A-Z_]+|\d+))?$/,
  "bad-problem": /^IN_[A-Z_]+( \+ \d+)?$/,
  "bad-mapping": /^MAP_[A-Z_]+( \+ \d+)?$/,
};

/** The same rows through the loader that programs use: the same bytes, and for each row a status and, where it is refused, its field. */
function runLoaded(count) {
  const records = new Float64Array(abi.HW_FIELDS + count * abi.IN_FIELDS);
  records.set(hardware);
  records.set(problems.subarray(0, count * abi.IN_FIELDS), abi.HW_FIELDS);
  const mappings = before.slice(0, count * abi.RES_FIELDS);
  inProgress[0] = ++calls;
  try {
    const { results, statuses } = loaded.run(new Uint8Array(records.buffer), new Uint8Array(mappings.buffer));
    const numbers = new Float64Array(results.buffer);
    if (statuses.length !== count) report(`${statuses.length} statuses of ${count} rows`, 0);
    if (firstDifference(numbers, simd.results.slice(0, count * abi.RES_FIELDS)) >= 0)
      report("through the loader other numbers come out", 0);
    statuses.forEach((told, row) => checkTold(told, numbers[row * abi.RES_FIELDS + abi.RES_STATUS], row));
  } catch (error) {
    report(`the loader threw: ${error.message}`, 0);
  } finally {
    inProgress[0] = 0;
  }
}

function checkTold({ status, field, message, neededBytes, availableBytes }, code, row) {
  if (status !== STATUSES.get(code)) return report(`status ${code} is told as ${status}`, row);
  if (status === "too-small" && !(neededBytes > 0 && availableBytes > 0)) report("too small, but of how much?", row);
  const form = FIELD_FORMS[status];
  if (form === undefined) return;
  if (!form.test(field)) report(`a row is refused for ${field}`, row);
  if (!message.startsWith(`${field} is `)) report(`a row is refused for ${field}: ${message}`, row);
}

/** Rows `count` of the tables, on both builds, on the second in the other order; true where all is well enough to go on. */
function runRows(count, isHardwareMade, isRowMade) {
  stats.calls += 1;
  stats.rows += count;
  for (const [core, isReversed] of [
    [simd, false],
    [scalar, true],
  ]) {
    core.hardware.set(hardware);
    core.problems.fill(SENTINEL);
    core.results.fill(SENTINEL);
    for (let row = 0; row < count; row++) {
      const to = isReversed ? count - 1 - row : row;
      core.problems.set(problemAt(row), to * abi.IN_FIELDS);
      core.results.set(beforeAt(row), to * abi.RES_FIELDS);
    }
  }
  const [failures, others] = [call(simd, count), call(scalar, count)];
  if (failures instanceof Error || others instanceof Error) {
    const error = failures instanceof Error ? failures : others;
    report(`the core threw: ${error.message}`, 0);
    simd = instanceOf("core");
    scalar = instanceOf("core.scalar");
    return false;
  }
  if (failures !== others) report(`${failures} failures on one build, ${others} on the other`, 0);
  checkTables(count);
  runLoaded(count);
  let notOk = 0;
  for (let row = 0; row < count; row++) {
    const result = resultAt(simd, row);
    const fault = faultOf(hardware, problemAt(row), beforeAt(row), result);
    if (fault !== null) report(fault, row);
    const difference = firstDifference(result, resultAt(scalar, count - 1 - row));
    if (difference >= 0) report(`the builds, or the order of rows, differ in field ${difference}`, row);
    const status = result[abi.RES_STATUS];
    if (status !== abi.STATUS_OK) notOk += 1;
    tally(status, problemAt(row)[abi.IN_GIVEN_MAPPING] === 1);
    const isMade = isHardwareMade && isRowMade(row);
    if (isMade && status !== abi.STATUS_OK && status !== abi.STATUS_TOO_SMALL)
      report(`status ${status} of a good row`, row);
  }
  if (notOk !== failures) report(`${failures} failures told, ${notOk} in the rows`, 0);
  return true;
}

/** Nothing but the rows of the call is written, and memory stays as large as it is. */
function checkTables(count) {
  for (const core of [simd, scalar]) {
    if (core.size() !== size) report("memory has grown", 0);
    if (firstDifference(core.hardware, hardware) >= 0) report("the hardware record is written to", 0);
    for (let i = count * abi.IN_FIELDS; i < core.problems.length; i++) {
      if (core.problems[i] !== SENTINEL) return report("the problems behind the call are written to", 0);
    }
    for (let i = count * abi.RES_FIELDS; i < core.results.length; i++) {
      if (core.results[i] !== SENTINEL) return report("the results behind the call are written to", 0);
    }
  }
  if (
    firstDifference(simd.problems.subarray(0, count * abi.IN_FIELDS), problems.subarray(0, count * abi.IN_FIELDS)) >= 0
  ) {
    report("the problems are written to", 0);
  }
}

const NAMES = new Map([
  [abi.STATUS_TOO_SMALL, "tooSmall"],
  [abi.STATUS_BAD_HARDWARE, "badHardware"],
  [abi.STATUS_BAD_PROBLEM, "badProblem"],
  [abi.STATUS_BAD_MAPPING, "badMapping"],
]);
function tally(status, isGiven) {
  if (status === abi.STATUS_OK) {
    stats.ok += 1;
    if (!isGiven) stats.searches += 1;
  } else stats[NAMES.get(status)] += 1;
}

/** Rows of a call, and those that search for the mappings that its other rows begin with. */
const ROWS = 192;
const SEARCHES = 2;
/** A walk of more steps is left out: it may take as long as it has steps, if none of them are alike. */
const MOST_STEPS = 50_000;
/** Below so many MACs a search takes longer the more grids of cores and arrays there are. */
const SMALL = 131_072;

/** Whether a search for the problem may take seconds: everything is tried, every tile walked, or there are many grids. */
function isDear(problem) {
  const [batch, m, n, k] = problem;
  const macs = batch * m * n * k;
  const grids = hardware[abi.HW_CORES] * hardware[abi.HW_ARRAYS];
  if (problem[abi.IN_EFFORT] === abi.EFFORT_EXHAUSTIVE && macs * grids > 64) return true;
  if (problem[abi.IN_EVERY_TILE] === 1 && macs > 4096) return true;
  return m * n * k < SMALL ? grids > 4 : grids > 256;
}

/** Searches on the present machine; returns rows that hold a found mapping, or null where the core has thrown. */
function searchSome(isMade) {
  for (let row = 0; row < SEARCHES; row++) {
    before.fill(SENTINEL, row * abi.RES_FIELDS, (row + 1) * abi.RES_FIELDS);
    drawProblem(draws, hardware, problems, row, draws.chance(0.8) ? 400 : 24);
    // A machine that is changed may have a dearer number of cores.
    if (isDear(problemAt(row))) problems.set([1, 97, 128, 64], row * abi.IN_FIELDS);
    if (isDear(problemAt(row))) return [];
  }
  if (!runRows(SEARCHES, isMade, () => true)) return null;
  const found = [];
  for (let row = 0; row < SEARCHES; row++) {
    if (resultAt(simd, row)[abi.RES_STATUS] !== abi.STATUS_OK) continue;
    found.push({ problem: problemAt(row).slice(), result: resultAt(simd, row).slice() });
  }
  return found;
}

/** Another size along each dimension, in which the tiles still fit; the mapping may leave some of them out. */
function stretch(row) {
  for (const field of [abi.IN_M, abi.IN_N, abi.IN_K]) {
    const problem = problemAt(row);
    const tile = beforeAt(row)[abi.MAP_OUTER_TILE + field - abi.IN_M];
    if (hardware[abi.HW_HAS_OUTER] === 1) problem[field] = draws.size(tile, Math.max(tile, 2 * problem[field]));
  }
}

/** Other tiles, orders and buffering, of the right form. */
function retile(row) {
  const [problem, mapping] = [problemAt(row), beforeAt(row)];
  const isFree = hardware[abi.HW_HAS_OUTER] === 1;
  for (let i = 0; i < 3; i++) {
    const whole = mapping[abi.MAP_OUTER_TILE + i];
    const outer = isFree && draws.chance(0.5) ? draws.size(1, problem[abi.IN_M + i]) : whole;
    mapping[abi.MAP_OUTER_TILE + i] = outer;
    const chunk = Math.max(1, Math.ceil(outer / mapping[abi.MAP_CORES + 1 + i]));
    const inner = mapping[abi.MAP_INNER_TILE + i];
    mapping[abi.MAP_INNER_TILE + i] = Math.min(chunk, draws.chance(0.5) ? draws.size(1, chunk) : inner);
  }
  mapping[abi.MAP_OUTER_ORDER] = draws.whole(0, 5);
  mapping[abi.MAP_INNER_ORDER] = draws.whole(0, 5);
  if (draws.chance(0.5)) mapping[abi.MAP_OUTER_DOUBLE] = draws.whole(0, 7);
  if (draws.chance(0.5)) mapping[abi.MAP_INNER_DOUBLE] = draws.whole(0, 7);
  if (draws.chance(0.3)) mapping[abi.MAP_KEPT] = draws.whole(0, 7);
}

/** Fills `row` from a found mapping; true where it is as it was found. */
function drawRow(row, { problem, result }) {
  problems.set(problem, row * abi.IN_FIELDS);
  before.set(result, row * abi.RES_FIELDS);
  problemAt(row)[abi.IN_GIVEN_MAPPING] = 1;
  const kind = draws.real();
  let isFound = false;
  if (kind < 0.3) stretch(row);
  else if (kind < 0.55) retile(row);
  else if (kind < 0.75) changeMapping(draws, before, row);
  else if (kind < 0.9) changeProblem(draws, problems, row);
  else if (kind < 0.95) problemAt(row)[abi.IN_OBJECTIVE] = draws.whole(0, 3);
  else isFound = true;
  const isGiven = problemAt(row)[abi.IN_GIVEN_MAPPING] === 1;
  // One search a call is enough of those that a change makes of a walk.
  const isTooLong = isGiven ? stepsOf(problems, before, row) > MOST_STEPS : row > 0 || isDear(problemAt(row));
  if (!isTooLong) return isFound;
  problems.set(problem, row * abi.IN_FIELDS);
  before.set(result, row * abi.RES_FIELDS);
  problemAt(row)[abi.IN_GIVEN_MAPPING] = 1;
  return true;
}

for (let number = first; told + stats.rows < cases; number++) {
  machine[0] = number;
  draws = drawsOf(seed, number);
  const isMade = drawHardware(draws, hardware);
  const found = searchSome(isMade);
  if (found !== null && found.length > 0) {
    const made = Array.from({ length: ROWS }, (_, row) => drawRow(row, draws.pick(found)));
    runRows(ROWS, isMade, (row) => made[row]);
  }
  if (Date.now() - toldAt > TELL_EVERY_MS) tellStats();
}
tellStats();
