import type { Apart } from "./apart.ts";
import { Decoding, inPages, type EventResult, type Window } from "./decoding.ts";
import { Heap } from "./heap.ts";
import type { Requests } from "./requests.ts";
import type { Server, Step } from "./server.ts";
import type { Cost } from "./tables.ts";

/**
 * A batch whose prompts are worked on by devices of their own. Groups of them take prompts in order of arrival, chunk by chunk, the group that is free
 * first, where its cache has pages for the prompt. A prompt's end is the first token. Its keys and values stay where they are until the decoding
 * devices have a place and pages for prompt and answer; then they go over the link, one request after the other, and the request decodes
 * from the next step on.
 */
export function runEventsApart(server: Server, apart: Apart, requests: Requests, window: Window): EventResult {
  return new ApartRun(server, apart, requests, window).result();
}

/** A group of devices that works on prompts. */
interface Group {
  /** s at which its step ends. */
  free: number;
  /** Tokens of its pages. */
  held: number;
  /** The prompt that it has begun, -1: none; and how many of its tokens are done. */
  begun: number;
  done: number;
}

class ApartRun {
  readonly #server: Server;
  readonly #apart: Apart;
  readonly #requests: Requests;
  readonly #batch: Decoding;
  readonly #groups: readonly Group[];
  /** The group that has a request's keys and values. */
  readonly #place: Int32Array;
  /** Requests that have their first token, by its time. */
  readonly #ready: Heap;
  /** Requests on the link, in order: a ring; and when each is over. */
  readonly #moving: Int32Array;
  readonly #over: Float64Array;
  readonly #step: { -readonly [Key in keyof Step]: Step[Key] };
  readonly #cost: Cost = { seconds: 0, joules: 0 };
  #head = 0;
  #onLink = 0;
  #linkFree = 0;
  /** Whether the first that is ready had no pages at the last step. */
  #isStuck = false;
  /** s before which no group begins a prompt: pages came free then. */
  #since = 0;
  #next = 0;

  constructor(server: Server, apart: Apart, requests: Requests, window: Window) {
    this.#server = server;
    this.#apart = apart;
    this.#requests = requests;
    this.#batch = new Decoding(server, requests, window, false);
    this.#groups = Array.from({ length: apart.groups }, () => ({ free: 0, held: 0, begun: -1, done: 0 }));
    this.#place = new Int32Array(requests.count);
    this.#ready = new Heap(requests.count);
    this.#moving = new Int32Array(server.maxSequences + 1);
    this.#over = new Float64Array(server.maxSequences + 1);
    this.#step = { sequences: 0, context: 0, tokens: 0, attention: { seconds: 0, joules: 0 }, ended: 0 };
  }

  result(): EventResult {
    const batch = this.#batch;
    for (;;) {
      let begins = this.#nextBegin();
      while (begins <= batch.time) {
        this.#promptStep(begins);
        begins = this.#nextBegin();
      }
      this.#send();
      this.#join();
      const until = Math.min(
        this.#nextBegin(),
        this.#nextSent(),
        this.#onLink > 0 ? this.#over[this.#head]! : Infinity,
      );
      // Prompts that may begin now have pages that have just come free.
      if (until <= batch.time) continue;
      if (batch.sequences > 0) batch.stretch(until);
      else if (until < Infinity) batch.time = until;
      else return batch.result();
    }
  }

  /** When the first that is ready can be sent; Infinity: never before an end. */
  #nextSent(): number {
    return this.#isStuck ? Infinity : this.#ready.least;
  }

  #pagesOfPrompt(id: number): number {
    const { prompts, cached } = this.#requests;
    return inPages(prompts[id]! - cached[id]!, this.#apart.server.page);
  }

  /** When a group can begin the next step, s; Infinity: none can. */
  #beginOf({ free, begun, held }: Group): number {
    if (begun >= 0) return free;
    if (this.#next >= this.#batch.arrived) return Infinity;
    if (held + this.#pagesOfPrompt(this.#next) > this.#apart.server.kvTokens) return Infinity;
    return Math.max(free, this.#since, this.#requests.arrivals[this.#next]!);
  }

  #nextBegin(): number {
    this.#refuse();
    let first = Infinity;
    for (const group of this.#groups) first = Math.min(first, this.#beginOf(group));
    return first;
  }

  /** Requests that fit no cache, here or there. */
  #refuse(): void {
    const batch = this.#batch;
    while (
      this.#next < batch.arrived &&
      (batch.pages(this.#next) > this.#server.kvTokens || this.#pagesOfPrompt(this.#next) > this.#apart.server.kvTokens)
    ) {
      this.#next += 1;
      batch.refuse();
    }
  }

  /** A step of the group that begins first. */
  #promptStep(time: number): void {
    const { prompts, cached, arrivals } = this.#requests;
    const { server } = this.#apart;
    const index = this.#groups.findIndex((each) => this.#beginOf(each) <= time);
    const group = this.#groups[index]!;
    const step = this.#step;
    step.tokens = 0;
    step.ended = 0;
    step.attention.seconds = 0;
    step.attention.joules = 0;
    const finished: number[] = [];
    let room = server.chunk;
    while (room > 0) {
      if (group.begun < 0) {
        this.#refuse();
        const id = this.#next;
        const isThere = id < this.#batch.arrived && arrivals[id]! <= time && finished.length < server.maxSequences;
        if (!isThere || group.held + this.#pagesOfPrompt(id) > server.kvTokens) break;
        group.held += this.#pagesOfPrompt(id);
        group.begun = id;
        group.done = 0;
        this.#place[id] = index;
        this.#next += 1;
      }
      const id = group.begun;
      const past = cached[id]! + group.done;
      const own = Math.min(room, prompts[id]! - past);
      server.chunkAttention(this.#cost, own, past);
      step.attention.seconds += this.#cost.seconds;
      step.attention.joules += this.#cost.joules;
      step.tokens += own;
      room -= own;
      group.done += own;
      if (past + own < prompts[id]!) break;
      finished.push(id);
      group.begun = -1;
    }
    step.ended = finished.length;
    server.step(this.#cost, step);
    group.free = time + this.#cost.seconds;
    this.#batch.promptJoules += this.#cost.joules;
    this.#batch.prefilling += this.#cost.seconds;
    for (const id of finished) {
      this.#batch.firsts[id] = group.free;
      this.#ready.push(group.free, id);
    }
  }

  /** Requests that have their first token go on the link, or end with it. */
  #send(): void {
    const { outputs, prompts, cached } = this.#requests;
    const { maxSequences, kvTokens } = this.#server;
    const { tokenBytes, wire } = this.#apart;
    const batch = this.#batch;
    while (this.#ready.least <= batch.time) {
      const since = this.#ready.least;
      const id = this.#ready.pop();
      if (outputs[id]! <= 1) {
        this.#release(id);
        batch.end(id, since);
        continue;
      }
      const pages = batch.pages(id);
      if (batch.sequences + this.#onLink >= maxSequences || batch.held + pages > kvTokens) {
        this.#ready.push(since, id);
        this.#isStuck = true;
        return;
      }
      const begins = Math.max(this.#isStuck ? batch.time : since, this.#linkFree);
      this.#isStuck = false;
      batch.hold(pages);
      const tokens = prompts[id]! - cached[id]!;
      this.#linkFree = begins + (tokens * tokenBytes) / wire.bandwidth;
      const place = (this.#head + this.#onLink) % this.#moving.length;
      this.#moving[place] = id;
      this.#over[place] = this.#linkFree + wire.latency;
      this.#onLink += 1;
      batch.movedTokens += tokens;
    }
    this.#isStuck = false;
  }

  #join(): void {
    while (this.#onLink > 0 && this.#over[this.#head]! <= this.#batch.time) {
      const id = this.#moving[this.#head]!;
      this.#head = (this.#head + 1) % this.#moving.length;
      this.#onLink -= 1;
      this.#release(id);
      this.#batch.join(id);
    }
  }

  /** Pages of a prompt come free where it was worked on. */
  #release(id: number): void {
    const group = this.#groups[this.#place[id]!]!;
    const next = this.#next < this.#batch.arrived ? this.#pagesOfPrompt(this.#next) : 0;
    if (group.held + next > this.#apart.server.kvTokens) this.#since = this.#batch.time;
    group.held -= this.#pagesOfPrompt(id);
  }
}
