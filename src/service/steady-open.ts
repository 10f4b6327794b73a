import { exp, log, square } from "../math/index.ts";
import { FEW_CHUNKS, meanStep, perStep, promptSeconds, type BatchLaw, type MeanStep } from "./batch-law.ts";
import { decodeOf, eachChunk, mean, meanAttention, roomOf, stepOf, times } from "./prompts.ts";
import { marginalPrompt, type Steady } from "./steady-energy.ts";

const HALVINGS = 25;
/** Up to so many sequences every number of them is worked out; above, so many of them. */
const FEW = 48;
const NODES = 32;

/** Highest rate that a batch keeps up with, 1/s: all its sequences just busy, and no more than one full chunk a step. */
export function capacityOf(law: BatchLaw): number {
  const { most, steps, server, context } = law;
  const fastest = decodeOf(server, most, context).seconds;
  let [low, high] = [0, most / (steps * fastest)];
  for (let i = 0; i < HALVINGS; i += 1) {
    const middle = (low + high) / 2;
    if (middle * steps * meanStep(law, most, middle).seconds > most) high = middle;
    else low = middle;
  }
  const busy = Math.min(most, Math.max(1, Math.round(low * steps * fastest)));
  return Math.min(low, 1 / promptSeconds(law, busy));
}

/** Mean steps by number of sequences, 1 to `most`; between nodes linear. */
function stepsBy(law: BatchLaw, rate: number): readonly MeanStep[] {
  const { most } = law;
  const stride = most > FEW ? Math.ceil(most / NODES) : 1;
  const nodes = new Map<number, MeanStep>();
  const at = (n: number): MeanStep => {
    const known = nodes.get(n) ?? meanStep(law, n, rate);
    nodes.set(n, known);
    return known;
  };
  return Array.from({ length: most }, (_, i) => {
    const low = i - (i % stride) + 1;
    const high = Math.min(most, low + stride);
    const share = high === low ? 0 : (i + 1 - low) / (high - low);
    if (share === 0) return at(low);
    const [a, b] = [at(low), at(high)];
    const between = (of: (step: MeanStep) => number): number => of(a) * (1 - share) + of(b) * share;
    return {
      seconds: between(({ seconds }) => seconds),
      square: between((step) => step.square),
      full: between(({ full }) => full),
      chunks: between(({ chunks }) => chunks),
    };
  });
}

/** Chances that n sequences run, n = 0 … most, those that wait behind `most` counted with it; and what waits, in the mean. */
interface Running {
  readonly chances: readonly number[];
  readonly mean: number;
  readonly waiting: number;
}

/**
 * Running sequences share the server's steps: generalised processor sharing, whose law does not depend on that of the lengths
 * (Cohen 1979).
 *
 *   π(n) ~ Π_{j ≤ n} rate · (o − 1) · step(j) / j        n ≤ most;  above, the ratio of `most` goes on: that is the queue
 */
export function runningOf(
  law: Pick<BatchLaw, "steps" | "most">,
  rate: number,
  steps: readonly Pick<MeanStep, "seconds">[],
): Running {
  const offered = rate * law.steps;
  const logs = [0];
  for (const { seconds } of steps) logs.push(logs.at(-1)! + log((offered * seconds) / logs.length));
  const highest = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logs.map((each) => exp(each - highest));
  const ratio = (offered * steps.at(-1)!.seconds) / law.most;
  const last = weights.at(-1)!;
  const tail = (last * ratio) / (1 - ratio);
  const total = weights.reduce((sum, weight) => sum + weight, tail);
  const chances = weights.map((weight, n) => (weight + (n === law.most ? tail : 0)) / total);
  return {
    chances,
    mean: chances.reduce((sum, chance, n) => sum + n * chance, 0),
    waiting: (last / total) * (ratio / square(1 - ratio)),
  };
}

/**
 * Steady state under Poisson arrivals at a rate below capacity. Equations and limits of validity: docs/service.md. Checked against the
 * events: test/property/service/agreement.test.ts.
 */
export function steadyOpen(law: BatchLaw, rate: number): Steady {
  const { server, load, context, most } = law;
  const steps = stepsBy(law, rate);
  const { chances, mean: batch, waiting } = runningOf(law, rate, steps);
  const idleChance = chances[0]!;
  const spread = 1 + square((load.outputCv * load.output) / law.steps);
  const wait = (waiting * spread) / 2 / rate;
  const usual = Math.min(most, Math.max(1, Math.round(batch / (1 - idleChance))));
  const step = steps[usual - 1]!;
  const room = roomOf(server, usual);
  const attention = meanAttention(server, load.prompts, room);
  const alone = ownSeconds(law, { sequences: 0, room, gathered: 0, attention });
  const beside = ownSeconds(law, { sequences: usual, room, gathered: rate * step.seconds * load.computed, attention });
  const full = stepOf(server, {
    sequences: usual,
    context,
    tokens: room,
    attention: times(attention, room / load.computed),
    ended: 0,
  });
  const chunkLoad = (power: number): number =>
    mean(load.prompts, ({ tokens }) => (power === 1 ? tokens / room : square(tokens / room)));
  const busyWithChunks = Math.min(0.999, rate * chunkLoad(1) * full.seconds);
  const queued = (rate * chunkLoad(2) * square(full.seconds)) / (2 * (1 - busyWithChunks));
  const meanTpot = batch / (rate * law.steps);
  const decoding = decodeOf(server, usual, context).seconds;
  const isCut = step.chunks > FEW_CHUNKS;
  const excess = isCut
    ? backlog(law, { rate, decoding, full: full.seconds, chunks: chunkLoad(1), busy: busyWithChunks, queued })
    : crowd(law, { rate, step, usual, room, meanTpot, attention });
  const tpot = meanTpot + excess;
  const prefillAlone = Math.min(1, rate * alone);
  const idle = idleChance * (1 - prefillAlone);
  const residual = ((1 - idleChance) * step.square) / (2 * step.seconds) + (idleChance * prefillAlone * alone) / 2;
  const ttft = residual + queued + (1 - idleChance) * beside + idleChance * alone + wait;
  let [decodeJoules, decodeShare] = [0, 0];
  for (let n = 1; n <= most; n += 1) {
    const chance = chances[n]!;
    if (chance < 1e-12) continue;
    const { seconds, joules } = decodeOf(server, n, context);
    decodeJoules += (chance * joules) / steps[n - 1]!.seconds;
    decodeShare += (chance * seconds) / steps[n - 1]!.seconds;
  }
  const promptJoules = (1 - idleChance) * marginalPrompt(law, usual) + idleChance * marginalPrompt(law, 0);
  return {
    ...{ ttft, tpot, latency: ttft + law.steps * tpot, requestsPerSecond: rate },
    batch: Math.min(most, batch + rate * law.steps * excess),
    utilisation: 1 - idle,
    decodeJoules: decodeJoules / rate,
    promptJoules,
    decodeShare: Math.min(1 - idle, decodeShare),
    idleShare: idle,
    ...{ prefillShare: 0, movedTokens: 0 },
  };
}

/** Steps of a prompt itself, beside n sequences and the prompts that came in the same step, s. */
function ownSeconds(
  { server, load, context }: BatchLaw,
  at: {
    readonly sequences: number;
    readonly room: number;
    readonly gathered: number;
    readonly attention: { seconds: number; joules: number };
  },
): number {
  const { sequences, room, gathered, attention } = at;
  return mean(load.prompts, (slice) => {
    let [time, left] = [0, slice.tokens];
    const own = { seconds: 0, joules: 0 };
    eachChunk(slice, room, (tokens, past, isLast) => {
      const others = Math.min(room - tokens, left > room ? 0 : gathered);
      left -= tokens;
      server.chunkAttention(own, tokens, past);
      const prompts = others / load.computed;
      time += stepOf(server, {
        ...{ sequences, context, tokens: tokens + others, ended: (isLast ? 1 : 0) + prompts },
        attention: {
          seconds: own.seconds + prompts * attention.seconds,
          joules: own.joules + prompts * attention.joules,
        },
      }).seconds;
    });
    return time;
  });
}

/**
 * What the prompts behind one's own add to the time per token, where prompts are cut: a request starts while they are worked on, and ends at a
 * step like any other. Of the W chunks that wait, of time f each beside steps of time d, by chunks · W the steps of an answer and what comes meanwhile:
 *
 *   T = (o − 1) d + (f − d) (W₀ + x m T − W_end)       excess = (f − d) (W₀ − W_end) / (1 − x m (f − d)) / (o − 1)
 *   W̄ = x E[S²] / (2 (1 − ρ)) / f,   S = m f,  ρ = x m f           in the mean over time (Pollaczek and Khinchin)
 *   W₀ = ρ (m + W̄)                                                as one prompt ends;  W_end = W̄ d / ((1 − ρ) f + ρ d), in the mean over steps
 *
 * and not all of it in an answer of few steps, whose first ones take ρ f + (1 − ρ) d.
 */
function backlog(
  { load }: BatchLaw,
  at: {
    readonly rate: number;
    readonly decoding: number;
    readonly full: number;
    readonly chunks: number;
    readonly busy: number;
    readonly queued: number;
  },
): number {
  const { rate, decoding: d, full: f, chunks, busy, queued } = at;
  const left = 1 - rate * chunks * (f - d);
  if (left <= 0 || f <= d) return 0;
  const mean = queued / f;
  const begins = busy * (chunks + mean);
  const ends = (mean * d) / ((1 - busy) * f + busy * d);
  const most = ((f - d) * Math.max(0, begins - ends)) / left;
  const slope = busy * f + (1 - busy) * d - d / left;
  if (most === 0 || slope <= 0) return 0;
  return perStep(load, (steps) => most * (1 - exp((-steps * slope) / most)));
}

/**
 * What a request's own arrival adds to its time per token: it starts beside the others that came with it, and that crowd thins out.
 *
 *   excess = (x₁ − s) · r/(1 − r) · (1 − r^(o−1)) / (o − 1),   r = rate · (F − m · d),  x₁ the step in which it was prefilled
 */
function crowd(
  law: BatchLaw,
  at: {
    readonly rate: number;
    readonly step: MeanStep;
    readonly usual: number;
    readonly room: number;
    readonly meanTpot: number;
    readonly attention: { readonly seconds: number; readonly joules: number };
  },
): number {
  const { server, load, context } = law;
  const { rate, step, usual, room, meanTpot, attention } = at;
  const ratio = Math.min(
    0.97,
    Math.max(0, rate * (step.full - step.chunks * decodeOf(server, usual, context).seconds)),
  );
  const many = 1 + (rate * step.square) / step.seconds;
  const first = stepOf(server, {
    ...{ sequences: usual, context, tokens: Math.min(room, load.computed * many), ended: 1 },
    attention: times(attention, Math.min(room / load.computed, many)),
  }).seconds;
  const excess = Math.max(0, first - meanTpot);
  const whole = (excess * ratio) / (1 - ratio);
  return perStep(load, (steps) => whole * (1 - exp(steps * log(Math.max(1e-300, ratio)))));
}
