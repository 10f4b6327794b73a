import { square } from "../math/index.ts";
import type { Apart } from "./apart.ts";
import { perStep, type BatchLaw, type Load } from "./batch-law.ts";
import { allBusy, bulkQueue } from "./bulk.ts";
import { decodeOf, eachChunk, mean, meanAttention, roomOf, stepOf, times } from "./prompts.ts";
import type { Steady } from "./steady-energy.ts";
import { runningOf } from "./steady-open.ts";
import type { Cost } from "./tables.ts";

/** What a batch with prompts on other devices keeps up with, 1/s, by what bounds it. */
export interface ApartCapacity {
  readonly prefill: number;
  readonly link: number;
  readonly decode: number;
}

/** All sequences busy; all groups busy with full chunks; the link never free. */
export function apartCapacity(law: BatchLaw, apart: Apart): ApartCapacity {
  const { server, most, steps, context, load } = law;
  const { bandwidth, latency } = apart.wire;
  const sent = (load.computed * apart.tokenBytes) / bandwidth;
  return {
    prefill: apart.groups / promptsOf(apart, load).full,
    link: 1 / sent,
    // A place is held from the link on.
    decode: most / (steps * decodeOf(server, most, context).seconds + sent + latency),
  };
}

/** The part that bounds it. */
export function boundOf(capacity: ApartCapacity): keyof ApartCapacity {
  const parts = Object.keys(capacity) as (keyof ApartCapacity)[];
  return parts.reduce((least, part) => (capacity[part] < capacity[least] ? part : least));
}

/** Prompts on a group of their own. */
interface Prompts {
  /** s of a prompt's part of full chunks. */
  readonly full: number;
  /** Variance of a prompt's time over its mean, squared. */
  readonly spread: number;
  /** s of j prompts that are there together, and the mean time until one of them is done. */
  time(count: number): number;
  done(count: number): number;
  /** J above idle of each of j. */
  joules(count: number): number;
}

function promptsOf({ server }: Apart, load: Load): Prompts {
  const room = roomOf(server, 0);
  const attention = meanAttention(server, load.prompts, room);
  const fitting = room / load.computed;
  const step = (prompts: number): Cost =>
    stepOf(server, {
      ...{ sequences: 0, context: 0, tokens: prompts * load.computed, ended: prompts },
      attention: times(attention, prompts),
    });
  const fullStep = Number.isFinite(room) ? step(fitting) : null;
  const alone = load.prompts.map((slice) => ({ weight: slice.weight, cost: aloneOf(server, slice, room) }));
  const sum = (of: (cost: Cost) => number): number =>
    alone.reduce((total, { weight, cost }) => total + weight * of(cost), 0);
  const single = { seconds: sum(({ seconds }) => seconds), joules: sum(({ joules }) => joules) };
  const known = new Map<number, Cost>();
  const costOf = (count: number): Cost => {
    const before = known.get(count);
    if (before !== undefined) return before;
    const whole = fullStep === null ? 0 : Math.floor(count / fitting + 1e-9);
    const rest = fullStep === null ? count : count - whole * fitting;
    const last = rest > 1e-6 ? step(rest) : { seconds: 0, joules: 0 };
    const all =
      count === 1
        ? single
        : {
            seconds: whole * (fullStep?.seconds ?? 0) + last.seconds,
            joules: whole * (fullStep?.joules ?? 0) + last.joules,
          };
    known.set(count, all);
    return all;
  };
  const tailed = load.promptCv === 0 ? 1 : tailOf(load);
  return {
    full: (fullStep ?? step(server.maxSequences)).seconds / (fullStep === null ? server.maxSequences : fitting),
    spread: (tailed * (sum(({ seconds }) => square(seconds)) - square(single.seconds))) / square(single.seconds),
    time: (count) => costOf(count).seconds,
    done: (count) => {
      const all = costOf(count).seconds;
      if (fullStep === null || count <= fitting) return all;
      let total = 0;
      for (let i = 1; i <= count; i += 1)
        total += Math.min(all, Math.max(single.seconds, Math.ceil(i / fitting - 1e-9) * fullStep.seconds));
      return total / count;
    },
    joules: (count) => costOf(count).joules / count,
  };
}

/** By how much the slices of a law of lengths cut its second moment. */
function tailOf({ prompts, computed, promptCv }: Load): number {
  const sliced = mean(prompts, ({ tokens }) => square(tokens / computed - 1));
  return sliced > 0 ? square(promptCv) / sliced : 1;
}

function aloneOf(server: Apart["server"], slice: Load["prompts"][number], room: number): Cost {
  const total = { seconds: 0, joules: 0 };
  const own = { seconds: 0, joules: 0 };
  eachChunk(slice, room, (tokens, past, isLast) => {
    server.chunkAttention(own, tokens, past);
    const { seconds, joules } = stepOf(server, {
      ...{ sequences: 0, context: 0, tokens, attention: own, ended: isLast ? 1 : 0 },
    });
    total.seconds += seconds;
    total.joules += joules;
  });
  return total;
}

/**
 * Steady state under Poisson arrivals at a rate below capacity, prompts on other devices:
 *
 *   TTFT    wait of one group at its part of the rate · C(groups, u)/(groups u) · (1 + cv²) + own steps      u its utilisation
 *   TPOT    E[n]/x / (o − 1) + (link + residual step + wait for a place) · E[1/(o − 1)]      π(n) of steps without prompts
 *   link    latency + b + x E[b²] / (2 (1 − x E[b]))                          b = bytes of the prompt / bandwidth
 *
 * Checked against the events: test/property/service/apart.test.ts.
 */
export function steadyApartOpen(law: BatchLaw, apart: Apart, rate: number): Steady {
  return steadyAt(law, apart, rate, rate);
}

/** @param seen rate of what a request finds before it, 1/s: in a closed loop it does not find itself */
function steadyAt(law: BatchLaw, apart: Apart, rate: number, seen: number): Steady {
  const { server, load, context, most, steps } = law;
  const prompts = promptsOf(apart, load);
  const queue = bulkQueue(seen / apart.groups, prompts.time, Infinity);
  const { utilisation } = queue;
  const average = (of: (count: number) => number): number =>
    queue.groups.reduce((sum, chance, count) => (chance > 0 ? sum + chance * of(count) : sum), 0);
  const together = average((count) => count);
  const many = utilisation > 0 ? allBusy(apart.groups, utilisation) / (apart.groups * utilisation) : 1;
  const ttft = queue.wait * Math.min(1, many) * (1 + prompts.spread / together) + average(prompts.done);
  const sent = (load.computed * apart.tokenBytes) / apart.wire.bandwidth;
  const busy = seen * sent;
  const link = apart.wire.latency + sent + (busy * sent * (1 + square(load.promptCv))) / (2 * (1 - busy));
  const times = Array.from({ length: most }, (_, i) => decodeOf(server, i + 1, context).seconds);
  const {
    chances,
    mean: batch,
    waiting,
  } = runningOf(
    law,
    seen,
    times.map((seconds) => ({ seconds })),
  );
  const decoding = batch / seen;
  const idle = chances[0]!;
  const running = times.reduce((sum, seconds, i) => sum + chances[i + 1]! * seconds, 0);
  const spread = 1 + square((load.outputCv * load.output) / steps);
  const before = link + running / 2 + (waiting * spread) / 2 / seen;
  let decodeJoules = 0;
  for (let n = 1; n <= most; n += 1)
    if (chances[n]! > 1e-12) decodeJoules += (chances[n]! * decodeOf(server, n, context).joules) / times[n - 1]!;
  return {
    ...{ ttft, tpot: perStep(load, () => before) + decoding / steps, latency: ttft + before + decoding },
    requestsPerSecond: rate,
    batch: decoding * rate,
    utilisation: 1 - idle,
    decodeJoules: decodeJoules / seen,
    promptJoules: average(prompts.joules),
    decodeShare: 1 - idle,
    idleShare: idle,
    prefillShare: Math.min(1, (utilisation * rate) / seen),
    movedTokens: load.computed,
  };
}

const HALVINGS = 40;

/**
 * Steady state with c requests in flight: the rate at which c are in it by Little's law, where a request finds the others alone before it
 * (arrival theorem: rate · (c − 1)/c). At capacity, those that there is no work for wait before what bounds it.
 */
export function steadyApartClosed(law: BatchLaw, apart: Apart, concurrency: number): Steady {
  const parts = apartCapacity(law, apart);
  const bound = boundOf(parts);
  const share = Math.max(1e-6, (concurrency - 1) / concurrency);
  let [low, high] = [0, parts[bound] * 0.999];
  const at = (rate: number): Steady => steadyAt(law, apart, rate, rate * share);
  for (let i = 0; i < HALVINGS && high - low > 1e-6 * high; i += 1) {
    const middle = (low + high) / 2;
    if (middle * at(middle).latency < concurrency) low = middle;
    else high = middle;
  }
  const rate = (low + high) / 2;
  const steady = at(rate);
  const left = Math.max(0, concurrency / rate - steady.latency);
  const [ttft, behind] = bound === "prefill" ? [left, 0] : [0, left];
  return {
    ...steady,
    ttft: steady.ttft + ttft,
    tpot: steady.tpot + perStep(law.load, () => behind),
    latency: steady.latency + left,
  };
}
