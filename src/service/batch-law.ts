import { exp, square } from "../math/index.ts";
import {
  attentionOf,
  decodeOf,
  eachChunk,
  mean,
  meanAttention,
  roomOf,
  stepOf,
  times,
  type PromptSlice,
} from "./prompts.ts";
import type { Server } from "./server.ts";
import type { Cost } from "./tables.ts";

/** Requests of one batch: prompts in slices, and moments of the answers. */
export interface Load {
  readonly prompts: readonly PromptSlice[];
  /** Mean tokens of a prompt that are computed, and that are in the cache behind it. */
  readonly computed: number;
  readonly cached: number;
  readonly promptCv: number;
  readonly output: number;
  readonly outputCv: number;
  /** Steps of an answer behind its first token, in slices of equal weight. */
  readonly answers: readonly number[];
}

/** Mean over requests of what comes to `total` s in an answer of so many steps, for each of them: short answers have it on few tokens. */
export const perStep = ({ answers }: Load, total: (steps: number) => number): number =>
  answers.reduce((sum, steps) => sum + total(steps) / steps, 0) / answers.length;

/** What holds for every step of a batch under a load. */
export interface BatchLaw {
  readonly server: Server;
  readonly load: Load;
  /** Steps of an answer behind its first token. */
  readonly steps: number;
  /** Mean context of a running sequence, and tokens that it holds: those that run are longer than those that come. */
  readonly context: number;
  readonly held: number;
  /** Most sequences that run at once. */
  readonly most: number;
}

/**
 * Of sequences that run, long answers are more: o (1 + cv²) instead of o; with whole pages and half of one that is not full.
 *
 *   context = p + o (1 + cv²)/2 + 1       held = p + 1 + o (1 + cv²) + page/2       most = min(maxSequences, kvTokens / held)
 */
export function lawOf(server: Server, load: Load): BatchLaw {
  const steps = load.output - 1;
  const running = steps + square(load.outputCv * load.output) / steps;
  const held = load.cached + 1 + running + server.page / 2;
  return {
    ...{ server, load, steps, held, context: load.cached + running / 2 + 1 },
    most: Math.max(1, Math.min(server.maxSequences, Math.floor(server.kvTokens / held))),
  };
}

/** A mean step of a batch in which prompts come at a rate. */
export interface MeanStep {
  /** Mean time, s, and mean square. */
  readonly seconds: number;
  readonly square: number;
  /** Time of the steps of one prompt beside the batch, and how many they are. */
  readonly full: number;
  readonly chunks: number;
}

const ENDLESS: MeanStep = { seconds: Infinity, square: Infinity, full: Infinity, chunks: 1 };

/** A prompt of more chunks than this is spread over steps; of fewer, whole prompts gather in a step. */
export const FEW_CHUNKS = 1.5;
const MOST_GATHERED = 400;
const TURNS = 100;

/**
 * Mean step at n decoding sequences while prompts come at `rate`: they gather while a step lasts, and are worked off chunk by chunk.
 *
 *   prompts that fit a step    T = Σⱼ Poisson(j; rate · T) · time(j),  step = T / E[steps(j)], a fixed point
 *   longer ones                step = d / (1 − rate · (F − m · d)),   F the time of the m steps of a prompt, d a step without one
 */
export function meanStep(law: BatchLaw, sequences: number, rate: number): MeanStep {
  const { server, load, context } = law;
  const room = roomOf(server, sequences);
  const attention = meanAttention(server, load.prompts, room);
  const pure = sequences > 0 ? decodeOf(server, sequences, context).seconds : 0;
  const chunks = mean(load.prompts, ({ tokens }) => Math.max(1, Math.ceil(tokens / room)));
  if (chunks > FEW_CHUNKS) return longPrompts(law, { sequences, rate, room, pure, chunks });
  const mixed = (prompts: number): number =>
    stepOf(server, {
      ...{ sequences, context, tokens: prompts * load.computed, ended: prompts },
      attention: times(attention, prompts),
    }).seconds;
  return gathered(rate, Math.max(1, room / load.computed), pure, mixed);
}

function gathered(rate: number, fitting: number, pure: number, mixed: (prompts: number) => number): MeanStep {
  const known = new Map<number, readonly [number, number]>();
  const turn = (prompts: number): readonly [number, number] => {
    const before = known.get(prompts);
    if (before !== undefined) return before;
    const whole = Math.max(0, Math.ceil(prompts / fitting - 1e-9) - 1);
    const rest = prompts - whole * fitting;
    const last = rest > 1e-9 ? mixed(rest) : pure > 0 ? pure : mixed(1);
    const result = [(whole > 0 ? whole * mixed(fitting) : 0) + last, whole + 1] as const;
    known.set(prompts, result);
    return result;
  };
  let total = pure > 0 ? pure : mixed(1);
  let [steps, squares] = [1, total * total];
  for (let i = 0; i < TURNS; i += 1) {
    const load = rate * total;
    if (load > MOST_GATHERED) return ENDLESS;
    let [time, time2, count, sum, chance] = [0, 0, 0, 0, exp(-load)];
    const most = Math.ceil(load + 6 * Math.sqrt(load) + 4);
    for (let j = 0; j <= most; j += 1) {
      const [seconds, many] = turn(j);
      time += chance * seconds;
      time2 += (chance * seconds * seconds) / many;
      count += chance * many;
      sum += chance;
      chance *= load / (j + 1);
    }
    time /= sum;
    steps = count / sum;
    squares = time2 / count;
    const isDone = Math.abs(time - total) < 1e-5 * total;
    total = isDone ? time : (total + time) / 2;
    if (isDone) break;
  }
  return { seconds: total / steps, square: squares, full: mixed(1), chunks: 1 };
}

function longPrompts(
  { server, load, context }: BatchLaw,
  at: {
    readonly sequences: number;
    readonly rate: number;
    readonly room: number;
    readonly pure: number;
    readonly chunks: number;
  },
): MeanStep {
  const { sequences, rate, room, pure, chunks } = at;
  const full = mean(load.prompts, (slice) => {
    let time = 0;
    const all = attentionOf(server, slice, room);
    eachChunk(slice, room, (tokens, _past, isLast) => {
      const attention = times(all, tokens / slice.tokens);
      time += stepOf(server, { sequences, context, tokens, attention, ended: isLast ? 1 : 0 }).seconds;
    });
    return time;
  });
  const left = 1 - rate * (full - chunks * pure);
  if (left <= 0) return ENDLESS;
  const seconds = pure > 0 ? pure / left : full / chunks;
  const share = Math.min(1, rate * seconds * chunks);
  const mixed = full / chunks;
  return { seconds, square: (1 - share) * pure * pure + share * mixed * mixed, full, chunks };
}

/** Time for prompts that a token's worth of full chunks takes, for one prompt: what bounds the rate when steps are always full. */
export function promptSeconds({ server, load, context }: BatchLaw, sequences: number): number {
  const room = roomOf(server, sequences);
  const attention = times(meanAttention(server, load.prompts, room), room / load.computed);
  const full: Cost = stepOf(server, { sequences, context, tokens: room, attention, ended: room / load.computed });
  return (load.computed / room) * full.seconds;
}
