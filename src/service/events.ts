import { Decoding, type EventResult, type Window } from "./decoding.ts";
import { roomOf } from "./prompts.ts";
import type { Requests } from "./requests.ts";
import type { Server, Step } from "./server.ts";
import type { Cost } from "./tables.ts";

export type { EventResult, Totals, Window } from "./decoding.ts";

/**
 * A batch with continuous batching, step by step: requests are admitted in order of arrival where a place and pages for prompt and answer
 * are free, so that the cache never overflows and nothing is evicted; prompts are worked off chunk by chunk beside the decoding sequences; an
 * answer leaves with its last token. Steps without admission or end go in one stretch ({@link Decoding}).
 *
 * @param isSingle  every step by itself, to check the stretches
 */
export function runEvents(server: Server, requests: Requests, window: Window, isSingle = false): EventResult {
  return new EventRun(server, requests, window, isSingle).result();
}

class EventRun {
  readonly #server: Server;
  readonly #requests: Requests;
  readonly #batch: Decoding;
  /** Requests whose prompts are worked on, a ring of as many as may run. */
  readonly #prompts: Int32Array;
  readonly #step: { -readonly [Key in keyof Step]: Step[Key] };
  readonly #cost: Cost = { seconds: 0, joules: 0 };
  readonly #pure: Cost = { seconds: 0, joules: 0 };
  readonly #chunk: Cost = { seconds: 0, joules: 0 };
  readonly #finished: number[] = [];
  #head = 0;
  #queued = 0;
  /** Tokens of the first prompt of the queue that are done. */
  #done = 0;
  #next = 0;

  constructor(server: Server, requests: Requests, window: Window, isSingle: boolean) {
    this.#server = server;
    this.#requests = requests;
    this.#batch = new Decoding(server, requests, window, isSingle);
    this.#prompts = new Int32Array(server.maxSequences + 1);
    this.#step = { sequences: 0, context: 0, tokens: 0, attention: { seconds: 0, joules: 0 }, ended: 0 };
  }

  result(): EventResult {
    const batch = this.#batch;
    const { arrivals } = this.#requests;
    for (;;) {
      this.#admit();
      if (this.#queued > 0) this.#mixedStep();
      else if (batch.sequences > 0) batch.stretch(this.#mayAdmit() ? arrivals[this.#next]! : Infinity);
      else if (this.#next < batch.arrived) batch.time = Math.max(batch.time, arrivals[this.#next]!);
      else return batch.result();
    }
  }

  #admit(): void {
    const { maxSequences, kvTokens } = this.#server;
    const { arrivals } = this.#requests;
    const batch = this.#batch;
    while (this.#next < batch.arrived && arrivals[this.#next]! <= batch.time) {
      const pages = batch.pages(this.#next);
      if (pages > kvTokens) {
        this.#next += 1;
        batch.refuse();
        continue;
      }
      if (batch.sequences + this.#queued >= maxSequences || batch.held + pages > kvTokens) return;
      batch.hold(pages);
      this.#prompts[(this.#head + this.#queued) % this.#prompts.length] = this.#next;
      this.#queued += 1;
      this.#next += 1;
    }
  }

  /** A step with as much of the prompts as fits it. */
  #mixedStep(): void {
    const { prompts, cached } = this.#requests;
    const batch = this.#batch;
    const step = this.#step;
    step.sequences = batch.sequences;
    step.context = batch.sequences > 0 ? batch.contexts / batch.sequences : 0;
    step.tokens = 0;
    step.ended = 0;
    step.attention.seconds = 0;
    step.attention.joules = 0;
    let room = roomOf(this.#server, batch.sequences);
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
    if (batch.sequences > 0) {
      this.#server.decode(this.#pure, batch.sequences, step.context);
      pure = Math.min(this.#pure.seconds, this.#cost.seconds);
      before = Math.min(this.#pure.joules, this.#cost.joules);
    }
    batch.decodeJoules += before;
    batch.promptJoules += this.#cost.joules - before;
    batch.pass(1, this.#cost.seconds, pure);
    this.#head = (this.#head + finished.length) % this.#prompts.length;
    this.#queued -= finished.length;
    this.#done = done;
    batch.retire();
    for (const id of finished) this.#begin(id);
  }

  #mayAdmit(): boolean {
    const batch = this.#batch;
    if (this.#next >= batch.arrived || this.#requests.concurrency > 0) return false;
    const { maxSequences, kvTokens } = this.#server;
    const pages = batch.pages(this.#next);
    return pages > kvTokens || (batch.sequences < maxSequences && batch.held + pages <= kvTokens);
  }

  /** The first token of a request. */
  #begin(id: number): void {
    const batch = this.#batch;
    batch.firsts[id] = batch.time;
    if (this.#requests.outputs[id]! > 1) return batch.join(id);
    batch.held -= batch.pages(id);
    batch.end(id, batch.time);
  }
}
