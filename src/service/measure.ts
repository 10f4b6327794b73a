import { runEvents, type EventResult, type Window } from "./events.ts";
import { runEventsApart } from "./events-apart.ts";
import { drawRequests, type Requests } from "./requests.ts";
import type { Plant } from "./plant.ts";
import type { Steady } from "./steady-energy.ts";
import type { ServiceSpec } from "./types.ts";

/** Times of requests, s; percentiles are null where only means are known. */
export interface Spread {
  readonly mean: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  /** Of the service level; null: it has none. */
  readonly atLevel: number | null;
}

/** What a batch does at its load. */
export interface Measured {
  readonly steady: Steady;
  readonly ttft: Spread;
  readonly tpot: Spread;
  readonly latency: Spread;
  readonly outputTokensPerSecond: number;
  readonly kvPeakTokens: number;
  /** Requests that were looked at; null: none, it is the closed form. */
  readonly requests: number | null;
  readonly refused: number;
}

/** Requests that are simulated where there is no trace: enough for a mean time within some 2 %. */
export const USUAL_REQUESTS = 20_000;
/** A closed loop goes round so often at least. */
const ROUNDS = 12;
/** What comes before and behind is not the steady state. */
const STEADY_PART = { from: 0.1, to: 0.9 };
const ALL = { from: 0, to: 1 };
const SATURATED_REQUESTS = 6000;

/** How requests come to one batch. */
export interface BatchArrival {
  readonly rate: number | null;
  readonly concurrency: number | null;
}

export interface EventOptions {
  readonly seed: number;
  readonly requests?: number;
  /** Batches of the service in all. */
  readonly batches: number;
}

/** One batch of a service by its events; of a trace every one of them, since each has requests of its own. */
export function measureEvents(
  { server, apart }: Servers,
  spec: ServiceSpec,
  { rate, concurrency }: BatchArrival,
  { seed, requests = USUAL_REQUESTS, batches }: EventOptions,
): Measured {
  const isTrace = spec.arrival.kind === "trace";
  const count = concurrency === null ? requests : Math.max(requests, ROUNDS * concurrency);
  const window = isTrace ? ALL : STEADY_PART;
  const run = (drawn: Requests): EventResult => runOf({ server, apart }, drawn, window);
  const runs = Array.from({ length: isTrace ? batches : 1 }, (_, index) => {
    const drawn = drawRequests(spec, { seed, count, rate, concurrency, index, of: isTrace ? batches : 1 });
    return { drawn, result: run(drawn) };
  });
  return measuredOf(runs, { window, percentile: spec.level?.percentile ?? null, groups: apart?.groups ?? 1 });
}

/** What runs the requests of a batch. */
export type Servers = Pick<Plant, "server" | "apart">;

const runOf = ({ server, apart }: Servers, drawn: Requests, window: Window): EventResult =>
  apart === null ? runEvents(server, drawn, window) : runEventsApart(server, apart, drawn, window);

/** Requests a second that a batch serves when all of them are there at once. */
export function saturatedRate(servers: Servers, spec: ServiceSpec, seed: number): number {
  const plain = { ...spec, arrival: { kind: "rate", rate: 1, process: "constant" } } as const;
  const count = Math.max(SATURATED_REQUESTS, 8 * Math.min(servers.server.maxSequences, 8192));
  const drawn = drawRequests(plain, { seed, count, rate: null, concurrency: null, index: 0, of: 1 });
  const { window } = runOf(servers, drawn, { from: 0.25, to: 0.75 });
  return window.ended / window.seconds;
}

interface Run {
  readonly drawn: Requests;
  readonly result: EventResult;
}

function measuredOf(
  runs: readonly Run[],
  {
    window: { from, to },
    percentile,
    groups,
  }: { readonly window: Window; readonly percentile: number | null; readonly groups: number },
): Measured {
  const [ttft, tpot, latency]: [number[], number[], number[]] = [[], [], []];
  for (const { drawn, result } of runs)
    for (let i = Math.floor(drawn.count * from); i < Math.ceil(drawn.count * to); i += 1) {
      const [first, end, arrival] = [result.firsts[i]!, result.ends[i]!, result.arrivals[i]!];
      if (Number.isNaN(first)) continue;
      ttft.push(first - arrival);
      latency.push(end - arrival);
      if (drawn.outputs[i]! > 1) tpot.push((end - first) / (drawn.outputs[i]! - 1));
    }
  const sum = (of: (window: EventResult["window"]) => number): number =>
    runs.reduce((total, { result }) => total + of(result.window), 0);
  const [seconds, ended] = [sum((each) => each.seconds), sum((each) => each.ended)];
  const spreads = {
    ttft: spreadOf(ttft, percentile),
    tpot: spreadOf(tpot, percentile),
    latency: spreadOf(latency, percentile),
  };
  const utilisation = sum((each) => each.busy) / seconds;
  return {
    ...spreads,
    steady: {
      ...{ ttft: spreads.ttft.mean, tpot: spreads.tpot.mean, latency: spreads.latency.mean },
      ...{ requestsPerSecond: ended / seconds, batch: sum((each) => each.sequenceSeconds) / seconds, utilisation },
      ...{
        decodeJoules: sum((each) => each.decodeJoules) / ended,
        promptJoules: sum((each) => each.promptJoules) / ended,
      },
      ...{ decodeShare: sum((each) => each.decoding) / seconds, idleShare: 1 - utilisation },
      prefillShare: sum((each) => each.prefilling) / seconds / groups,
      movedTokens: sum((each) => each.movedTokens) / ended,
    },
    outputTokensPerSecond: sum((each) => each.outputTokens) / seconds,
    kvPeakTokens: runs.reduce((most, { result }) => Math.max(most, result.kvPeakTokens), 0),
    requests: ttft.length,
    refused: runs.reduce((total, { result }) => total + result.refused, 0),
  };
}

export function spreadOf(values: number[], percentile: number | null): Spread {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return { mean: 0, p50: null, p90: null, p99: null, atLevel: null };
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const at = (percent: number): number => quantile(sorted, percent / 100);
  return { mean, p50: at(50), p90: at(90), p99: at(99), atLevel: percentile === null ? mean : at(percentile) };
}

/** Between the two values around it, linear. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!);
}

/** The closed form as a measurement: means alone. */
export function measureSteady(steady: Steady, output: number, held: number): Measured {
  const spread = (mean: number): Spread => ({ mean, p50: null, p90: null, p99: null, atLevel: mean });
  return {
    steady,
    ...{ ttft: spread(steady.ttft), tpot: spread(steady.tpot), latency: spread(steady.latency) },
    outputTokensPerSecond: steady.requestsPerSecond * output,
    kvPeakTokens: steady.batch * held,
    requests: null,
    refused: 0,
  };
}
