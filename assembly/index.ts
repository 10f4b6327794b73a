import {
  ABI_VERSION,
  EFFORT_EXHAUSTIVE,
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
  OBJECTIVE_CARBON,
  RES_AVAILABLE,
  RES_BOUND,
  RES_FIELDS,
  RES_LEVEL,
  RES_NEEDED,
  RES_SCORED,
  RES_STATUS,
  RES_WALKED,
  STATUS_BAD_HARDWARE,
  STATUS_BAD_MAPPING,
  STATUS_BAD_PROBLEM,
  STATUS_OK,
  STATUS_TOO_SMALL,
} from "./abi";
import { countTraffic } from "./counters";
import { hasOuter, innerInput, innerOutput, innerSplit, innerWeight, loadHardware, outerInput } from "./hardware";
import { boundProblem, boundTime } from "./mapper/bound";
import { isLegal } from "./mapper/legal";
import { boundMapping, copyBest, walked } from "./mapper/incumbent";
import { neededOuter, scoreCandidates, scored, search } from "./mapper/search";
import { neededInner } from "./mapper/local-tiles";
import { keptRow } from "./mapper/short-list";
import { setObjective } from "./mapper/score";
import { loadMapping, setProblem, setResidency, storeMapping } from "./mapping";
import { HARDWARE, PROBLEMS, RESULTS, get, put } from "./memory";
import { storeResult } from "./result";
import { setEveryTile, walk } from "./run";

/*
 * The whole surface of the module. A host writes one hardware record and up to MAX_BATCH problem records, calls
 * `evaluate`, and reads as many result records. Layout: abi.ts.
 */
export function abiVersion(): i32 {
  return ABI_VERSION;
}
export function hardwarePointer(): usize {
  return HARDWARE;
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

/** Largest size of a dimension, and of a product of dimensions, for which every count stays exact. */
const MOST_SIZE: f64 = 16777216;
const MOST_COUNT: f64 = 9007199254740992;

function isWhole(x: f64): bool {
  return x >= 1 && x <= MOST_SIZE && Math.floor(x) == x;
}

/** Evaluates the first `count` problems; returns how many did not end with STATUS_OK, or −1 for a bad call. */
export function evaluate(count: i32): i32 {
  if (count < 0 || count > MAX_BATCH) return -1;
  const isHardwareGood: bool = loadHardware();
  let failures: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const problem: usize = PROBLEMS + <usize>(i * IN_FIELDS) * 8;
    const result: usize = RESULTS + <usize>(i * RES_FIELDS) * 8;
    const status: i32 = isHardwareGood ? evaluateOne(problem, result) : STATUS_BAD_HARDWARE;
    put(result, RES_STATUS, <f64>status);
    if (status != STATUS_OK) failures++;
  }
  return failures;
}

/**
 * Scores the mapping candidates of the first `count` problems and walks none: each result record gets the mapping with the
 * best bound and how many were scored. Returns like `evaluate`.
 */
export function scoreOnly(count: i32): i32 {
  if (count < 0 || count > MAX_BATCH) return -1;
  const isHardwareGood: bool = loadHardware();
  let failures: i32 = 0;
  for (let i: i32 = 0; i < count; i++) {
    const result: usize = RESULTS + <usize>(i * RES_FIELDS) * 8;
    let status: i32 = isHardwareGood ? take(PROBLEMS + <usize>(i * IN_FIELDS) * 8) : STATUS_BAD_HARDWARE;
    if (status == STATUS_OK && !scoreCandidates()) status = STATUS_TOO_SMALL;
    if (status == STATUS_OK) {
      loadMapping(keptRow(0));
      storeMapping(result);
    }
    put(result, RES_SCORED, scored);
    put(result, RES_STATUS, <f64>status);
    if (status != STATUS_OK) failures++;
  }
  return failures;
}

/** Takes a problem record up; STATUS_OK if it is well formed. */
function take(problem: usize): i32 {
  let batch: f64 = get(problem, IN_BATCH);
  let m: f64 = get(problem, IN_M);
  const n: f64 = get(problem, IN_N);
  const k: f64 = get(problem, IN_K);
  const objective: i32 = <i32>get(problem, IN_OBJECTIVE);
  const effort: i32 = <i32>get(problem, IN_EFFORT);
  if (!isWhole(batch) || !isWhole(m) || !isWhole(n) || !isWhole(k)) return STATUS_BAD_PROBLEM;
  if (batch * m * n * k > MOST_COUNT) return STATUS_BAD_PROBLEM;
  if (objective < 0 || objective > OBJECTIVE_CARBON || effort < 0 || effort > EFFORT_EXHAUSTIVE) {
    return STATUS_BAD_PROBLEM;
  }
  if (get(problem, IN_SHARED_B) != 0) {
    // With one second operand for all of the batch, the batch is only more rows.
    m *= batch;
    batch = 1;
  }
  setProblem(batch, m, n, k);
  const resident: f64 = get(problem, IN_RESIDENT);
  const reserved: f64 = get(problem, IN_RESERVED);
  if (!(resident >= 0 && resident <= 7 && reserved >= 0)) return STATUS_BAD_PROBLEM;
  // Without an outer buffer there is nothing that could stay anywhere.
  if (!hasOuter && resident != 0) return STATUS_BAD_PROBLEM;
  setResidency(<i32>resident, reserved);
  setObjective(objective);
  setEveryTile(get(problem, IN_EVERY_TILE) != 0);
  return STATUS_OK;
}

function evaluateOne(problem: usize, result: usize): i32 {
  const status: i32 = take(problem);
  if (status != STATUS_OK) return status;
  if (get(problem, IN_GIVEN_MAPPING) != 0) {
    loadMapping(result);
    if (!isLegal()) return STATUS_BAD_MAPPING;
    boundProblem();
    boundMapping();
    walk();
    countTraffic();
    storeResult(result);
    put(result, RES_BOUND, boundTime);
    return STATUS_OK;
  }
  if (!search(<i32>get(problem, IN_EFFORT))) {
    const isOuter: bool = hasOuter && neededOuter != Infinity && neededInner == Infinity;
    put(result, RES_LEVEL, isOuter ? 1 : 2);
    put(result, RES_NEEDED, isOuter ? neededOuter : neededInner);
    put(result, RES_AVAILABLE, isOuter ? outerInput : innerSplit ? innerInput + innerWeight + innerOutput : innerInput);
    return STATUS_TOO_SMALL;
  }
  copyBest(result);
  put(result, RES_SCORED, scored);
  put(result, RES_WALKED, walked);
  return STATUS_OK;
}
