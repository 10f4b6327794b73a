import { RES_BOUND, RES_CYCLES, RES_FIELDS } from "../abi";
import { countTraffic, energyOfTraffic } from "../counters";
import { K, M, N, coresK, coresM, coresN, gk, gm, gn, lk, lm, ln, loadMapping } from "../mapping";
import { sk, sm, sn, tk, tm, tn } from "../mapping";
import { get, put } from "../memory";
import { storeResult } from "../result";
import { cycles, walk } from "../run";
import { isGivenUp } from "../steps";
import { arrayAlone, setBatches, setPrices } from "./array-bound";
import { boundEnds, boundEnergy, boundOrder, boundOuter, boundShares, boundTiles, boundTime, stepCount } from "./bound";
import { boundWaits } from "./bound-waits";
import { isEnergyCounted, score, secondScore, timeWithin } from "./score";
import { LONE_SIZE, setSize, sizeRow } from "./sizes";

/*
 * The best mapping that has been walked, and what may replace it. A mapping is walked only as far as it can still be
 * better: first its bound, then its traffic, then the stalls that it has collected so far may say no.
 */
const BEST: usize = memory.data(RES_FIELDS * 8, 16);
let best: f64 = Infinity;
let second: f64 = Infinity;
/** Gain, as a share of the best score, below which a walk is not worth its time. */
let leastGain: f64 = 0;

export function setLeastGain(share: f64): void {
  leastGain = share;
}

/** Mappings walked, to their ends or not. */
export let walked: f64 = 0;

export function clearWalked(): void {
  walked = 0;
}

export function clearIncumbent(): void {
  best = Infinity;
  second = Infinity;
  lastTime = -1;
}

const ASIDE: usize = memory.data(RES_FIELDS * 8, 16);
let asideBest: f64 = Infinity;
let asideSecond: f64 = Infinity;

/** Lays the best mapping aside, to begin anew from another one. */
export function layAside(): void {
  memory.copy(ASIDE, BEST, RES_FIELDS * 8);
  asideBest = best;
  asideSecond = second;
  best = Infinity;
  second = Infinity;
}

/** Result record of the mapping laid aside, and its score. */
export function asideRow(): usize {
  return ASIDE;
}
export function asideScore(): f64 {
  return asideBest;
}

/** Takes back what was laid aside, if nothing better has been found. */
export function takeBack(): void {
  if (!isBetter(asideBest, asideSecond)) return;
  memory.copy(BEST, ASIDE, RES_FIELDS * 8);
  best = asideBest;
  second = asideSecond;
}

export function bestScore(): f64 {
  return best;
}

/** Score that a bound must not be above for a walk to be worth its time. */
export function toBeat(): f64 {
  return best * (1 - leastGain);
}

/** Cycles of the best mapping. */
export function bestCycles(): f64 {
  return get(BEST, RES_CYCLES);
}

/** Copies the result record of the best mapping. */
export function copyBest(record: usize): void {
  memory.copy(record, BEST, RES_FIELDS * 8);
}

/** Puts the best mapping in place. */
export function loadBest(): void {
  loadMapping(BEST);
}

/** Bounds the mapping in place, whatever was bounded before. */
export function boundMapping(): void {
  setBatches();
  setPrices();
  boundOuter();
  boundShares();
  setSize(sizeRow(0, LONE_SIZE), lm, M, gm, coresM, sm, tm);
  setSize(sizeRow(1, LONE_SIZE), ln, N, gn, coresN, sn, tn);
  setSize(sizeRow(2, LONE_SIZE), lk, K, gk, coresK, sk, tk);
  boundTiles(sizeRow(0, LONE_SIZE), sizeRow(1, LONE_SIZE), sizeRow(2, LONE_SIZE));
  boundEnds();
  boundOrder();
  boundWaits();
}

function isBetter(first: f64, other: f64): bool {
  return first < best || (first == best && other < second);
}

/** Dynamic energy of the mapping in place, pJ. */
let dynamic: f64 = 0;

/** Counts the traffic of the mapping in place; false where its energy alone says that it is no better. */
function isEnergyGood(): bool {
  countTraffic();
  dynamic = energyOfTraffic();
  return isBetter(score(boundTime, dynamic), secondScore(boundTime, dynamic));
}

/** Bounds and inner steps of the mapping walked last. */
let lastTime: f64 = 0;
let lastEnergy: f64 = 0;
let lastSteps: f64 = 0;
/**
 * Walks the legal mapping in place if it can be the best; true if it now is.
 *
 * @param isUnlike  not if it has the bounds of the one walked last: the two are likely to wait alike
 */
export function challenge(isUnlike: bool): bool {
  boundMapping();
  const bound: f64 = score(boundTime, boundEnergy);
  if (isUnlike && boundTime == lastTime && boundEnergy == lastEnergy && stepCount == lastSteps) return false;
  if (bound > toBeat()) return false;
  if (!isBetter(bound, secondScore(boundTime, boundEnergy))) return false;
  // Where time counts first, traffic decides between near-ties alone: it is counted when the time is known to be no worse.
  const isTimeFirst: bool = !isEnergyCounted();
  if (!isTimeFirst && !isEnergyGood()) return false;
  walked += 1;
  lastTime = boundTime;
  lastEnergy = boundEnergy;
  lastSteps = stepCount;
  walk(timeWithin(best, dynamic) - arrayAlone);
  if (isGivenUp) return false;
  if (isTimeFirst) {
    if (score(cycles, boundEnergy) > best) return false;
    countTraffic();
    dynamic = energyOfTraffic();
  }
  const first: f64 = score(cycles, dynamic);
  const other: f64 = secondScore(cycles, dynamic);
  if (!isBetter(first, other)) return false;
  best = first;
  second = other;
  storeResult(BEST);
  put(BEST, RES_BOUND, boundTime);
  return true;
}
