import { describe, expect, it } from "vitest";
import { runEvents } from "../../../src/service/events.ts";
import { plantOf, type Plant } from "../../../src/service/plant.ts";
import { drawRequests } from "../../../src/service/requests.ts";
import { serviceOf } from "../../../src/service/index.ts";
import type { Server } from "../../../src/service/server.ts";
import { loadHardware, loadModel, readYaml, specSetOf } from "../../../src/spec/index.ts";

const specs = specSetOf({ hardware: loadHardware("h100"), model: loadModel("llama-3-8b") });
const text = `requests: { prompt: { mean: 800, cv: 1 }, output: { mean: 200, cv: 1 } }
arrival: { rate: 12/s }
server: { chunk: 1024, maxSequences: 64 }`;
const spec = serviceOf(readYaml(text, "laws"));
const made = plantOf(specs, spec);
const plant = made as Plant;
const ALL = { from: 0, to: 1 };

const drawn = (rate: number, count: number) =>
  drawRequests(spec, { seed: 5, count, rate, concurrency: null, index: 0, of: 1 });

/** A server whose step takes a second whatever it works on: times can be counted by hand. */
const hand: Server = {
  ...plant.server,
  ...{ maxSequences: 2, chunk: 100, page: 10, kvTokens: 1000 },
  step: (into) => Object.assign(into, { seconds: 1, joules: 2 }),
  decode: (into) => Object.assign(into, { seconds: 1, joules: 1 }),
  chunkAttention: (into) => Object.assign(into, { seconds: 0, joules: 0 }),
};
const requestsOf = (rows: readonly (readonly [arrival: number, prompt: number, output: number])[]) => ({
  ...{ count: rows.length, concurrency: 0, cached: new Int32Array(rows.length) },
  arrivals: Float64Array.from(rows, ([arrival]) => arrival),
  prompts: Int32Array.from(rows, ([, prompt]) => prompt),
  outputs: Int32Array.from(rows, ([, , output]) => output),
});

describe("events", () => {
  it("counted by hand: chunks of a prompt, two places, and pages", () => {
    // 150 tokens take two steps beside nobody; the third request waits until the first ends at 2 + 3.
    const { firsts, ends } = runEvents(
      hand,
      requestsOf([
        [0, 150, 4],
        [0, 40, 8],
        [0, 40, 2],
      ]),
      ALL,
    );
    expect([...firsts]).toEqual([2, 2, 6]);
    expect([...ends]).toEqual([5, 9, 7]);
    // 110 tokens of the second fit when the first has gone; the fourth comes behind it, since a chunk holds 100.
    const tight = { ...hand, kvTokens: 200, maxSequences: 8 };
    const waiting = runEvents(
      tight,
      requestsOf([
        [0, 100, 10],
        [0, 100, 10],
        [0, 300, 1],
        [0, 20, 1],
      ]),
      ALL,
    );
    expect([...waiting.firsts]).toEqual([1, 11, NaN, 12]);
    expect(waiting.refused).toBe(1);
    expect(waiting.kvPeakTokens).toBe(140);
  });

  it("Little's law: sequences in the mean are the rate times the time that they decode", () => {
    const requests = drawn(12, 20_000);
    const { window, firsts, ends } = runEvents(plant.server, requests, ALL);
    let decoding = 0;
    for (let i = 0; i < requests.count; i += 1) decoding += ends[i]! - firsts[i]!;
    expect(window.sequenceSeconds / decoding).toBeCloseTo(1, 9);
    expect(window.ended).toBe(20_000);
  });

  it("no more pages than there are, no more sequences than may run, first come first served", () => {
    for (const kvTokens of [4000, 20_000, 100_000]) {
      const { kvPeakTokens, refused, firsts } = runEvents({ ...plant.server, kvTokens }, drawn(30, 4000), ALL);
      expect(kvPeakTokens).toBeLessThanOrEqual(kvTokens);
      if (kvTokens > 50_000) expect(refused).toBe(0);
      const served = [...firsts].filter((each) => !Number.isNaN(each));
      expect(served.every((each, i) => i === 0 || each >= served[i - 1]!)).toBe(true);
    }
  });

  it("stretches are steps one by one", () => {
    const requests = drawn(12, 3000);
    const [fast, slow] = [runEvents(plant.server, requests, ALL), runEvents(plant.server, requests, ALL, true)];
    expect(fast.steps).toBeGreaterThan(3000);
    const mean = (of: Float64Array): number => of.reduce((sum, value) => sum + value, 0) / of.length;
    expect(mean(fast.ends) / mean(slow.ends) - 1).toBeCloseTo(0, 4);
    expect(fast.window.decodeJoules / slow.window.decodeJoules - 1).toBeCloseTo(0, 3);
  });

  it("a million requests in at most ten seconds of one core", { timeout: 120_000 }, () => {
    const requests = drawn(12, 1_000_000);
    const before = process.cpuUsage();
    const { window } = runEvents(plant.server, requests, ALL);
    const { user } = process.cpuUsage(before);
    console.info(`1,000,000 requests: ${(user / 1e6).toFixed(2)} s of CPU`);
    expect(window.ended).toBe(1_000_000);
    expect(user / 1e6).toBeLessThanOrEqual(10);
  });
});
