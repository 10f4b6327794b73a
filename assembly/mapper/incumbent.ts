import * as abi from "../abi";
import * as counters from "../counters";
import * as mapping from "../mapping";
import { get, put } from "../memory";
import { storeResult } from "../result";
import * as run from "../run";
import * as steps from "../steps";
import * as arrayBound from "./array-bound";
import * as bound from "./bound";
import { boundWaits } from "./bound-waits";
import * as objective from "./objective";
import * as sizes from "./sizes";

/*
 * The best mapping that has been walked, and what may replace it. A mapping is walked only as far as it can still be
 * better: first its bound, then its traffic, then the stalls that it has collected so far may say no.
 */
const BEST: usize = memory.data(abi.RES_FIELDS * 8, 16);
let best: f64 = Infinity;
let second: f64 = Infinity;
/** Gain, as a share of the best score, below which a walk is not worth its time where one search has many of them: a tenth of it gains 0.002 % on random chips. */
export const LEAST_GAIN: f64 = 0.003;
/** The same of the present search. */
let leastGain: f64 = 0;

export function setLeastGain(share: f64): void {
  leastGain = share;
}

/** Mappings walked, to their ends or not. */
export let walked: f64 = 0;

export function clearWalked(): void {
  walked = 0;
}

export function clear(): void {
  best = Infinity;
  second = Infinity;
  lastTime = -1;
}

const ASIDE: usize = memory.data(abi.RES_FIELDS * 8, 16);
let asideBest: f64 = Infinity;
let asideSecond: f64 = Infinity;

/** Lays the best mapping aside, to begin anew from another one. */
export function layAside(): void {
  memory.copy(ASIDE, BEST, abi.RES_FIELDS * 8);
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
  memory.copy(BEST, ASIDE, abi.RES_FIELDS * 8);
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

/** Copies the result record of the best mapping. */
export function copyBest(record: usize): void {
  memory.copy(record, BEST, abi.RES_FIELDS * 8);
}

/** Puts the best mapping in place. */
export function loadBest(): void {
  mapping.load(BEST);
}

/** Bounds the mapping in place, whatever was bounded before. */
export function boundMapping(): void {
  arrayBound.setBatches();
  arrayBound.setPrices();
  bound.boundOuter();
  bound.boundShares();
  sizes.setSize(
    sizes.sizeRow(0, sizes.LONE_SIZE),
    mapping.lm,
    mapping.M,
    mapping.gm,
    mapping.coresM,
    mapping.sm,
    mapping.tm,
  );
  sizes.setSize(
    sizes.sizeRow(1, sizes.LONE_SIZE),
    mapping.ln,
    mapping.N,
    mapping.gn,
    mapping.coresN,
    mapping.sn,
    mapping.tn,
  );
  sizes.setSize(
    sizes.sizeRow(2, sizes.LONE_SIZE),
    mapping.lk,
    mapping.K,
    mapping.gk,
    mapping.coresK,
    mapping.sk,
    mapping.tk,
  );
  bound.boundTiles(
    sizes.sizeRow(0, sizes.LONE_SIZE),
    sizes.sizeRow(1, sizes.LONE_SIZE),
    sizes.sizeRow(2, sizes.LONE_SIZE),
  );
  bound.boundEnds();
  bound.boundOrder();
  boundWaits();
}

function isBetter(first: f64, other: f64): bool {
  return first < best || (first == best && other < second);
}

/** Dynamic energy of the mapping in place, pJ. */
let dynamic: f64 = 0;

/** Counts the traffic of the mapping in place; false where its energy alone says that it is no better. */
function isEnergyGood(): bool {
  counters.countTraffic();
  dynamic = counters.energyOfTraffic();
  return isBetter(objective.score(bound.time, dynamic), objective.secondScore(bound.time, dynamic));
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
  const least: f64 = objective.score(bound.time, bound.energy);
  if (isUnlike && bound.time == lastTime && bound.energy == lastEnergy && bound.stepCount == lastSteps) return false;
  if (least > toBeat()) return false;
  if (!isBetter(least, objective.secondScore(bound.time, bound.energy))) return false;
  // Where time counts first, traffic decides between near-ties alone: it is counted when the time is known to be no worse.
  const isTimeFirst: bool = !objective.isEnergyCounted();
  if (!isTimeFirst && !isEnergyGood()) return false;
  walked += 1;
  lastTime = bound.time;
  lastEnergy = bound.energy;
  lastSteps = bound.stepCount;
  run.walk(objective.timeWithin(best, dynamic) - arrayBound.alone);
  if (steps.isGivenUp) return false;
  if (isTimeFirst) {
    if (objective.score(run.cycles, bound.energy) > best) return false;
    counters.countTraffic();
    dynamic = counters.energyOfTraffic();
  }
  const first: f64 = objective.score(run.cycles, dynamic);
  const other: f64 = objective.secondScore(run.cycles, dynamic);
  if (!isBetter(first, other)) return false;
  best = first;
  second = other;
  storeResult(BEST);
  put(BEST, abi.RES_BOUND, bound.time);
  return true;
}
