import {
  ABI_VERSION,
  HW_FIELDS,
  IN_BATCH,
  IN_EFFORT,
  IN_EVERY_TILE,
  IN_FIELDS,
  IN_GIVEN_MAPPING,
  IN_K,
  IN_M,
  IN_N,
  IN_OBJECTIVE,
  IN_RESERVED,
  IN_RESIDENT,
  IN_SHARED_B,
  MAX_BATCH,
  MOST_CYCLES,
  RES_AVAILABLE,
  RES_BOUND,
  RES_CYCLES,
  RES_FIELDS,
  RES_GAP,
  RES_LEVEL,
  RES_NEEDED,
  RES_SCORED,
  RES_STATUS,
  RES_WALKED,
  RULE_CYCLES,
  RULE_TOGETHER,
  STATUS_BAD_HARDWARE,
  STATUS_BAD_MAPPING,
  STATUS_BAD_PROBLEM,
  STATUS_OK,
  STATUS_TOO_SMALL,
} from "./abi";
import { brokenField, brokenRecord, brokenRule, checkMapping, checkProblem, refuse, refuseProblem } from "./check";
import { countTraffic } from "./counters";
import {
  hasOuter,
  innerInput,
  innerOutput,
  innerSplit,
  innerWeight,
  loadHardware,
  outerInput,
  outerOutput,
  outerSplit,
  outerWeight,
  passedBits,
} from "./hardware";
import { boundProblem, boundTime } from "./mapper/bound";
import { illegalField } from "./mapper/legal";
import { boundMapping, copyBest, walked } from "./mapper/incumbent";
import { gap, neededOuter, scoreCandidates, scored, search } from "./mapper/search";
import { neededInner, scored as candidates } from "./mapper/local-tiles";
import { keptRow } from "./mapper/short-list";
import { setObjective } from "./mapper/score";
import { loadMapping, setProblem, setResidency, storeMapping } from "./mapping";
import { HARDWARE_RECORD, PROBLEMS, RESULTS, get, put } from "./memory";
import { clearResult, storeResult } from "./result";
import { cycles, setEveryTile, walk } from "./run";
import { bytesOf } from "./split";
import { EVENTS, beginTrace, endTrace, eventCount } from "./trace";

/*
 * The whole surface of the module. A host writes one hardware record and up to MAX_BATCH problem records, calls
 * `evaluate`, and reads as many result records. Layout: abi.ts.
 */
export function abiVersion(): i32 {
  return ABI_VERSION;
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
  return HW_FIELDS;
}
export function problemFields(): i32 {
  return IN_FIELDS;
}
export function resultFields(): i32 {
  return RES_FIELDS;
}
export function maxBatch(): i32 {
  return MAX_BATCH;
}

function problemAt(row: i32): usize {
  return PROBLEMS + <usize>(row * IN_FIELDS) * 8;
}
function resultAt(row: i32): usize {
  return RESULTS + <usize>(row * RES_FIELDS) * 8;
}

/** Evaluates the first `count` problems; returns how many did not end with STATUS_OK, or −1 for a bad call. */
export function evaluate(count: i32): i32 {
  if (count < 0 || count > MAX_BATCH) return -1;
  const isHardwareGood: bool = loadHardware();
  let failures: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const status: i32 = isHardwareGood ? evaluateOne(problemAt(i), resultAt(i)) : STATUS_BAD_HARDWARE;
    if (conclude(i, status)) continue;
    failures++;
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
  let status: i32 = loadHardware() ? take(problemAt(0)) : STATUS_BAD_HARDWARE;
  if (status == STATUS_OK) {
    beginTrace(first);
    setEveryTile(true);
    status = evaluateGiven(resultAt(0));
    endTrace();
  }
  return conclude(0, status) ? eventCount : -1;
}
export function eventsPointer(): usize {
  return EVENTS;
}

/**
 * Scores the mapping candidates of the first `count` problems and walks none: each result record gets the mapping with the
 * best bound and how many were scored, and no other number; STATUS_OK says that there are any. Returns like `evaluate`.
 */
export function scoreOnly(count: i32): i32 {
  if (count < 0 || count > MAX_BATCH) return -1;
  const isHardwareGood: bool = loadHardware();
  let failures: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const result: usize = resultAt(i);
    let status: i32 = isHardwareGood ? take(problemAt(i)) : STATUS_BAD_HARDWARE;
    if (status == STATUS_OK && !scoreCandidates()) status = STATUS_TOO_SMALL;
    if (status == STATUS_OK) {
      clearResult(result, false);
      loadMapping(keptRow(0));
      storeMapping(result);
      put(result, RES_SCORED, candidates);
    }
    if (conclude(i, status)) continue;
    failures++;
  }
  return failures;
}

/** Writes the status of a row, and, where it is not OK, what was wrong and nothing else; true where it is OK. */
function conclude(row: i32, status: i32): bool {
  const result: usize = resultAt(row);
  if (status != STATUS_OK) {
    clearResult(result, get(problemAt(row), IN_GIVEN_MAPPING) == 1);
    if (status == STATUS_TOO_SMALL) tellLevel(result);
    else {
      put(result, RES_LEVEL, <f64>brokenField);
      put(result, RES_NEEDED, <f64>brokenRecord);
      put(result, RES_AVAILABLE, <f64>brokenRule);
    }
  }
  put(result, RES_STATUS, <f64>status);
  return status == STATUS_OK;
}

/** Writes the level that is too small for any mapping that the last search tried. */
function tellLevel(result: usize): void {
  const isOuter: bool = hasOuter && neededOuter != Infinity && neededInner == Infinity;
  const outer: f64 = bytesOf(outerSplit, outerInput, outerWeight, outerOutput, passedBits);
  const inner: f64 = bytesOf(innerSplit, innerInput, innerWeight, innerOutput, 0);
  put(result, RES_LEVEL, isOuter ? 1 : 2);
  put(result, RES_NEEDED, isOuter ? neededOuter : neededInner);
  put(result, RES_AVAILABLE, isOuter ? outer : inner);
}

/** Takes a problem record up; STATUS_OK if it is good. */
function take(problem: usize): i32 {
  if (!checkProblem(problem, hasOuter ? 7 & ~passedBits : 0)) return STATUS_BAD_PROBLEM;
  let batch: f64 = get(problem, IN_BATCH);
  let m: f64 = get(problem, IN_M);
  if (get(problem, IN_SHARED_B) != 0) {
    // With one second operand for all of the batch, the batch is only more rows.
    m *= batch;
    batch = 1;
  }
  setProblem(batch, m, get(problem, IN_N), get(problem, IN_K));
  setResidency(<i32>get(problem, IN_RESIDENT), get(problem, IN_RESERVED));
  setObjective(<i32>get(problem, IN_OBJECTIVE));
  setEveryTile(get(problem, IN_EVERY_TILE) != 0);
  return STATUS_OK;
}

function evaluateOne(problem: usize, result: usize): i32 {
  const status: i32 = take(problem);
  if (status != STATUS_OK) return status;
  if (get(problem, IN_GIVEN_MAPPING) != 0) return evaluateGiven(result);
  if (!search(<i32>get(problem, IN_EFFORT))) return STATUS_TOO_SMALL;
  copyBest(result);
  if (get(result, RES_CYCLES) > MOST_CYCLES) return tooLong();
  put(result, RES_SCORED, scored);
  put(result, RES_WALKED, walked);
  put(result, RES_GAP, gap);
  return STATUS_OK;
}

/** Refuses a problem of which the cycles are beyond what is counted. */
function tooLong(): i32 {
  refuseProblem(IN_BATCH, RULE_CYCLES);
  return STATUS_BAD_PROBLEM;
}

/** Walks the mapping that the result record holds. */
function evaluateGiven(result: usize): i32 {
  if (!checkMapping(result)) return STATUS_BAD_MAPPING;
  loadMapping(result);
  const field: i32 = illegalField();
  if (field >= 0) {
    refuse(field, RULE_TOGETHER);
    return STATUS_BAD_MAPPING;
  }
  boundProblem();
  boundMapping();
  walk();
  if (cycles > MOST_CYCLES) return tooLong();
  countTraffic();
  clearResult(result, true);
  storeResult(result);
  put(result, RES_BOUND, boundTime);
  return STATUS_OK;
}
