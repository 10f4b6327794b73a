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

/** Outer tiles in which local ones are tried, best bounds first: of the first use of the array, of the others, where the array is fed straight. */
const FEW_OUTERS: i32 = 4;
const OTHER_OUTERS: i32 = 2;
const DIRECT_OUTERS: i32 = 12;
/** The same with those whose single places wait for the far memory, which no bound sees: tpu-v1, 1,2048,4096,11008 takes 13 % longer with FEW_OUTERS. */
const MOST_OUTERS: i32 = 16;
/** Gain that small local tiles must promise. */
const LEAST_FINE: f64 = 0.005;
/** Share of the score by which local tiles must cost more than nothing before larger, single-buffered ones are tried. */
const LEAST_SINGLE: f64 = 0.2;
const LEAST_SINGLE_OF_ENERGY: f64 = 0.02;
/** Mappings that are walked where their bounds promise LEAST_GAIN; where more are kept, those behind have to promise GAP. */
const WALKED: i32 = 5;
const MANY: i32 = 24;
/** The same where the array is fed straight: one for each outer tile in each use of the array; and on small problems with many grids. */
const MOST: i32 = 48;
/** Register tiles and grids from which small changes start there, at most. */
const STARTS: i32 = 4;
/** Cores up to which there are few grids of them, and the best bounds tell enough; up to which small problems try every grid. */
const FEW_CORES: f64 = 4;
const SEVERAL_CORES: f64 = 16;
/** Gain by which a bound must beat the best for a walk, as a share. */
const LEAST_GAIN: f64 = 0.001;
/** MACs of a batch element below which a single cycle may be a percent of its time. */
const SMALL: f64 = 131072;
/** The same of larger problems, by the cycles that the best mapping takes. */
const SHORT: f64 = 300;
/** MACs of a batch element below which more uses of the array are tried if a bound promises GAP more than the best has, and below which they always are. */
const MIDDLE: f64 = 16e6;
const MINOR: f64 = 262144;
const GAP: f64 = 0.01;
/** Share of a larger problem's time by which the best bound may be less, and is taken for reached. */
const REACHED: f64 = 0.002;
/** Uses of the array that are tried then, and the gain that a bound must promise. */
const MORE_OPTIONS: i32 = 32;
const MORE_GAIN: f64 = 0.003;
/** Mappings of one use of the array that are kept then: with small tiles, many have nearly the same bound. */
const MORE_OF_ONE: i32 = 5;
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
  options.find((objective.isEnergyCounted() ? 6 : 3) * width, false, shortList.worst());
  if (options.count == 0) return;
  let packedBefore: f64 = 0;
  for (let option: i32 = 0; option < options.count; option++) {
    shortList.newKind();
    if (options.scoreOf(option) > shortList.worst()) break;
    options.use(option);
    // Straight from the array, how wide the sums are is up to its use; what fits, to how many batch elements lie side by side.
    if (option == 0 || hardware.isDirect || mapping.packed != packedBefore) {
      packedBefore = mapping.packed;
      outerTiles.find(
        (hardware.isDirect ? DIRECT_OUTERS : hardware.cores > FEW_CORES ? FEW_OUTERS : MOST_OUTERS) * width,
      );
      if (outerTiles.smallest < neededOuter) neededOuter = outerTiles.smallest;
    }
    const outers: i32 =
      option == 0 || hardware.isDirect ? outerTiles.count : min(outerTiles.count, OTHER_OUTERS * width);
    let placed: i32 = 0;
    let waiting: i32 = 0;
    for (let outer: i32 = 0; outer < outers; outer++) {
      if (outerTiles.scoreOf(outer) > shortList.worst()) break;
      const waits: bool = outerTiles.waits(outer);
      if (waits) waiting++;
      else placed++;
      if (
        !hardware.isDirect &&
        (waits ? objective.isEnergyCounted() && waiting > FEW_OUTERS * width : placed > FEW_OUTERS * width)
      )
        continue;
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
  const most: i32 =
    hardware.isDirect || (isSmall() && hasMany) ? MOST : hasMany || !objective.isEnergyCounted() ? MANY : WALKED;
  shortList.clear(most * width, hardware.isDirect || objective.isEnergyCounted() ? 2 : 1, Infinity);
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
  return objective.gainOfTime(first, second, Math.max(arrayBound.time, bound.outerPorts)) > LEAST_FINE;
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
    localTiles.trySingle(0);
    localTiles.trySingle((1 << abi.INPUT) | (1 << abi.WEIGHT));
  }
}

/** Walks what is kept, best first. */
function walkKept(): void {
  for (let i: i32 = 0; i < shortList.count; i++) {
    if (shortList.scoreOf(i) > incumbent.bestScore()) break;
    if (i == WALKED * width) incumbent.setLeastGain(GAP);
    mapping.load(shortList.rowOf(i));
    incumbent.challenge(true);
  }
  incumbent.setLeastGain(LEAST_GAIN);
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

/** Whether nothing is to be expected of small changes: on larger problems, where the best bound has been reached. */
function isSettled(): bool {
  return (
    !objective.isEnergyCounted() &&
    mapping.M * mapping.N * mapping.K > MIDDLE &&
    shortList.scoreOf(0) >= incumbent.bestScore() * (1 - REACHED)
  );
}

/**
 * Whether it is worth while to search on: on small problems; on larger ones where bounds promise more; and, where only time counts and the array has
 * many uses, on all but the largest, since few of those uses have been tried.
 */
function isWorthMore(): bool {
  if (!objective.isTimeCounted()) return false;
  const macs: f64 = mapping.M * mapping.N * mapping.K;
  if (macs < MINOR) return true;
  if (macs < MIDDLE && hardware.unroll != abi.UNROLL_FIXED && !objective.isEnergyCounted()) return true;
  return (
    (macs < MIDDLE || hardware.unroll == abi.UNROLL_FIXED) && shortList.scoreOf(0) < incumbent.bestScore() * (1 - GAP)
  );
}

/**
 * Tries small local tiles with more uses of the array, on the cores and in the global-buffer tile of the best mapping.
 *
 * @param uses      uses of the array, at most
 * @param thorough  those that take more than the fewest steps, and every register tile, as well
 */
function searchFine(uses: i32, thorough: bool): void {
  shortList.clear(MANY, MORE_OF_ONE, incumbent.bestScore() * (1 - MORE_GAIN));
  incumbent.loadBest();
  options.find(uses, thorough, shortList.worst());
  for (let option: i32 = 0; option < options.count; option++) {
    if (options.scoreOf(option) > shortList.worst()) break;
    shortList.newKind();
    options.use(option);
    localTiles.tryFine(true);
  }
  incumbent.setLeastGain(MORE_GAIN);
  walkKept();
}

/**
 * Grids of cores and arrays that a small problem is searched on; of many cores, whose grids are much alike. With half as many, 3 batch elements of
 * 3 × 23 × 6 on four cores of two arrays miss the grid of a core a batch element, and 29 % of EDP.
 */
const MOST_GRIDS: i32 = 16;
const SOME_GRIDS: i32 = 4;
const FEW_GRIDS: i32 = 2;
/**
 * Work of the search of a small problem (exhaustive.ts), on the best grid and on each of the others. Effort fast: 8 × 8 × 8 takes some twenty times as
 * long as 197 × 3072 × 768 on the same chip, and 97 % of random products up to 32 are within 1 % of the best EDP. With all that a thorough
 * search spends, which has 99 %, it took two to eight hundred times as long.
 */
const FAST_WORK: f64 = 10000;
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
  for (let i: i32 = 0; i < shortList.count && i < WALKED; i++) {
    mapping.load(shortList.rowOf(i));
    incumbent.challenge(true);
  }
}

/** A product is often least near where one of its factors is: walks the best bounds for each, and improves what is found by small changes. */
function walkForFactors(): void {
  const before: f64 = incumbent.bestScore();
  walkFor(abi.OBJECTIVE_LATENCY);
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
    incumbent.setLeastGain(LEAST_GAIN);
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
    } else searchFine(MORE_OPTIONS, false);
    refine(hardware.isDirect);
  }
  incumbent.setLeastGain(0);
  if (isSmall() || (objective.isTimeCounted() && incumbent.bestCycles() < SHORT)) {
    if (!hardware.isDirect && objective.isTimeCounted()) searchFine(options.MOST_OPTIONS, true);
    incumbent.loadBest();
    exhaustive.searchMore(isFast ? FAST_WORK : MOST_WORK);
    refine(true);
    searchGrids(grids, isFast ? FAST_WORK_A_GRID : MOST_WORK);
  }
  scored += localTiles.scored + exhaustive.scored;
  if (objective.chosen == abi.OBJECTIVE_EDP && !isSmall()) walkForFactors();
  return incumbent.bestScore() < Infinity;
}
