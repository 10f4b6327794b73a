import { bulkQueue } from "../bulk.ts";
import { spreadOf, type Spread } from "../measure.ts";
import type { Requests } from "../requests.ts";

/** What a device does at its part of the load. */
export interface Found {
  readonly latency: Spread;
  readonly requestsPerSecond: number;
  readonly utilisation: number;
  /** Share of the queries in a group of j, j = 0 … */
  readonly groups: readonly number[];
  /** Queries that were looked at; null: the closed form. */
  readonly requests: number | null;
}

const exact = (mean: number): Spread => ({ mean, p50: null, p90: null, p99: null, atLevel: mean });

/** Queries come at random, and all that wait are worked on together, `most` at most ({@link bulkQueue}). */
export function foundOpen(seconds: (group: number) => number, most: number, rate: number): Found {
  const { utilisation, wait, groups } = bulkQueue(rate, seconds, most);
  const own = groups.reduce((sum, chance, count) => (chance > 0 ? sum + chance * seconds(count) : sum), 0);
  return { latency: exact(wait + own), requestsPerSecond: rate, utilisation, groups, requests: null };
}

/** c in flight, a new one where one ends: groups of c, or full ones with the others waiting. */
export function foundClosed(seconds: (group: number) => number, most: number, concurrency: number): Found {
  const group = Math.min(most, concurrency);
  const rate = group / seconds(group);
  const groups = Array.from({ length: group + 1 }, (_, count) => (count === group ? 1 : 0));
  return { latency: exact(concurrency / rate), requestsPerSecond: rate, utilisation: 1, groups, requests: null };
}

/** Highest rate that groups keep up with, 1/s. */
export function foundCapacity(seconds: (group: number) => number, most: number): number {
  let best = 0;
  for (let group = 1; group <= most; group = Math.min(2 * group, group === most ? most + 1 : most))
    best = Math.max(best, group / seconds(group));
  return best;
}

/** Query by query: those that have come when a device is free are worked on together. */
export function foundEvents(
  seconds: (group: number) => number,
  most: number,
  { arrivals, count, concurrency }: Requests,
  percentile: number | null,
): Found {
  const [from, to] = [Math.floor(count * 0.1), Math.ceil(count * 0.9)];
  const latencies: number[] = [];
  const groups: number[] = [];
  let arrived = concurrency > 0 ? Math.min(concurrency, count) : count;
  let [time, next, busy, began, ended] = [0, 0, 0, 0, 0];
  while (next < count) {
    time = Math.max(time, arrivals[next]!);
    let group = 0;
    while (group < most && next + group < arrived && arrivals[next + group]! <= time) group += 1;
    const own = seconds(group);
    time += own;
    for (let i = 0; i < group; i += 1) {
      const id = next + i;
      if (concurrency > 0 && arrived < count) arrivals[arrived++] = time;
      if (id < from || id >= to) continue;
      latencies.push(time - arrivals[id]!);
      groups[group] = (groups[group] ?? 0) + 1;
    }
    if (next < from) began = time;
    else if (next < to) {
      busy += own;
      ended = time;
    }
    next += group;
  }
  const looked = latencies.length;
  return {
    latency: spreadOf(latencies, percentile),
    requestsPerSecond: looked / (ended - began),
    utilisation: Math.min(1, busy / (ended - began)),
    groups: Array.from(groups, (weight: number | undefined) => (weight ?? 0) / looked),
    requests: looked,
  };
}
