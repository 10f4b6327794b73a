import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/evaluate/index.ts";
import { SpecError } from "../../../src/errors/index.ts";
import {
  retrievalOf,
  runRetrieval,
  serviceOf,
  type RetrievalAnswer,
  type ServiceOptions,
} from "../../../src/service/index.ts";
import { loadHardware, loadModel, readYaml, specSetOf, type ModelSpec } from "../../../src/spec/index.ts";

const clip = loadModel("clip-vit-b16");
const bert = loadModel("bert-base");
const hardware = loadHardware("h100");
const specs = specSetOf({ hardware, model: clip });

const N = 4_000_000;
const text = (first: string, second = "", more = ""): string =>
  `stages: [{ model: clip-vit-b16, ${first} }${second === "" ? "" : `, { model: bert-base, ${second} }`}]\narrival: { rate: 100/s }\n${more}`;
const specOf = (written: string) => retrievalOf(readYaml(written, "stages"), clip);
const run = (written: string, options: ServiceOptions = { engine: "steady" }): RetrievalAnswer =>
  runRetrieval(specs, specOf(written), options);

/** s and J above idle of a pass, operator by operator, as `simulate` has them. */
function simulated(model: ModelSpec, batch: number, tower?: string): number {
  const result = evaluate({
    ...{ ...specs, model, deployment: { ...specs.deployment, batch } },
    mapper: { objective: "latency", effort: "fast" },
  });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result.operators
    .filter((operator) => tower === undefined || operator.tower === tower)
    .reduce((sum, { count, cycles, launchCycles }) => sum + (count * (cycles + launchCycles)) / hardware.clock, 0);
}

describe("a service of stages", () => {
  const both = run(text(`corpus: ${N}`, "rerank: 20"));

  it("encodes and ranks as simulate does, and reads every vector for a search", () => {
    const { encode, search, rerank } = both.alone!;
    expect(encode / simulated(clip, 1, "text")).toBeCloseTo(1, 9);
    expect(rerank / simulated(bert, 20)).toBeCloseTo(1, 9);
    const read = (N * 512 * 2) / 3.35e12;
    expect(search).toBeGreaterThan(read);
    expect(search).toBeLessThan(1.25 * read);
    const twice = run(text(`corpus: ${2 * N}`)).alone!;
    expect(twice.search / search).toBeCloseTo(2, 1);
    expect(twice.rerank).toBe(0);
  });

  it("one query at a time waits as Pollaczek and Khinchin say, in both engines", () => {
    const seconds = 1 / both.capacity!;
    const share = 100 * seconds;
    const mean = seconds + (share * seconds) / (2 * (1 - share));
    expect(both.found!.latency.mean / mean).toBeCloseTo(1, 3);
    const events = run(text(`corpus: ${N}`, "rerank: 20"), { engine: "events", requests: 40_000 });
    expect(Math.abs(events.found!.latency.mean / mean - 1)).toBeLessThan(0.05);
    expect(events.found!.latency.p99!).toBeGreaterThan(events.found!.latency.p50!);
    expect(events.capacity).toBe(both.capacity);
  });

  it("groups share a search: more queries a second, and the engines agree", () => {
    const grouped = text(`corpus: ${N}, queries: 16`).replace("100/s", "1500/s");
    const [steady, events] = [run(grouped), run(grouped, { engine: "events", requests: 40_000 })];
    expect(steady.capacity!).toBeGreaterThan(2 * run(text(`corpus: ${N}`)).capacity!);
    expect(Math.abs(steady.found!.latency.mean / events.found!.latency.mean - 1)).toBeLessThan(0.05);
    expect(Math.abs(steady.found!.utilisation / events.found!.utilisation - 1)).toBeLessThan(0.03);
    expect(Math.abs(steady.energy!.total! / events.energy!.total! - 1)).toBeLessThan(0.05);
  });

  it("c in flight take as long as their groups (Little's law)", () => {
    const closed = (count: number, engine: "steady" | "events") =>
      run(text(`corpus: ${N}, queries: 4`).replace("rate: 100/s", `concurrency: ${count}`), { engine, requests: 4000 });
    for (const count of [1, 3, 12]) {
      const [steady, events] = [closed(count, "steady"), closed(count, "events")];
      expect(steady.requestsPerSecond! * steady.found!.latency.mean).toBeCloseTo(count, 9);
      expect(events.requestsPerSecond! / steady.requestsPerSecond!).toBeCloseTo(1, 2);
      expect(events.found!.latency.mean / steady.found!.latency.mean).toBeCloseTo(1, 2);
    }
  });

  it("parts are the whole; vectors are made once and shared by the queries of the life", () => {
    const { total, encode, search, rerank, idle, host, site, corpus } = both.energy!;
    expect(total).toBeCloseTo(encode! + search! + rerank! + idle! + host + site! + corpus!, 12);
    expect(both.corpus!.queries).toBe(100 * 3 * 365 * 6 * 3600);
    expect(both.corpus!.seconds).toBeCloseTo((N / 64) * simulated(clip, 64, "vision"), 6);
    expect(corpus).toBeCloseTo(both.corpus!.joules! / both.corpus!.queries, 15);
    expect(both.corpus!.bytes).toBe(N * 512 * 2);
    const { embodied, operational } = both.carbon!;
    expect(both.carbon!.total).toBeCloseTo(embodied! + operational!, 15);
  });

  it("what does not fit is an answer: memory, rate, level; auto finds the devices", () => {
    const large = run(text("corpus: 1000000000"));
    expect(large.violations[0]).toMatchObject({ constraint: "memory", unit: "B" });
    expect(large.capacity).toBeNull();
    const fast = text(`corpus: ${N}`).replace("100/s", `${3.5 * run(text(`corpus: ${N}`)).capacity!}/s`);
    const over = run(fast);
    expect(over.violations[0]!.constraint).toBe("capacity");
    expect(over.rateThatFits).toBe(over.capacity);
    expect(run(fast, { engine: "steady", devices: "auto" }).devices).toBe(4);
    // A level between the latency of a service without a wait and that at the asked rate.
    const latencyAt = (rate: string): number => run(text(`corpus: ${N}`).replace("100/s", rate)).found!.latency.mean;
    const between = (latencyAt("1/s") + latencyAt("500/s")) / 2;
    const late = run(text(`corpus: ${N}`, "", `level: { latency: ${between} s }\n`).replace("100/s", "500/s"));
    expect(late.violations.map(({ constraint }) => constraint)).toEqual(["level.latency"]);
    expect(late.rateThatFits!).toBeLessThan(500);
  });

  it.each([
    ["stages: [{ rerank: 5 }]", /stages\[0\] finds/],
    ["stages: [{ corpus: 10 }, { corpus: 10 }]", /stages\[1\] ranks/],
    ["stages: [{ corpus: 10 }, { model: bert-base, rerank: 50 }]", /more than the corpus of 10/],
    ["stages: [{ corpus: 10 }, { rerank: 5 }]", /family clip; candidates are ranked by/],
    ["stages: [{ model: bert-base, corpus: 10 }]", /No stage uses clip-vit-b16/],
    ["stages: [{ corpus: 10 }]\nserver: { chunk: none }", /server belongs to a service of one decoder/],
    ["stages: [{ corpus: 10 }]\nparallel: { tensor: 2 }", /stages run on one device each/],
    ["stages: [{ corpus: 10 }]\nlevel: { tpot: 1 ms }", /level.tpot is of answers token by token/],
    ["stages: []", /1 to 2 stages/],
  ])("%s is refused", (written, message) => {
    expect(() => specOf(`${written}\narrival: { rate: 1/s }\n`)).toThrow(message);
  });

  it("one reader reads each kind", () => {
    expect(() => serviceOf(readYaml(text("corpus: 10"), "stages"))).toThrow(SpecError);
  });
});
