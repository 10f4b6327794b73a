import { describe, expect, it } from "vitest";
import type { Apart } from "../../../src/service/apart.ts";
import { allBusy, bulkQueue } from "../../../src/service/bulk.ts";
import { runEventsApart } from "../../../src/service/events-apart.ts";
import { runService, serviceOf, type ServiceAnswer, type ServiceOptions } from "../../../src/service/index.ts";
import { plantOf, type Plant } from "../../../src/service/plant.ts";
import type { Server } from "../../../src/service/server.ts";
import { loadHardware, loadModel, readYaml, specSetOf } from "../../../src/spec/index.ts";

const specs = specSetOf({ hardware: loadHardware("h100"), model: loadModel("llama-3-8b") });
const specOf = (text: string) => serviceOf(readYaml(text, "apart"));
const service = (server: string, rate = "4/s"): string =>
  `requests: { prompt: 1000, output: 100 }\narrival: { rate: ${rate} }\nserver: { ${server} }\n`;
const run = (text: string, options: ServiceOptions = { engine: "steady" }): ServiceAnswer =>
  runService(specs, specOf(text), options);

/** 32 layers of 8 key-value heads of 128, keys and values of 16 bits. */
const TOKEN_BYTES = 32 * 2 * 8 * 128 * 2;
const UNLIMITED = "link: { bandwidth: 1000000 GB/s }";

describe("prompts on devices of their own", () => {
  it("events counted by hand: chunks, one request after the other on the link, the next step", () => {
    const made = plantOf(specs, specOf(service(`prefill: { devices: 1, ${UNLIMITED} }`))) as Plant;
    const still = { chunkAttention: (into: object) => Object.assign(into, { seconds: 0, joules: 0 }) };
    const second = (into: object) => Object.assign(into, { seconds: 1, joules: 1 });
    const hand: Server = {
      ...{ ...made.server, ...still, step: second, decode: second },
      ...{ maxSequences: 8, chunk: 100, page: 10, kvTokens: 1000 },
    };
    // A token of a prompt takes 10 ms of the link, and a message half a second more.
    const apart: Apart = {
      ...made.apart!,
      server: hand,
      tokenBytes: 1,
      wire: { bandwidth: 100, latency: 0.5, energy: 0 },
    };
    const requests = {
      ...{ count: 3, concurrency: 0, cached: new Int32Array(3), arrivals: new Float64Array(3) },
      prompts: Int32Array.of(100, 50, 20),
      outputs: Int32Array.of(3, 2, 1),
    };
    const { firsts, ends, window } = runEventsApart(hand, apart, requests, { from: 0, to: 1 });
    expect([...firsts]).toEqual([1, 2, 2]);
    // The first is over at 2.5, the second, on the link from 2 to 2.5, at 3: it waits for the end of a step at 3.5.
    expect([...ends]).toEqual([4.5, 4.5, 2]);
    expect(window).toMatchObject({ prefilling: 2, movedTokens: 150, promptJoules: 2, ended: 3 });
  });

  it("takes as long as on one device where nothing else runs and the link takes no time", () => {
    const [beside, apart] = ["chunk: 2048", `prefill: { devices: 1, ${UNLIMITED} }`].map((server) =>
      run(service(server, "0.001/s"), { engine: "events", requests: 300 }),
    ) as [ServiceAnswer, ServiceAnswer];
    expect(apart.measured!.ttft.mean / beside.measured!.ttft.mean).toBeCloseTo(1, 9);
    expect(apart.measured!.tpot.mean / beside.measured!.tpot.mean).toBeCloseTo(1, 6);
    const [a, b] = [apart.measured!.steady, beside.measured!.steady];
    expect((a.decodeJoules + a.promptJoules) / (b.decodeJoules + b.promptJoules)).toBeCloseTo(1, 6);
    // Twice the devices stand still.
    expect(apart.bill!.energy.idle! / beside.bill!.energy.idle!).toBeCloseTo(2, 2);
    expect(apart.devices).toBe(2);
  });

  it.each(["steady", "events"] as const)("no prompt holds up a token that another waits for: %s", (engine) => {
    for (const rate of ["2/s", "10/s", "25/s"]) {
      const [beside, apart] = ["chunk: 2048", `prefill: { devices: 1, ${UNLIMITED} }`].map((server) =>
        run(service(server, rate), { engine, requests: 4000 }),
      );
      expect(apart!.measured!.tpot.mean).toBeLessThanOrEqual(beside!.measured!.tpot.mean);
    }
  });

  it("the link: bytes of the prompt over its bandwidth, its latency behind the first token, its energy", () => {
    const link = (bandwidth: string, latency: string): ServiceAnswer =>
      run(
        service(
          `prefill: { devices: 1, link: { bandwidth: ${bandwidth}, latency: ${latency}, energy: 5 pJ/bit } }`,
          "0.01/s",
        ),
      );
    const [fast, slow] = [link("1000000 GB/s", "0 s"), link("1 GB/s", "3 ms")];
    expect(slow.measured!.ttft.mean).toBe(fast.measured!.ttft.mean);
    const seconds = (1000 * TOKEN_BYTES) / 1e9 + 3e-3;
    expect(slow.measured!.latency.mean - fast.measured!.latency.mean).toBeCloseTo(seconds, 3);
    expect(slow.bill!.energy.transfer).toBeCloseTo(1000 * TOKEN_BYTES * 8 * 5e-12, 12);
    const { total, decode, prefill, idle, transfer } = slow.bill!.energy;
    expect(total).toBeCloseTo(decode! + prefill! + idle! + transfer, 12);
  });

  it("capacity is the least of prompts, link and decoding, and says which", () => {
    const capacity = (server: string, engine: "steady" | "events" = "steady"): ServiceAnswer =>
      run(service(server), { engine, requests: 2000 });
    const slow = capacity("prefill: { devices: 1, link: { bandwidth: 0.5 GB/s } }");
    expect(slow.capacityBoundBy).toBe("link");
    expect(slow.capacity).toBeCloseTo(0.5e9 / (1000 * TOKEN_BYTES), 6);
    const one = capacity(`prefill: { devices: 1, ${UNLIMITED} }`);
    const two = capacity(`prefill: { devices: 2, ${UNLIMITED} }`);
    expect(one.capacityBoundBy).toBe("prefill");
    expect(Math.min(2 * one.capacity!, 1e9)).toBeCloseTo(two.capacity!, 6);
    const many = capacity(`prefill: { devices: 16, ${UNLIMITED} }`);
    expect(many.capacityBoundBy).toBe("decode");
    const decoding = capacity(`prefill: { devices: 32, ${UNLIMITED} }`);
    expect(decoding.capacity).toBe(many.capacity);
    for (const server of [
      "devices: 1, link: { bandwidth: 0.5 GB/s }",
      `devices: 2, ${UNLIMITED}`,
      `devices: 16, ${UNLIMITED}`,
    ]) {
      const [form, events] = [capacity(`prefill: { ${server} }`), capacity(`prefill: { ${server} }`, "events")];
      expect(Math.abs(form.capacity! / events.capacity! - 1)).toBeLessThan(0.07);
    }
  });

  it("devices of another kind have their own speed, power and embodied carbon", () => {
    const answer = run(service("prefill: { hardware: a100, devices: 2 }"));
    const own = run(service("chunk: 2048"));
    expect(answer.devices).toBe(3);
    const [decoding, prompts] = answer.bill!.shares;
    expect(decoding).toMatchObject({ role: "decode", hardware: "h100", devices: 1 });
    expect(decoding!.embodied).toBeCloseTo(own.bill!.carbon.embodied!, 15);
    expect(prompts).toMatchObject({ role: "prefill", hardware: "a100", devices: 2 });
    const alone = runService(
      specSetOf({ hardware: loadHardware("a100"), model: specs.model }),
      specOf(service("chunk: 2048")),
      { engine: "steady" },
    );
    expect(prompts!.embodied).toBeCloseTo(2 * alone.bill!.carbon.embodied!, 15);
    expect(answer.bill!.carbon.embodied).toBeCloseTo(decoding!.embodied! + prompts!.embodied!, 15);
    const same = run(service("prefill: { hardware: h100, devices: 2 }"));
    expect(answer.measured!.ttft.mean).toBeGreaterThan(same.measured!.ttft.mean);
    expect(answer.measured!.tpot.mean).toBeGreaterThan(0);
  });

  it.each([
    ["server: { prefill: { devices: 3, tensor: 2 } }", /no whole number of groups of 2/],
    ["server: { prefill: { devices: 2 } }\nparallel: { pipeline: 2 }", /the batches of a pipeline would share them/],
    ["server: { prefill: { hardware: scale-sim, devices: 2 } }", /scale-sim has no link/],
    ["server: { prefill: { devices: 3, tensor: 3 } }", /does not divide 32 heads/],
    ["server: { prefill: elsewhere }", /must be shared, or/],
  ])("%s is refused", (more, message) => {
    const text = `requests: { prompt: 100, output: 10 }\narrival: { rate: 1/s }\n${more}\n`;
    expect(() => run(text)).toThrow(message);
  });
});

describe("a queue of groups", () => {
  it("of one at a time is M/D/1", () => {
    for (const share of [0.1, 0.5, 0.8]) {
      const { utilisation, wait } = bulkQueue(share / 2, () => 2, 1);
      expect(utilisation).toBeCloseTo(share, 6);
      expect(wait).toBeCloseTo((share * 2) / (2 * (1 - share)), 4);
    }
  });

  it("that takes all at once in a time that grows with them waits as M/D/1 does for the first of its group", () => {
    // Pollaczek and Khinchin: work is done at the same pace, so that who is served first waits less, and who is last as long.
    const { utilisation, wait, groups } = bulkQueue(0.6, (count) => count, Infinity);
    expect(utilisation).toBeCloseTo(0.6, 6);
    const before = groups.reduce((sum, chance, count) => sum + (chance * (count - 1)) / 2, 0);
    expect(wait + before).toBeCloseTo(0.6 / (2 * 0.4), 4);
  });

  it("has Erlang's chance that all are busy", () => {
    expect(allBusy(1, 0.7)).toBeCloseTo(0.7, 12);
    // 2 servers: 2 u^2 / (1 + u).
    expect(allBusy(2, 0.75)).toBeCloseTo((2 * 0.75 ** 2) / 1.75, 12);
  });
});
