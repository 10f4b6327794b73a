import { Heap } from "./heap.ts";
import { roomOf } from "./prompts.ts";
import type { Requests } from "./requests.ts";
import type { Server, Step } from "./server.ts";
import type { Cost } from "./tables.ts";

/** What has come together up to a moment. */
export interface Totals {
  readonly seconds: number;
  /** s in which steps ran, and what they would have taken without prompts. */
  readonly busy: number;
  readonly decoding: number;
  /** Σ decoding sequences · s. */
  readonly sequenceSeconds: number;
  /** J above idle of decoding, and of prompts. */
  readonly decodeJoules: number;
  readonly promptJoules: number;
  readonly ended: number;
  readonly outputTokens: number;
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
 * A batch with continuous batching, step by step: requests are admitted in order of arrival where a place and pages for prompt and answer
 * are free, so that the cache never overflows and nothing is evicted; prompts are worked off chunk by chunk beside the decoding sequences; an
 * answer leaves with its last token. Steps without admission or end go in one stretch: k of them take k · step(n, context + (k − 1)/2),
 * which is exact where the table is linear in the context.
 *
 * @param isSingle  every step by itself, to check the stretches
 */
export function runEvents(server: Server, requests: Requests, window: Window, isSingle = false): EventResult {
  return new EventRun(server, requests, window, isSingle).result();
}

class EventRun {
  readonly #server: Server;
  readonly #requests: Requests;
  readonly #isSingle: boolean;
  readonly #firsts: Float64Array;
  readonly #ends: Float64Array;
  readonly #running: Heap;
  /** Requests whose prompts are worked on, a ring of as many as may run. */
  readonly #prompts: Int32Array;
  readonly #step: { -readonly [Key in keyof Step]: Step[Key] };
  readonly #cost: Cost = { seconds: 0, joules: 0 };
  readonly #pure: Cost = { seconds: 0, joules: 0 };
  readonly #chunk: Cost = { seconds: 0, joules: 0 };
  readonly #finished: number[] = [];
  readonly #marks: readonly [number, number];
  #start: Totals | null = null;
  #stop: Totals | null = null;
  #head = 0;
  #queued = 0;
  /** Tokens of the first prompt of the queue that are done. */
  #done = 0;
  #next = 0;
  #arrived = 0;
  #time = 0;
  #count = 0;
  #sequences = 0;
  #contexts = 0;
  #held = 0;
  #peak = 0;
  #refused = 0;
  #ended = 0;
  #tokens = 0;
  #busy = 0;
  #decoding = 0;
  #sequenceSeconds = 0;
  #decodeJoules = 0;
  #promptJoules = 0;

  constructor(server: Server, requests: Requests, { from, to }: Window, isSingle: boolean) {
    const { count, concurrency } = requests;
    this.#server = server;
    this.#requests = requests;
    this.#isSingle = isSingle;
    this.#firsts = new Float64Array(count).fill(NaN);
    this.#ends = new Float64Array(count).fill(NaN);
    this.#running = new Heap(server.maxSequences + 1);
    this.#prompts = new Int32Array(server.maxSequences + 1);
    this.#step = { sequences: 0, context: 0, tokens: 0, attention: { seconds: 0, joules: 0 }, ended: 0 };
    this.#marks = [Math.floor(count * from), Math.ceil(count * to)];
    this.#arrived = concurrency > 0 ? Math.min(concurrency, count) : count;
  }

  result(): EventResult {
    if (this.#marks[0] === 0) this.#start = this.#totals();
    for (;;) {
      this.#admit();
      if (this.#queued > 0) this.#mixedStep();
      else if (this.#sequences > 0) this.#stretch();
      else if (this.#next < this.#arrived) this.#time = Math.max(this.#time, this.#requests.arrivals[this.#next]!);
      else break;
    }
    const [start, stop] = [this.#start ?? this.#totals(), this.#stop ?? this.#totals()];
    return {
      ...{ firsts: this.#firsts, ends: this.#ends, arrivals: this.#requests.arrivals },
      ...{ window: difference(start, stop), kvPeakTokens: this.#peak, refused: this.#refused, steps: this.#count },
    };
  }

  #totals(): Totals {
    return {
      ...{ seconds: this.#time, busy: this.#busy, decoding: this.#decoding, sequenceSeconds: this.#sequenceSeconds },
      ...{ decodeJoules: this.#decodeJoules, promptJoules: this.#promptJoules },
      ...{ ended: this.#ended, outputTokens: this.#tokens },
    };
  }

  /** Tokens of the pages that a request takes; what it found in the cache is held once for all. */
  #pages(id: number): number {
    const { prompts, cached, outputs } = this.#requests;
    const { page } = this.#server;
    return Math.ceil((prompts[id]! - cached[id]! + outputs[id]!) / page) * page;
  }

  #admit(): void {
    const { maxSequences, kvTokens } = this.#server;
    const { arrivals } = this.#requests;
    while (this.#next < this.#arrived && arrivals[this.#next]! <= this.#time) {
      const pages = this.#pages(this.#next);
      if (pages > kvTokens) {
        this.#refused += 1;
        this.#next += 1;
        this.#leave(0);
        continue;
      }
      if (this.#sequences + this.#queued >= maxSequences || this.#held + pages > kvTokens) return;
      this.#held += pages;
      this.#peak = Math.max(this.#peak, this.#held);
      this.#prompts[(this.#head + this.#queued) % this.#prompts.length] = this.#next;
      this.#queued += 1;
      this.#next += 1;
    }
  }

  /** A step with as much of the prompts as fits it. */
  #mixedStep(): void {
    const { prompts, cached } = this.#requests;
    const step = this.#step;
    step.sequences = this.#sequences;
    step.context = this.#sequences > 0 ? this.#contexts / this.#sequences : 0;
    step.tokens = 0;
    step.ended = 0;
    step.attention.seconds = 0;
    step.attention.joules = 0;
    let room = roomOf(this.#server, this.#sequences);
    let done = this.#done;
    const finished = this.#finished;
    finished.length = 0;
    while (finished.length < this.#queued && room > 0) {
      const id = this.#prompts[(this.#head + finished.length) % this.#prompts.length]!;
      const past = cached[id]! + done;
      const own = Math.min(room, prompts[id]! - past);
      this.#server.chunkAttention(this.#chunk, own, past);
      step.attention.seconds += this.#chunk.seconds;
      step.attention.joules += this.#chunk.joules;
      step.tokens += own;
      room -= own;
      done += own;
      if (cached[id]! + done < prompts[id]!) break;
      finished.push(id);
      done = 0;
    }
    step.ended = finished.length;
    this.#server.step(this.#cost, step);
    let pure = 0;
    let before = 0;
    if (this.#sequences > 0) {
      this.#server.decode(this.#pure, this.#sequences, step.context);
      pure = Math.min(this.#pure.seconds, this.#cost.seconds);
      before = Math.min(this.#pure.joules, this.#cost.joules);
    }
    this.#decodeJoules += before;
    this.#promptJoules += this.#cost.joules - before;
    this.#pass(1, this.#cost.seconds, pure);
    this.#head = (this.#head + finished.length) % this.#prompts.length;
    this.#queued -= finished.length;
    this.#done = done;
    this.#retire();
    for (const id of finished) this.#begin(id);
  }

  /** Steps up to the next end, or the next arrival that can be admitted. */
  #stretch(): void {
    const context = this.#contexts / this.#sequences;
    let steps = this.#isSingle ? 1 : this.#running.least - this.#count;
    if (!this.#isSingle && this.#mayAdmit())
      steps = this.#stepsUntil(this.#requests.arrivals[this.#next]!, context, steps);
    this.#server.decode(this.#cost, this.#sequences, context + (steps - 1) / 2);
    const seconds = steps * this.#cost.seconds;
    this.#decodeJoules += steps * this.#cost.joules;
    this.#pass(steps, seconds, seconds);
    this.#retire();
  }

  #mayAdmit(): boolean {
    if (this.#next >= this.#arrived || this.#requests.concurrency > 0) return false;
    const { maxSequences, kvTokens } = this.#server;
    const pages = this.#pages(this.#next);
    return pages > kvTokens || (this.#sequences < maxSequences && this.#held + pages <= kvTokens);
  }

  /** The first whole number of steps, at most `most`, that end at a time or after it. */
  #stepsUntil(time: number, context: number, most: number): number {
    const wanted = time - this.#time;
    const after = (steps: number): number => {
      this.#server.decode(this.#cost, this.#sequences, context + (steps - 1) / 2);
      return steps * this.#cost.seconds;
    };
    let steps = Math.max(1, Math.ceil(wanted / after(1)));
    if (steps > most && after(most) < wanted) return most;
    steps = Math.min(steps, most);
    while (steps > 1 && after(steps - 1) >= wanted) steps -= 1;
    while (steps < most && after(steps) < wanted) steps += 1;
    return steps;
  }

  #pass(steps: number, seconds: number, decoding: number): void {
    this.#time += seconds;
    this.#busy += seconds;
    this.#decoding += decoding;
    this.#sequenceSeconds += this.#sequences * seconds;
    this.#count += steps;
    this.#contexts += this.#sequences * steps;
  }

  /** Requests whose last token this step made. */
  #retire(): void {
    const { prompts, outputs } = this.#requests;
    while (this.#running.least <= this.#count) {
      const id = this.#running.pop();
      this.#sequences -= 1;
      this.#contexts -= prompts[id]! + outputs[id]!;
      this.#end(id);
    }
  }

  /** The first token of a request. */
  #begin(id: number): void {
    const { prompts, outputs } = this.#requests;
    this.#firsts[id] = this.#time;
    if (outputs[id]! <= 1) return this.#end(id);
    this.#running.push(this.#count + outputs[id]! - 1, id);
    this.#sequences += 1;
    // Its next step reads the token that was made, and attends to it too.
    this.#contexts += prompts[id]! + 1;
  }

  #end(id: number): void {
    this.#ends[id] = this.#time;
    this.#held -= this.#pages(id);
    this.#leave(this.#requests.outputs[id]!);
  }

  #leave(tokens: number): void {
    this.#ended += 1;
    this.#tokens += tokens;
    if (this.#ended === this.#marks[0]) this.#start = this.#totals();
    if (this.#ended === this.#marks[1]) this.#stop = this.#totals();
    const { concurrency, count, arrivals } = this.#requests;
    if (concurrency > 0 && this.#arrived < count) arrivals[this.#arrived++] = this.#time;
  }
}

function difference(start: Totals, stop: Totals): Totals {
  const keys = Object.keys(start) as (keyof Totals)[];
  return Object.fromEntries(keys.map((key) => [key, stop[key] - start[key]])) as unknown as Totals;
}
