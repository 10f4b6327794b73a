import { Heap } from "./heap.ts";
import type { Requests } from "./requests.ts";
import type { Server } from "./server.ts";
import type { Cost } from "./tables.ts";

/** What has come together up to a moment. */
export interface Totals {
  readonly seconds: number;
  /** s in which steps ran, and what they would have taken without prompts. */
  readonly busy: number;
  readonly decoding: number;
  /** s in which devices of their own worked on prompts, all their groups together. */
  readonly prefilling: number;
  /** Σ decoding sequences · s. */
  readonly sequenceSeconds: number;
  /** J above idle of decoding, and of prompts. */
  readonly decodeJoules: number;
  readonly promptJoules: number;
  readonly ended: number;
  readonly outputTokens: number;
  /** Tokens whose keys and values went from one device to another. */
  readonly movedTokens: number;
}

export interface EventResult {
  /** s of each request: its first token and its last; NaN: it was refused, since its tokens fit no cache. */
  readonly firsts: Float64Array;
  readonly ends: Float64Array;
  readonly arrivals: Float64Array;
  /** Totals between the moments at which the shares `from` and `to` of the requests had ended. */
  readonly window: Totals;
  readonly kvPeakTokens: number;
  readonly refused: number;
  /** Steps that ran. */
  readonly steps: number;
}

/** What is looked at: requests between these shares of all. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * The sequences of a batch that decode, with their pages and what is counted of them. Requests come from outside; steps without admission or
 * end go in one stretch: k of them take k · step(n, context + (k − 1)/2), which is exact where the table is linear in the context.
 */
export class Decoding {
  readonly firsts: Float64Array;
  readonly ends: Float64Array;
  readonly #server: Server;
  readonly #requests: Requests;
  readonly #isSingle: boolean;
  readonly #running: Heap;
  readonly #cost: Cost = { seconds: 0, joules: 0 };
  readonly #marks: readonly [number, number];
  #start: Totals | null = null;
  #stop: Totals | null = null;
  /** Requests that are there: all where they come at their times. */
  arrived: number;
  time = 0;
  sequences = 0;
  /** Σ contexts of the sequences. */
  contexts = 0;
  held = 0;
  decodeJoules = 0;
  promptJoules = 0;
  prefilling = 0;
  movedTokens = 0;
  #count = 0;
  #peak = 0;
  #refused = 0;
  #ended = 0;
  #tokens = 0;
  #busy = 0;
  #decoding = 0;
  #sequenceSeconds = 0;

  /** @param isSingle every step by itself, to check the stretches */
  constructor(server: Server, requests: Requests, { from, to }: Window, isSingle: boolean) {
    const { count, concurrency } = requests;
    this.#server = server;
    this.#requests = requests;
    this.#isSingle = isSingle;
    this.firsts = new Float64Array(count).fill(NaN);
    this.ends = new Float64Array(count).fill(NaN);
    this.#running = new Heap(server.maxSequences + 1);
    this.#marks = [Math.floor(count * from), Math.ceil(count * to)];
    this.arrived = concurrency > 0 ? Math.min(concurrency, count) : count;
    if (this.#marks[0] === 0) this.#start = this.#totals();
  }

  result(): EventResult {
    const [start, stop] = [this.#start ?? this.#totals(), this.#stop ?? this.#totals()];
    return {
      ...{ firsts: this.firsts, ends: this.ends, arrivals: this.#requests.arrivals },
      ...{ window: difference(start, stop), kvPeakTokens: this.#peak, refused: this.#refused, steps: this.#count },
    };
  }

  #totals(): Totals {
    return {
      ...{ seconds: this.time, busy: this.#busy, decoding: this.#decoding, sequenceSeconds: this.#sequenceSeconds },
      ...{ decodeJoules: this.decodeJoules, promptJoules: this.promptJoules, prefilling: this.prefilling },
      ...{ ended: this.#ended, outputTokens: this.#tokens, movedTokens: this.movedTokens },
    };
  }

  /** Tokens of the pages that a request takes; what it found in the cache is held once for all. */
  pages(id: number): number {
    const { prompts, cached, outputs } = this.#requests;
    return inPages(prompts[id]! - cached[id]! + outputs[id]!, this.#server.page);
  }

  hold(pages: number): void {
    this.held += pages;
    this.#peak = Math.max(this.#peak, this.held);
  }

  /** A request that no cache holds. */
  refuse(): void {
    this.#refused += 1;
    this.leave(0);
  }

  /** Steps up to the next end, or the first whole number of them that ends at `until` or after it. */
  stretch(until: number): void {
    const context = this.contexts / this.sequences;
    let steps = this.#isSingle ? 1 : this.#running.least - this.#count;
    if (!this.#isSingle && until < Infinity) steps = this.#stepsUntil(until, context, steps);
    this.#server.decode(this.#cost, this.sequences, context + (steps - 1) / 2);
    const seconds = steps * this.#cost.seconds;
    this.decodeJoules += steps * this.#cost.joules;
    this.pass(steps, seconds, seconds);
    this.retire();
  }

  #stepsUntil(time: number, context: number, most: number): number {
    const wanted = time - this.time;
    const after = (steps: number): number => {
      this.#server.decode(this.#cost, this.sequences, context + (steps - 1) / 2);
      return steps * this.#cost.seconds;
    };
    let steps = Math.max(1, Math.ceil(wanted / after(1)));
    if (steps > most && after(most) < wanted) return most;
    steps = Math.min(steps, most);
    while (steps > 1 && after(steps - 1) >= wanted) steps -= 1;
    while (steps < most && after(steps) < wanted) steps += 1;
    return steps;
  }

  /** Steps go by, of them s that decoding alone would take. */
  pass(steps: number, seconds: number, decoding: number): void {
    this.time += seconds;
    this.#busy += seconds;
    this.#decoding += decoding;
    this.#sequenceSeconds += this.sequences * seconds;
    this.#count += steps;
    this.contexts += this.sequences * steps;
  }

  /** Requests whose last token this step made. */
  retire(): void {
    const { prompts, outputs } = this.#requests;
    while (this.#running.least <= this.#count) {
      const id = this.#running.pop();
      this.sequences -= 1;
      this.contexts -= prompts[id]! + outputs[id]!;
      this.end(id, this.time);
      this.held -= this.pages(id);
    }
  }

  /** A request with its first token takes part in the next step. */
  join(id: number): void {
    const { prompts, outputs } = this.#requests;
    this.#running.push(this.#count + outputs[id]! - 1, id);
    this.sequences += 1;
    // Its next step reads the token that was made, and attends to it too.
    this.contexts += prompts[id]! + 1;
  }

  end(id: number, time: number): void {
    this.ends[id] = time;
    this.leave(this.#requests.outputs[id]!);
  }

  leave(tokens: number): void {
    this.#ended += 1;
    this.#tokens += tokens;
    if (this.#ended === this.#marks[0]) this.#start = this.#totals();
    if (this.#ended === this.#marks[1]) this.#stop = this.#totals();
    const { concurrency, count, arrivals } = this.#requests;
    if (concurrency > 0 && this.arrived < count) arrivals[this.arrived++] = this.time;
  }
}

/** Tokens of whole pages. */
export const inPages = (tokens: number, page: number): number => Math.ceil(tokens / page) * page;

function difference(start: Totals, stop: Totals): Totals {
  const keys = Object.keys(start) as (keyof Totals)[];
  return Object.fromEntries(keys.map((key) => [key, stop[key] - start[key]])) as unknown as Totals;
}
