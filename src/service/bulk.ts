import { exp, log, square } from "../math/index.ts";

/** A server that takes what waits all at once, `most` at a time at most, in its steady state. */
export interface Bulk {
  /** Share of the time in which it works. */
  readonly utilisation: number;
  /** s until a group with the request begins, in the mean over requests. */
  readonly wait: number;
  /** Chance of a request to be in a group of j, j = 0 … */
  readonly groups: readonly number[];
}

/** More that wait are not told apart. */
const MOST_WAITING = 400;
/** Enough for loads up to 90 % of what is kept up with; above, waits come out short. */
const TURNS = 400;
const ENOUGH = 1e-7;
const NEVER = 1e-10;

/**
 * Requests come at random (Poisson), and a group of j takes time(j) whatever comes meanwhile: the embedded chain over those that wait when a
 * group begins (Bailey 1954).
 *
 *   i → i − min(i, most) + Poisson(rate · time(min(i, most))),   of none the next that comes is a group of one
 *   wait = E[(i − g) t + rate t²/2] / E[cycle] / rate            by Little's law
 *
 * @param rate  1/s
 * @param time  s of a group of j ≥ 1, rising in j
 * @param most  largest group; Infinity: all that wait
 */
export function bulkQueue(rate: number, time: (group: number) => number, most: number): Bulk {
  const groupOf = (waiting: number): number => Math.min(waiting, most);
  const laws = new Map<number, Float64Array>();
  const lawOf = (group: number): Float64Array => {
    const known = laws.get(group) ?? poisson(rate * time(group));
    laws.set(group, known);
    return known;
  };
  let chances = new Float64Array(MOST_WAITING + 1);
  chances[1] = 1;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const next = new Float64Array(MOST_WAITING + 1);
    for (let i = 1; i <= MOST_WAITING; i += 1) {
      const chance = chances[i]!;
      if (chance < NEVER) continue;
      const group = groupOf(i);
      const law = lawOf(group);
      for (let come = 0; come < law.length; come += 1) {
        const to = Math.max(1, Math.min(MOST_WAITING, i - group + come));
        next[to] = next[to]! + chance * law[come]!;
      }
    }
    let moved = 0;
    for (let i = 1; i <= MOST_WAITING; i += 1) moved += Math.abs(next[i]! - chances[i]!);
    chances = next;
    if (moved < ENOUGH) break;
  }
  let [busy, cycle, waited, served] = [0, 0, 0, 0];
  const groups: number[] = [];
  for (let i = 1; i <= MOST_WAITING; i += 1) {
    const chance = chances[i]!;
    if (chance < NEVER) continue;
    const group = groupOf(i);
    const seconds = time(group);
    busy += chance * seconds;
    cycle += chance * (seconds + (i === group ? lawOf(group)[0]! / rate : 0));
    waited += chance * ((i - group) * seconds + (rate * square(seconds)) / 2);
    served += chance * group;
    groups[group] = (groups[group] ?? 0) + chance * group;
  }
  return {
    utilisation: busy / cycle,
    wait: waited / cycle / rate,
    groups: Array.from(groups, (weight: number | undefined) => (weight ?? 0) / served),
  };
}

/** Chances of 0, 1, … up to where next to none is left, which is counted with the last. */
function poisson(mean: number): Float64Array {
  const most = Math.min(2 * MOST_WAITING, Math.ceil(mean + 6 * Math.sqrt(mean) + 8));
  const chances = new Float64Array(most + 1);
  let logOf = -mean;
  let sum = 0;
  for (let j = 0; j < most; j += 1) {
    chances[j] = exp(logOf);
    sum += chances[j]!;
    logOf += log(mean / (j + 1));
  }
  chances[most] = Math.max(0, 1 - sum);
  return chances;
}

/**
 * Chance that all of `servers` are busy, each for a share of the time (Erlang 1917, formula C), by the recurrence of formula B:
 *
 *   B(0) = 1,  B(k) = a B(k − 1) / (k + a B(k − 1)),   a = servers · share,   C = B / (1 − share (1 − B))
 */
export function allBusy(servers: number, share: number): number {
  const offered = servers * share;
  let lost = 1;
  for (let k = 1; k <= servers; k += 1) lost = (offered * lost) / (k + offered * lost);
  return lost / (1 - share * (1 - lost));
}
