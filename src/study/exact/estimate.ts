import { multiplicitiesOf } from "../../search/index.ts";
import type { StudyDecomposition } from "../../evaluate/index.ts";

/** What an exact search has to go over, counted before it starts. */
export interface ExactSize {
  /** Pairs of tower options that differ in cost. */
  readonly models: number;
  /** Options of both towers that differ in cost: what is added up for every chip. */
  readonly options: number;
  /** Designs of the space that a chip has, as options stand for them. */
  readonly designsOfChip: number;
  readonly chips: number;
  /** Chains of operators that are planned on each chip; 0: operators run by themselves. */
  readonly chains: number;
  readonly objectives: number;
}

export function sizeOf(decomposition: StudyDecomposition, objectives: number): ExactSize {
  const [a, b] = decomposition.optionCounts;
  const { total } = multiplicitiesOf(decomposition);
  const { hardwareCount: chips, chainCount: chains } = decomposition;
  return { models: a * b, options: a + b, designsOfChip: total, chips, chains, objectives };
}

export interface ExactEstimate {
  /** CPU seconds, all threads together. */
  readonly seconds: number;
  /** MiB of the process with one worker; each further one takes `perWorker` more. */
  readonly mebibytes: number;
  readonly perWorker: number;
}

/*
 * Measured on two cores of a server (Node 20), start and report included, one worker (test/unit/study/estimate.test.ts has the studies):
 *   490 models × 3,240 chips 4.8 s; 1.07 M × 3,240 10 to 14 s, 330 MiB; 6.56 M × 3,240 27 s, 1,376 MiB with two workers;
 *   196 × 3,240 with 8 chains under a schedule 26 s; 1.07 M × 16,200 30 s; 1.07 M × 3,240 with a third objective 25 to 34 s;
 *   18,513 options of a decoder × 3,240 chips 25 s, 580 MiB.
 */
const START_SECONDS = 2;
const SECONDS_A_CHIP = 1.2e-3;
const SECONDS_A_MODEL = 3e-6;
/** Of an option on a chip: added up, priced and held against the front. */
const SECONDS_AN_OPTION = 3e-7;
/** With a third objective few designs dominate, and many more pairs are looked at. */
const SECONDS_A_MODEL_OF_MANY = 2e-5;
/** Floors of every chip, plans of one in ten. */
const SECONDS_A_CHAIN = 7e-4;
const START_MEBIBYTES = 250;
const BYTES_A_MODEL = 85;
const BYTES_AN_OPTION = 10_000;
const WORKER_MEBIBYTES = 60;

/**
 * CPU time and memory that an exact search takes, within a factor of two or so of the machine that it was measured on. A function of counts
 * alone:
 *
 *   seconds = 2 + (0.0012 + 0.0007 · chains + 3e-7 · options) · chips + 3e-6 · models   (2e-5 · models with three objectives or more)
 */
export function estimateOf({ models, options, chips, chains, objectives }: ExactSize): ExactEstimate {
  const perModel = objectives > 2 ? SECONDS_A_MODEL_OF_MANY : SECONDS_A_MODEL;
  const tables = (BYTES_A_MODEL * models + BYTES_AN_OPTION * options) / 2 ** 20;
  const perChip = SECONDS_A_CHIP + SECONDS_A_CHAIN * chains + SECONDS_AN_OPTION * options;
  return {
    seconds: START_SECONDS + perChip * chips + perModel * models,
    mebibytes: START_MEBIBYTES + tables,
    perWorker: WORKER_MEBIBYTES + tables,
  };
}
