import * as abi from "./abi";
import * as check from "./check";
import * as counters from "./counters";
import * as hardware from "./hardware";
import * as bound from "./mapper/bound";
import * as legal from "./mapper/legal";
import * as incumbent from "./mapper/incumbent";
import * as search from "./mapper/search";
import * as localTiles from "./mapper/local-tiles";
import * as shortList from "./mapper/short-list";
import * as objective from "./mapper/objective";
import * as mapping from "./mapping";
import { HARDWARE_RECORD, PROBLEMS, RESULTS, get, put } from "./memory";
import { clearResult, storeResult } from "./result";
import * as run from "./run";
import { bytesOf } from "./split";
import * as events from "./events";

/*
 * The whole surface of the module. A host writes one hardware record and up to MAX_BATCH problem records, calls
 * `evaluate`, and reads as many result records. Layout: abi.ts.
 */
export function abiVersion(): i32 {
  return abi.ABI_VERSION;
}
export function hardwarePointer(): usize {
  return HARDWARE_RECORD;
}
export function problemsPointer(): usize {
  return PROBLEMS;
}
export function resultsPointer(): usize {
  return RESULTS;
}
export function hardwareFields(): i32 {
  return abi.HW_FIELDS;
}
export function problemFields(): i32 {
  return abi.IN_FIELDS;
}
export function resultFields(): i32 {
  return abi.RES_FIELDS;
}
export function maxBatch(): i32 {
  return abi.MAX_BATCH;
}

function problemAt(row: i32): usize {
  return PROBLEMS + <usize>(row * abi.IN_FIELDS) * 8;
}
function resultAt(row: i32): usize {
  return RESULTS + <usize>(row * abi.RES_FIELDS) * 8;
}

/** Evaluates the first `count` problems; returns how many did not end with STATUS_OK, or −1 for a bad call. */
export function evaluate(count: i32): i32 {
  if (count < 0 || count > abi.MAX_BATCH) return -1;
  const isHardwareGood: bool = hardware.load();
  let failures: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const status: i32 = isHardwareGood ? evaluateOne(problemAt(i), resultAt(i)) : abi.STATUS_BAD_HARDWARE;
    if (!conclude(i, status)) failures++;
  }
  return failures;
}

/**
 * Walks the mapping that the first result record holds, on the first problem, and writes what happens (abi.ts, events) to `eventsPointer`.
 *
 * @param first  events that are left out in front
 * @returns      how many there are in all, of which at most MOST_EVENTS are written; −1 where a record is refused, which then stands in the result record
 */
export function trace(first: f64): f64 {
  let status: i32 = hardware.load() ? take(problemAt(0)) : abi.STATUS_BAD_HARDWARE;
  if (status == abi.STATUS_OK) {
    events.begin(first);
    run.setEveryTile(true);
    status = evaluateGiven(resultAt(0));
    events.end();
  }
  return conclude(0, status) ? events.total : -1;
}
export function eventsPointer(): usize {
  return events.TABLE;
}

/**
 * Scores the mapping candidates of the first `count` problems and walks none: each result record gets the mapping with the
 * best bound and how many were scored, and no other number; STATUS_OK says that there are any. Returns like `evaluate`.
 */
export function scoreOnly(count: i32): i32 {
  if (count < 0 || count > abi.MAX_BATCH) return -1;
  const isHardwareGood: bool = hardware.load();
  let failures: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const result: usize = resultAt(i);
    let status: i32 = isHardwareGood ? take(problemAt(i)) : abi.STATUS_BAD_HARDWARE;
    if (status == abi.STATUS_OK && !search.scoreCandidates()) status = abi.STATUS_TOO_SMALL;
    if (status == abi.STATUS_OK) {
      clearResult(result, false);
      mapping.load(shortList.rowOf(0));
      mapping.store(result);
      put(result, abi.RES_SCORED, localTiles.scored);
    }
    if (!conclude(i, status)) failures++;
  }
  return failures;
}

/** Writes the status of a row, and, where it is not OK, what was wrong and nothing else; true where it is OK. */
function conclude(row: i32, status: i32): bool {
  const result: usize = resultAt(row);
  if (status != abi.STATUS_OK) {
    clearResult(result, get(problemAt(row), abi.IN_GIVEN_MAPPING) == 1);
    if (status == abi.STATUS_TOO_SMALL) tellLevel(result);
    else {
      put(result, abi.RES_LEVEL, <f64>check.brokenField);
      put(result, abi.RES_NEEDED, <f64>check.brokenRecord);
      put(result, abi.RES_AVAILABLE, <f64>check.brokenRule);
    }
  }
  put(result, abi.RES_STATUS, <f64>status);
  return status == abi.STATUS_OK;
}

/** Writes the level that is too small for any mapping that the last search tried. */
function tellLevel(result: usize): void {
  const isOuter: bool = hardware.hasOuter && search.neededOuter != Infinity && localTiles.neededInner == Infinity;
  const outer: f64 = bytesOf(
    hardware.outerSplit,
    hardware.outerInput,
    hardware.outerWeight,
    hardware.outerOutput,
    hardware.passedBits,
  );
  const inner: f64 = bytesOf(hardware.innerSplit, hardware.innerInput, hardware.innerWeight, hardware.innerOutput, 0);
  put(result, abi.RES_LEVEL, isOuter ? 1 : 2);
  put(result, abi.RES_NEEDED, isOuter ? search.neededOuter : localTiles.neededInner);
  put(result, abi.RES_AVAILABLE, isOuter ? outer : inner);
}

/** Takes a problem record up; STATUS_OK if it is good. */
function take(problem: usize): i32 {
  if (!check.problem(problem, hardware.hasOuter ? 7 & ~hardware.passedBits : 0)) return abi.STATUS_BAD_PROBLEM;
  let batch: f64 = get(problem, abi.IN_BATCH);
  let m: f64 = get(problem, abi.IN_M);
  if (get(problem, abi.IN_SHARED_B) != 0) {
    // With one second operand for all of the batch, the batch is only more rows.
    m *= batch;
    batch = 1;
  }
  mapping.setProblem(batch, m, get(problem, abi.IN_N), get(problem, abi.IN_K));
  mapping.setResidency(<i32>get(problem, abi.IN_RESIDENT), get(problem, abi.IN_RESERVED));
  objective.choose(<i32>get(problem, abi.IN_OBJECTIVE));
  run.setEveryTile(get(problem, abi.IN_EVERY_TILE) != 0);
  return abi.STATUS_OK;
}

function evaluateOne(problem: usize, result: usize): i32 {
  const status: i32 = take(problem);
  if (status != abi.STATUS_OK) return status;
  if (get(problem, abi.IN_GIVEN_MAPPING) != 0) return evaluateGiven(result);
  if (!search.findBest(<i32>get(problem, abi.IN_EFFORT))) return abi.STATUS_TOO_SMALL;
  incumbent.copyBest(result);
  if (get(result, abi.RES_CYCLES) > abi.MOST_CYCLES) return tooLong();
  put(result, abi.RES_SCORED, search.scored);
  put(result, abi.RES_WALKED, incumbent.walked);
  put(result, abi.RES_GAP, search.gap);
  return abi.STATUS_OK;
}

/** Refuses a problem of which the cycles are beyond what is counted. */
function tooLong(): i32 {
  check.refuseProblem(abi.IN_BATCH, abi.RULE_CYCLES);
  return abi.STATUS_BAD_PROBLEM;
}

/** Walks the mapping that the result record holds. */
function evaluateGiven(result: usize): i32 {
  if (!check.mapping(result)) return abi.STATUS_BAD_MAPPING;
  mapping.load(result);
  const field: i32 = legal.illegalField();
  if (field >= 0) {
    check.refuse(field, abi.RULE_TOGETHER);
    return abi.STATUS_BAD_MAPPING;
  }
  bound.boundProblem();
  incumbent.boundMapping();
  run.walk();
  if (run.cycles > abi.MOST_CYCLES) return tooLong();
  counters.countTraffic();
  clearResult(result, true);
  storeResult(result);
  put(result, abi.RES_BOUND, bound.time);
  return abi.STATUS_OK;
}
