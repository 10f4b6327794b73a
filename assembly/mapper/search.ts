import * as abi from "../abi";
import * as hardware from "../hardware";
import { ceilDiv } from "../int-math";
import * as mapping from "../mapping";
import { get } from "../memory";
import * as options from "./array-options";
import * as arrayBound from "./array-bound";
import * as bound from "./bound";
import * as exhaustive from "./exhaustive";
import * as incumbent from "./incumbent";
import * as localTiles from "./local-tiles";
import * as outerTiles from "./outer-tiles";
import { refine } from "./refine";
import * as objective from "./objective";
import * as shortList from "./short-list";

/*
 * Mapping search. For every split over cores and their arrays, and every promising use of the array, global-buffer tiles are taken in the
 * order of their bounds, and local tiles within them; each is scored by a closed-form bound. The best bounds are walked
 * in time, from the best on, until no bound left can beat the best walk. docs/model.md, "mapper".
 */

/*
 * What removing or halving a number costs is the mean over 400 random chips (presets with other buffers and cores) and products, against the best that any
 * search found.
 */

/**
 * Uses of the array that are looked at on each grid of cores and arrays: so many (one: 0.07 % of latency); and up to so many if their bounds promise GAP more
 * than the best that is kept (none: 0.4 %).
 */
const FEW_USES: i32 = 2;
const USES: i32 = 6;
/** Outer tiles in which local ones are tried, best bounds first: of the first use of the array, or where it is fed straight; of the other uses (one: 0.04 % of latency). */
const OUTERS: i32 = 8;
const OTHER_OUTERS: i32 = 2;
/** Share of the score by which local tiles must cost more than nothing before larger, single-buffered ones are tried (never: 0.26 % of latency; of energy 0.15 % with the former). */
const LEAST_SINGLE: f64 = 0.2;
const LEAST_SINGLE_OF_ENERGY: f64 = 0.02;
/**
 * Mappings that are kept where energy counts on few cores (eight take 11 % more time for 0.02 %), kinds of which small tiles are tried, and mappings of one
 * use of the array where many small tiles have nearly the same bound.
 */
const WALKED: i32 = 5;
/** Mappings that are kept else, and uses of the array that more is tried with where bounds promise GAP (sixteen: 0.2 %, twenty-four: 0.02 %). */
const MANY: i32 = 32;
/** Register tiles and grids from which small changes start where the array is fed straight, at most (two: 0.1 %). */
const STARTS: i32 = 4;
/** Cores up to which there are few grids of them, and the best bounds tell enough; up to which small problems try every grid. */
const FEW_CORES: f64 = 4;
const SEVERAL_CORES: f64 = 16;
/** MACs of a batch element below which a single cycle may be a percent of its time. */
const SMALL: f64 = 131072;
/** MACs of a batch element below which more uses of the array are tried on many cores too, if a bound promises GAP more than the best has: of all, 108 cores take 37 % longer. */
const MIDDLE: f64 = 16e6;
/** Gain that what is tried beside the best bounds must promise (twice as much: 0.09 % of latency; a third: 5 % of time for 0.01 %). */
const GAP: f64 = 0.01;
/** How many times as much of everything the wide part of a thorough search takes the best of. */
const WIDTH: i32 = 3;
let width: i32 = 1;
/** Candidates scored. */
export let scored: f64 = 0;
/** Bytes that the smallest tiles tried need, where none fits. */
export let neededOuter: f64 = 0;

/** Whether the problem is so small that a single cycle may be a percent of its time, and that walks cost little. */
function isSmall(): bool {
  return mapping.M * mapping.N * mapping.K < SMALL;
}

/** Tries a grid of cores, with every grid of a core's arrays in which no dimension can take another one; on small problems, with every grid. */
function trySplit(coresOfB: f64, coresOfM: f64, coresOfN: f64, coresOfK: f64): void {
  mapping.setCores(coresOfB, coresOfM, coresOfN, coresOfK);
  const mostB: f64 = ceilDiv(mapping.B, coresOfB);
  const mostM: f64 = mapping.chunkM(mapping.M);
  const mostN: f64 = mapping.chunkN(mapping.N);
  for (let b: f64 = 1; b <= mostB && b <= hardware.arrays; b++) {
    for (let m: f64 = 1; m <= mostM && b * m <= hardware.arrays; m++) {
      const n: f64 = Math.min(mostN, Math.floor(hardware.arrays / (b * m)));
      if (isSmall()) {
        for (let fewer: f64 = 1; fewer < n; fewer++) {
          mapping.setArrays(b, m, fewer);
          tryGrid();
        }
      } else if ((b < mostB && (b + 1) * m * n <= hardware.arrays) || (m < mostM && b * (m + 1) * n <= hardware.arrays))
        continue;
      mapping.setArrays(b, m, n);
      tryGrid();
    }
  }
}

/** Tries the best uses of the array on the present grids of cores and arrays. */
function tryGrid(): void {
  // Of no kind yet, so that the worst of all that is kept is what uses of the array have to beat.
  shortList.newKind();
  options.find(USES * width, false, shortList.worst());
  if (options.count == 0) return;
  let packedBefore: f64 = 0;
  for (let option: i32 = 0; option < options.count; option++) {
    shortList.newKind();
    if (options.scoreOf(option) > shortList.worst()) break;
    if (option >= FEW_USES * width && shortList.count > 0 && options.scoreOf(option) > shortList.scoreOf(0) * (1 - GAP))
      break;
    options.use(option);
    // Straight from the array, how wide the sums are is up to its use; what fits, to how many batch elements lie side by side.
    if (option == 0 || hardware.isDirect || mapping.packed != packedBefore) {
      packedBefore = mapping.packed;
      outerTiles.find(OUTERS * width);
      if (outerTiles.smallest < neededOuter) neededOuter = outerTiles.smallest;
    }
    const outers: i32 =
      option == 0 || hardware.isDirect ? outerTiles.count : min(outerTiles.count, OTHER_OUTERS * width);
    for (let outer: i32 = 0; outer < outers; outer++) {
      if (outerTiles.scoreOf(outer) > shortList.worst()) break;
      const waits: bool = outerTiles.waits(outer);
      outerTiles.use(outer);
      // Bounds do not tell such tiles apart: the best mapping in each is kept.
      if (hardware.isDirect || waits) shortList.newKind();
      localTiles.tryUsual(false);
      if (shortList.count > 0) continue;
      // Buffers that hold hardly anything: down to single elements, single buffered.
      localTiles.tryUsual(true);
    }
  }
  for (let option: i32 = 0; option < options.count && shortList.count == 0; option++) {
    // Nothing fits that is worth while: anything that does, in every use of the array.
    shortList.newKind();
    options.use(option);
    outerTiles.findEvery();
    for (let outer: i32 = 0; outer < outerTiles.count && shortList.count == 0; outer++) {
      outerTiles.use(outer);
      localTiles.tryUsual(true);
    }
  }
}

/** Every way to share the work out over cores, some of them left idle or not. */
function tryEverySplit(): void {
  for (let b: f64 = 1; b <= hardware.cores && b <= mapping.B; b++) {
    for (let m: f64 = 1; b * m <= hardware.cores && m <= mapping.M; m++) {
      for (let n: f64 = 1; b * m * n <= hardware.cores && n <= mapping.N; n++) {
        for (let k: f64 = 1; b * m * n * k <= hardware.cores && k <= mapping.K; k++) {
          if (k == 1 || hardware.addsSums) trySplit(b, m, n, k);
        }
      }
    }
  }
}

/** Ways to share the work out over `total` cores: one dimension, or two. */
function trySplits(total: f64): void {
  if (total == 1) {
    trySplit(1, 1, 1, 1);
    return;
  }
  if (mapping.B > 1) trySplit(Math.min(total, mapping.B), 1, 1, 1);
  if (mapping.M > 1) trySplit(1, Math.min(total, mapping.M), 1, 1);
  if (mapping.N > 1) trySplit(1, 1, Math.min(total, mapping.N), 1);
  if (mapping.K > 1 && hardware.addsSums) trySplit(1, 1, 1, Math.min(total, mapping.K));
  if (total < 4) return;
  if (mapping.B > 1 && total >= 2 * mapping.B) {
    const left: f64 = Math.floor(total / mapping.B);
    if (mapping.M > 1) trySplit(mapping.B, Math.min(left, mapping.M), 1, 1);
    if (mapping.N > 1) trySplit(mapping.B, 1, Math.min(left, mapping.N), 1);
  }
  if (mapping.M == 1 || mapping.N == 1) return;
  // Grids that leave no core out, and the one whose chunks are nearly square on the array: those share most.
  const square: f64 = Math.sqrt((total * mapping.M * hardware.cols) / (mapping.N * hardware.rows));
  const nearest: f64 = Math.max(2, Math.min(Math.floor(total / 2), Math.round(square)));
  for (let m: f64 = 2; m * 2 <= total && m <= mapping.M; m++) {
    const isEven: bool = Math.floor(total / m) * m == total;
    if (m == nearest || (isEven && m >= square / 4 && m <= square * 4)) {
      trySplit(1, m, Math.min(Math.floor(total / m), mapping.N), 1);
    }
  }
}

/** Scores the candidates of the problem in mapping.ts and keeps the best bounds (short-list.ts); true if there are any. */
export function scoreCandidates(): bool {
  // An array that is fed straight waits for every fold, which bounds do not see, and many cores have many grids: more is walked.
  const hasMany: bool = hardware.cores > FEW_CORES || hardware.arrays > 1 || (isSmall() && hardware.cores > 1);
  const most: i32 = hardware.isDirect || hasMany || !objective.isEnergyCounted() ? MANY : WALKED;
  shortList.clear(
    most * width,
    hardware.isDirect || objective.isEnergyCounted() || hardware.cores <= FEW_CORES ? 2 : 1,
    Infinity,
  );
  localTiles.clearScored();
  exhaustive.clearScored();
  neededOuter = Infinity;
  options.setLeastCost(Infinity);
  bound.boundProblem();
  if (!isSmall()) trySplits(hardware.cores);
  else if (hardware.cores <= SEVERAL_CORES) tryEverySplit();
  else for (let total: f64 = hardware.cores; total >= 1; total = Math.floor(total / 2)) trySplits(total);
  if (shortList.count == 0) trySplit(1, 1, 1, 1);
  if (shortList.count == 0 && hardware.arrays > 1) {
    // Several batch elements at once may not fit where one does.
    mapping.setArrays(1, 1, 1);
    tryGrid();
  }
  if (!hardware.isDirect && objective.isTimeCounted()) tryFine();
  if (!hardware.isDirect && hardware.innerDouble && !isSmall()) trySingle();
  return shortList.count > 0;
}

const KINDS: usize = memory.data(64 * abi.RES_FIELDS * 8, 16);

/**
 * Whether small tiles may gain something: no more than the time for which neither the array nor the far memory is at work.
 *
 * @param first, second  scores of the best mapping of the kind in place
 */
function isWorthFine(first: f64, second: f64): bool {
  return objective.gainOfTime(first, second, Math.max(arrayBound.time, bound.outerPorts)) > GAP;
}

/** Puts the best mapping of kind `index` in place, bounded but for its local tiles; returns its row. */
function useKind(index: i32): usize {
  const row: usize = KINDS + <usize>(index * abi.RES_FIELDS) * 8;
  mapping.load(row);
  arrayBound.setBatches();
  arrayBound.setPrices();
  arrayBound.boundArrayAlone();
  bound.boundOuter();
  return row;
}

/** Tries small local tiles of the kinds of mapping whose bounds are best. */
function tryFine(): void {
  const count: i32 = min(shortList.copyKinds(KINDS), WALKED * width);
  for (let i: i32 = 0; i < count; i++) {
    const row: usize = useKind(i);
    if (!isWorthFine(load<f64>(row), load<f64>(row, 8))) continue;
    shortList.newKind();
    localTiles.tryFine(false);
  }
}

/**
 * Tries larger local tiles, not all of them double buffered, of the kinds of mapping whose bounds are best, where these are far from what no local
 * tile is below.
 */
function trySingle(): void {
  const leastSingle: f64 = objective.isEnergyCounted() ? LEAST_SINGLE_OF_ENERGY : LEAST_SINGLE;
  const kinds: i32 = shortList.copyKinds(KINDS);
  const count: i32 = hardware.cores > FEW_CORES ? min(kinds, WALKED * width) : kinds;
  for (let i: i32 = 0; i < count; i++) {
    const row: usize = useKind(i);
    bound.boundOuterWith(arrayBound.time, arrayBound.energy);
    if (objective.score(bound.time, bound.energy) > load<f64>(row) * (1 - leastSingle)) continue;
    shortList.newKind();
    localTiles.trySingle();
  }
}

/** Walks what is kept, best first. */
function walkKept(): void {
  for (let i: i32 = 0; i < shortList.count; i++) {
    if (shortList.scoreOf(i) > incumbent.bestScore()) break;
    mapping.load(shortList.rowOf(i));
    incumbent.challenge(true);
  }
  incumbent.setLeastGain(incumbent.LEAST_GAIN);
}

/** Whether records hold as many words along each dimension, in the same dataflow, on the same grid of cores and arrays. */
function areAlike(rowA: usize, rowB: usize): bool {
  const flow: i32 = <i32>get(rowA, abi.MAP_DATAFLOW);
  if (flow != <i32>get(rowB, abi.MAP_DATAFLOW) || !shortList.areOneGrid(rowA, rowB)) return false;
  for (let d: i32 = 0; d < 3; d++) {
    // Stream positions that are worked on together are words of nothing.
    if ((flow == abi.WEIGHT_STATIONARY && d == 0) || (flow == abi.INPUT_STATIONARY && d == 1)) continue;
    if (get(rowA, abi.MAP_REGISTER_TILE + d) != get(rowB, abi.MAP_REGISTER_TILE + d)) return false;
  }
  return true;
}

/**
 * Walks what is kept of an array that is fed straight, and refines the best of each register tile and grid: small changes seldom lead from one of
 * them to another.
 */
function walkStarts(): void {
  let starts: i32 = 0;
  incumbent.setLeastGain(0);
  for (let i: i32 = 0; i < shortList.count && starts < STARTS; i++) {
    let isNew: bool = true;
    for (let other: i32 = 0; other < i && isNew; other++) isNew = !areAlike(shortList.rowOf(i), shortList.rowOf(other));
    if (!isNew) continue;
    incumbent.layAside();
    for (let j: i32 = i; j < shortList.count; j++) {
      if (!areAlike(shortList.rowOf(i), shortList.rowOf(j))) continue;
      if (shortList.scoreOf(j) > incumbent.bestScore()) break;
      mapping.load(shortList.rowOf(j));
      incumbent.challenge(false);
    }
    refine(true);
    incumbent.takeBack();
    starts++;
  }
}

/**
 * Refines the best of the other register tiles and grids that are kept as well: tpu-v4i with 2.8 MiB of local buffer, 1,197,3072,768 takes 4 % longer
 * without.
 */
function refineAnother(): void {
  incumbent.layAside();
  for (let i: i32 = 0; i < shortList.count; i++) {
    if (shortList.scoreOf(i) > incumbent.asideScore()) break;
    if (areAlike(shortList.rowOf(i), incumbent.asideRow())) continue;
    mapping.load(shortList.rowOf(i));
    incumbent.challenge(false);
  }
  if (incumbent.bestScore() < Infinity) refine(false);
  incumbent.takeBack();
}

/** Whether nothing is to be expected of small changes: where the best bound has been reached. */
function isSettled(): bool {
  return (
    !objective.isEnergyCounted() &&
    !isSmall() &&
    shortList.scoreOf(0) >= incumbent.bestScore() * (1 - incumbent.LEAST_GAIN)
  );
}

/**
 * Whether it is worth while to search on: where bounds promise more. On many cores not on larger problems, where it would take a third more time.
 */
function isWorthMore(): bool {
  if (!objective.isTimeCounted()) return false;
  const best: f64 = incumbent.bestScore();
  if (shortList.scoreOf(0) >= best * (1 - GAP) && options.leastCost >= best * (1 - LEAST_SINGLE)) return false;
  return (
    hardware.unroll == abi.UNROLL_FIXED || hardware.cores <= FEW_CORES || mapping.M * mapping.N * mapping.K < MIDDLE
  );
}

/** Tries small local tiles with more uses of the array, on the cores and in the global-buffer tile of the best mapping. */
function searchFine(): void {
  shortList.clear(MANY, WALKED, incumbent.bestScore() * (1 - incumbent.LEAST_GAIN));
  incumbent.loadBest();
  options.find(MANY, false, shortList.worst());
  for (let option: i32 = 0; option < options.count; option++) {
    if (options.scoreOf(option) > shortList.worst()) break;
    shortList.newKind();
    options.use(option);
    localTiles.tryFine(true);
  }
  walkKept();
}

/**
 * Grids of cores and arrays that a small problem is searched on, by a thorough search and by a fast one; of many cores, whose grids are much alike. With half as
 * many, 3 batch elements of 3 × 23 × 6 on four cores of two arrays miss the grid of a core a batch element, and 29 % of EDP.
 */
const MOST_GRIDS: i32 = 16;
const SOME_GRIDS: i32 = 4;
const FEW_GRIDS: i32 = 2;
/**
 * Work of the search of a small problem (exhaustive.ts), on the best grid and on each of the others. Effort fast: of random products up to 32 on random chips
 * 96 % in latency and EDP are within 1 % or eight cycles of the best, and in energy within 1 %; five times the work on the best grid takes 1.6 times as
 * long and brings 4 % more of them within 1 %; two grids in place of four leave 92 % in energy.
 */
const FAST_WORK: f64 = 2000;
const FAST_WORK_A_GRID: f64 = 1000;
const MOST_WORK: f64 = 400000;
const GRIDS: usize = memory.data((MOST_GRIDS + 1) * abi.RES_FIELDS * 8, 16);

/** Searches more on the `count` grids of cores and arrays in GRIDS, other than that of the best mapping, which has been searched. */
function searchGrids(count: i32, work: f64): void {
  const found: usize = GRIDS + <usize>(MOST_GRIDS * abi.RES_FIELDS) * 8;
  incumbent.copyBest(found);
  for (let i: i32 = 0; i < count; i++) {
    const row: usize = GRIDS + <usize>(i * abi.RES_FIELDS) * 8;
    if (shortList.areOneGrid(row, found)) continue;
    const before: f64 = incumbent.bestScore();
    mapping.load(row);
    exhaustive.searchMore(work);
    if (incumbent.bestScore() < before) refine(true);
  }
}

/** What is left to win at most, as a share of the best score: by the least bound of the uses of the array that were looked at. */
export let gap: f64 = 0;

/** Records of what searches have found: the fast ones for each objective, the own one first, and the wide one for that. */
const FOUND: usize = memory.data(4 * abi.RES_FIELDS * 8, 16);

/** Takes the best of what the searches for the other objectives, and one of more candidates, find, and improves it by small changes. */
function searchWidely(): void {
  const own: i32 = objective.chosen;
  let found: i32 = 1;
  incumbent.copyBest(FOUND);
  for (let other: i32 = abi.OBJECTIVE_LATENCY; other <= abi.OBJECTIVE_EDP; other++) {
    if (other == own || (other == abi.OBJECTIVE_ENERGY && own == abi.OBJECTIVE_CARBON)) continue;
    objective.choose(other);
    if (searchOnce()) incumbent.copyBest(FOUND + <usize>(found++ * abi.RES_FIELDS) * 8);
  }
  objective.choose(own);
  width = WIDTH;
  if (searchOnce()) incumbent.copyBest(FOUND + <usize>(found++ * abi.RES_FIELDS) * 8);
  width = 1;
  incumbent.clear();
  incumbent.setLeastGain(0);
  for (let i: i32 = 0; i < found; i++) {
    mapping.load(FOUND + <usize>(i * abi.RES_FIELDS) * 8);
    incumbent.challenge(false);
  }
  refine(true);
}

/** Searches the best mapping of the problem in mapping.ts; true if one has been walked to its end (incumbent.ts). */
export function findBest(effort: i32): bool {
  incumbent.clearWalked();
  scored = 0;
  if (!searchOnce()) return false;
  if (effort != abi.EFFORT_FAST) searchWidely();
  if (effort == abi.EFFORT_EXHAUSTIVE) {
    const before: f64 = exhaustive.scored;
    exhaustive.searchAll();
    scored += exhaustive.scored - before;
  }
  const cost: f64 = incumbent.bestScore();
  gap = cost > options.leastCost ? 1 - options.leastCost / cost : 0;
  return true;
}

/** Walks the best bounds for another objective. */
function walkFor(other: i32): void {
  const own: i32 = objective.chosen;
  const least: f64 = options.leastCost;
  objective.choose(other);
  scoreCandidates();
  scored += localTiles.scored + exhaustive.scored;
  objective.choose(own);
  options.setLeastCost(least);
  for (let i: i32 = 0; i < shortList.count; i++) {
    mapping.load(shortList.rowOf(i));
    incumbent.challenge(true);
  }
}

/**
 * Share of the time by which what no mapping is below must be less before the best bounds for energy are walked too: on 300 random chips and products latency
 * is 0.62 % from the best known in the mean, 0.73 % without, in 1 to 3 % more time; a share of 0.12 takes 6 % more for 0.03 %. For energy it gains nothing on
 * language models, and takes a third more time on 108 cores.
 */
const FAR: f64 = 0.25;

/** Whether what no mapping is below is much less than the best. */
function isFar(): bool {
  return options.leastCost < incumbent.bestScore() * (1 - FAR);
}

/** For latency and EDP. A product is often least near where one of its factors is, and bounds far below see little: walks the best bounds for the others. */
function walkForOthers(): void {
  const before: f64 = incumbent.bestScore();
  if (objective.chosen == abi.OBJECTIVE_EDP) walkFor(abi.OBJECTIVE_LATENCY);
  walkFor(abi.OBJECTIVE_ENERGY);
  if (incumbent.bestScore() < before) refine(hardware.isDirect);
}

/** The fast search for the objective in place. */
function searchOnce(): bool {
  const isFast: bool = width == 1;
  if (!scoreCandidates()) return false;
  incumbent.clear();
  const grids: i32 = isSmall()
    ? shortList.copyGrids(GRIDS, hardware.cores > SEVERAL_CORES ? FEW_GRIDS : isFast ? SOME_GRIDS : MOST_GRIDS)
    : 0;
  if (hardware.isDirect) walkStarts();
  else {
    incumbent.setLeastGain(isFast ? incumbent.LEAST_GAIN : 0);
    walkKept();
    if (!isSettled()) {
      refine(false);
      if (!isSmall()) refineAnother();
    }
  }
  if (isWorthMore()) {
    if (hardware.unroll == abi.UNROLL_FIXED) {
      incumbent.loadBest();
      exhaustive.searchSome();
    } else searchFine();
    refine(hardware.isDirect);
  }
  incumbent.setLeastGain(0);
  if (isSmall()) {
    incumbent.loadBest();
    exhaustive.searchMore(isFast ? FAST_WORK : MOST_WORK);
    refine(true);
    searchGrids(grids, isFast ? FAST_WORK_A_GRID : MOST_WORK);
  }
  scored += localTiles.scored + exhaustive.scored;
  if (
    !isSmall() &&
    (objective.chosen == abi.OBJECTIVE_EDP || (objective.chosen == abi.OBJECTIVE_LATENCY && isFast && isFar()))
  )
    walkForOthers();
  return incumbent.bestScore() < Infinity;
}
