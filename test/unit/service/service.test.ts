import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { runService, serviceOf, type ServiceOptions } from "../../../src/service/index.ts";
import { readYaml } from "../../../src/spec/index.ts";
import { applySettings, loadHardware, loadModel, parseSetting, specSetOf } from "../../../src/spec/index.ts";
import { ecotile, json, scratch, scratchFile } from "../cli/run.ts";

const small = { hardware: loadHardware("h100"), model: loadModel("llama-3.2-1b") };
const chat = "requests: { prompt: 500, output: 100 }\narrival: { rate: 5/s }\n";

const settings = (texts: readonly string[]) => texts.map(parseSetting);
const specOf = (text: string, ...sets: readonly string[]) => serviceOf(readYaml(text, "service.yaml"), settings(sets));
const run = (text: string, sets: readonly string[] = [], options: ServiceOptions = {}, chip: readonly string[] = []) =>
  runService(applySettings(specSetOf(small), settings(chip), []), specOf(text, ...sets), {
    engine: "steady",
    ...options,
  });

function problems(text: string, ...sets: readonly string[]): readonly string[] {
  try {
    specOf(text, ...sets);
    return [];
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.problems.map(({ file, line, code, message }) => `${file}:${line} ${code} ${message}`);
  }
}

describe("the service file", () => {
  it("settings change it, and another way of arriving takes the place of the one before", () => {
    const spec = specOf(
      chat,
      "requests.prompt.cv=0.5",
      "arrival.concurrency=8",
      "parallel.tensor=2",
      "server.chunk=none",
    );
    expect(spec.prompt).toEqual({ mean: 500, cv: 0.5, drawnFrom: null });
    expect(spec.arrival).toEqual({ kind: "concurrency", concurrency: 8 });
    expect(spec.parallel).toEqual({ tensor: 2, pipeline: 1, expert: 1, data: 1 });
    expect(spec.server.chunk).toBe(Infinity);
  });

  it("traces give times and lengths", () => {
    writeFileSync(
      join(scratch, "trace.csv"),
      "arrival_s,prompt_tokens,output_tokens\n1,10,5\n# pause\n2.5,20,7\r\n\n3,30,9\n",
    );
    const spec = serviceOf(readYaml("arrival: { trace: trace.csv }\n", join(scratch, "service.yaml")));
    expect(spec.prompt.mean).toBe(20);
    expect(spec.arrival.kind === "trace" && [...spec.arrival.trace.arrivals]).toEqual([0, 1.5, 2]);
    expect(spec.arrival.kind === "trace" && [...spec.arrival.trace.outputs]).toEqual([5, 7, 9]);
  });

  it.each([
    ["requests: { prompt: 0, output: 5 }\narrival: { rate: 1/s }", "service.yaml:1 spec/out-of-range"],
    ["requests: { prompt: 5, output: 5 }\narrival: { rate: 1/s, concurrency: 3 }", "service.yaml:2 spec/conflict"],
    ["requests: { prompt: 5, output: 5 }\narrival: {}", "service.yaml:2 spec/conflict"],
    ["arrival: { rate: 1/s }", "service.yaml:1 spec/missing-key"],
    ["requests: { prompt: 5, output: 5 }\narrival: { rate: 1/s }\nlevle: {}", "service.yaml:3 spec/unknown-key"],
    [
      "requests: { prompt: 5, output: 5 }\narrival: { rate: 1/s }\nlevel: { percentile: 99 }",
      "service.yaml:3 spec/missing-key",
    ],
    ["requests: { prompt: { cv: 1 }, output: 5 }\narrival: { rate: 1/s }", "service.yaml:1 spec/missing-key"],
    [
      "requests: { prompt: 5, output: 5 }\narrival: { rate: 1/s }\nserver: { prefix: { tokens: 9, hitRate: 0.5 } }",
      "service.yaml:3 spec/conflict",
    ],
    ["requests: { prompt: 5, output: 5 }\narrival: { trace: none.csv }", "none.csv:null spec/unreadable-file"],
  ])("%j is refused at its place", (text, expected) => {
    expect(problems(text).join("\n")).toContain(expected);
  });

  it("what a setting says wrong is said of the setting", () => {
    expect(problems(chat, "parallel.tensor=0").join("\n")).toContain("--set parallel.tensor=0:null spec/out-of-range");
    expect(problems(chat, "parallel.tensr=2").join("\n")).toContain("spec/unknown-key");
  });

  it("every row of a trace that is wrong is named", () => {
    writeFileSync(
      join(scratch, "bad.csv"),
      "arrival_s,prompt_tokens,output_tokens\n1,10,5\n2,x,5\n3,10,0\n4,10\n5,10,5,7\n",
    );
    const read = () => serviceOf(readYaml("arrival: { trace: bad.csv }\n", join(scratch, "service.yaml")));
    try {
      read();
      expect.unreachable();
    } catch (error) {
      expect((error as SpecError).problems.map(({ line }) => line)).toEqual([3, 4, 5, 6]);
    }
    writeFileSync(join(scratch, "back.csv"), "arrival_s\n2\n1\n");
    expect(() =>
      serviceOf(readYaml(`${chat.split("\n")[0]}\narrival: { trace: back.csv }\n`, join(scratch, "s.yaml"))),
    ).toThrow(/order of arrival/);
  });
});

describe("what cannot be", () => {
  it.each([
    [["parallel.tensor=3"], /does not divide 32 heads/],
    [["parallel.expert=2"], /no experts/],
    [["parallel.tensor=16"], /link of h100 joins 8/],
    [["parallel.pipeline=8", "parallel.tensor=2"], /link of h100 joins 8/],
  ])("%j is refused", (sets, message) => {
    expect(() => run(chat, sets)).toThrow(message);
  });

  it("devices are whole replicas, and said once", () => {
    expect(() => run(chat, ["parallel.tensor=2"], { devices: 3 })).toThrow(/no whole number of replicas/);
    expect(() => run(chat, ["parallel.data=2"], { devices: 3 })).toThrow(/give one of the two/);
    expect(run(chat, ["parallel.tensor=2"], { devices: 4 }).spec.parallel.data).toBe(2);
  });

  it("a model that does not fit its memory, and a request that fits no cache, are answers", () => {
    const large = runService(
      specSetOf({ ...small, model: loadModel("llama-3-8b") }),
      specOf(chat, "server.memory=0.1"),
    );
    expect(large.violations[0]!.detail).toMatch(/do not fit/);
    expect(large.measured).toBeNull();
    const long = run(chat, ["requests.prompt=1000000", "requests.output=1000000", "server.memory=0.3"]);
    expect(long.violations[0]!.constraint).toBe("kv_capacity");
  });

  it("a rate over capacity is answered with the rate that fits", () => {
    const over = run(chat, ["arrival.rate=100000/s"]);
    expect(over.violations[0]!.constraint).toBe("capacity");
    expect(over.measured).toBeNull();
    expect(over.rateThatFits).toBe(over.capacity);
    expect(run(chat, [`arrival.rate=${over.capacity! * 0.9}/s`]).violations).toEqual([]);
  });

  it("a level that is missed is answered with the rate that keeps it", () => {
    const free = run(chat, ["arrival.rate=60/s"]);
    const limit = free.measured!.tpot.mean * 0.9;
    const missed = run(chat, ["arrival.rate=60/s", `level.tpot=${limit} s`]);
    expect(missed.violations.map(({ constraint }) => constraint)).toEqual(["level.tpot"]);
    const kept = run(chat, [`arrival.rate=${missed.rateThatFits}/s`, `level.tpot=${limit} s`]);
    expect(kept.violations).toEqual([]);
    expect(kept.measured!.tpot.mean).toBeGreaterThan(limit * 0.99);
  });
});

describe("devices", () => {
  it("auto is the fewest that keep load and level", () => {
    const one = run(chat);
    const rate = one.capacity! * 3.5;
    const answer = run(chat, [`arrival.rate=${rate}/s`], { devices: "auto" });
    expect(answer.violations).toEqual([]);
    expect(answer.devices).toBe(4);
    expect(run(chat, [`arrival.rate=${rate}/s`], { devices: 3 }).violations).not.toEqual([]);
  });

  it("a replica's times at its part of the load are those of one by itself", () => {
    const one = run(chat);
    const four = run(chat, ["arrival.rate=20/s"], { devices: 4 });
    expect(four.measured!.tpot.mean).toBeCloseTo(one.measured!.tpot.mean, 12);
    expect(four.capacity!).toBeCloseTo(4 * one.capacity!, 6);
    expect(four.bill!.power!).toBeCloseTo(4 * one.bill!.power!, 6);
  });

  it("more devices at an equal load never take longer where the link costs nothing", () => {
    const free = ["link.bandwidth=1000000 GB/s", "link.latency=0 s", "link.perDevice=0 s", "link.twoShot=0 s"];
    let before = Infinity;
    for (const tensor of [1, 2, 4, 8]) {
      const { measured } = run(chat, [`parallel.tensor=${tensor}`], {}, free);
      expect(measured!.tpot.mean).toBeLessThanOrEqual(before);
      before = measured!.tpot.mean;
    }
  });

  it("two stages hold twice the pages and take no less time for a token", () => {
    const one = run(chat);
    const two = run(chat, ["parallel.pipeline=2"]);
    expect(two.devices).toBe(2);
    expect(two.measured!.tpot.mean).toBeGreaterThan(one.measured!.tpot.mean * 0.8);
    const { plant } = two;
    expect(plant!.server.kvTokens * plant!.server.batches).toBeGreaterThan(2 * one.plant!.server.kvTokens);
  });
});

describe("energy and carbon", () => {
  it("parts are the whole, and host, site and network are what they are said to be", () => {
    const sets = ["network.energy=5 nJ/bit", "network.bytesPerToken=4"];
    const chip = [
      "deployment.class=server",
      "deployment.pue=1.5",
      "deployment.host.power=800 W",
      "deployment.host.devices=8",
    ];
    const { bill } = run(chat, sets, {}, chip);
    const { total, decode, prefill, idle, host, site, network } = bill!.energy;
    expect(host).toBeCloseTo(100 / 5, 9);
    expect(network).toBeCloseTo(600 * 4 * 40e-9, 12);
    expect(site!).toBeCloseTo(0.5 * (decode! + prefill! + idle! + host), 9);
    expect(total!).toBeCloseTo(decode! + prefill! + idle! + host + site! + network, 9);
    expect(bill!.power!).toBeCloseTo(5 * (decode! + prefill! + idle!), 9);
  });

  it("J a token falls with the batch", () => {
    let before = Infinity;
    for (const concurrency of [1, 4, 16, 64]) {
      const { bill } = run(chat, [`arrival.concurrency=${concurrency}`]);
      expect(bill!.energy.total!).toBeLessThan(before);
      before = bill!.energy.total!;
    }
  });

  it("embodied carbon is shared by the requests of the life", () => {
    const [slow, fast] = [run(chat), run(chat, ["arrival.rate=10/s"])];
    expect(slow.bill!.carbon.embodied!).toBeCloseTo(2 * fast.bill!.carbon.embodied!, 15);
    const linked = run(chat, [], {}, ["link.carbon=10 kgCO2e"]);
    const requests = 5 * 3 * 365 * 6 * 3600;
    expect(linked.bill!.carbon.embodied! - slow.bill!.carbon.embodied!).toBeCloseTo(10 / requests, 12);
  });
});

describe("the command", () => {
  const file = scratchFile("chat.yaml", chat);
  it("prints the keys that scripts read, the same bytes for the same seed", () => {
    const args = ["service", "llama-3.2-1b", "h100", file, "--seed", "3", "--json"];
    const first = ecotile(...args);
    expect(ecotile(...args).stdout).toBe(first.stdout);
    const keys = [
      ...["ttft", "tpot", "latency"].flatMap((key) => ["mean", "p50", "p90", "p99"].map((each) => `${key}_${each}_s`)),
      ..."requests_per_s capacity_requests_per_s output_tokens_per_s utilisation batch_mean".split(" "),
      ..."kv_peak_bytes kv_capacity_bytes devices power_mean_W energy_per_request_J energy_per_output_token_J".split(
        " ",
      ),
      ..."energy_prefill_J energy_decode_J energy_idle_J carbon_per_request_kgCO2e".split(" "),
      ..."carbon_embodied_per_request_kgCO2e carbon_operational_per_request_kgCO2e".split(" "),
    ];
    const answer = json(first);
    for (const key of keys) expect(answer[key], key).toBeTypeOf("number");
    expect(answer).toMatchObject({ feasible: true, violations: [], bound_by: "dram" });
  });

  it("draws times and carbon over the load; points of the events where they are asked for", () => {
    const drawn = (...more: readonly string[]): string =>
      ecotile("service", "llama-3.2-1b", "h100", file, "--format", "svg", ...more).stdout;
    const [form, both] = [drawn(), drawn("--engine", "events")];
    for (const svg of [form, both]) {
      expect(svg).toMatch(/^<svg /);
      for (const text of ["first token", "per token", "embodied", "gCO2e a request", "load, requests/s"])
        expect(svg).toContain(text);
    }
    const marks = (svg: string): number => svg.split("<path").length;
    // Six loads of six lines.
    expect(marks(both) - marks(form)).toBe(36);
    expect(drawn()).toBe(form);
    const none = ecotile("service", "llama-3.1-70b", "h100", file, "--format", "svg");
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("no picture")]);
  });

  it("over capacity: exit 0; wrong use: exit 2", () => {
    const over = ecotile(
      "service",
      "llama-3.2-1b",
      "h100",
      file,
      "--set",
      "arrival.rate=1e5/s",
      "--engine",
      "steady",
      "--json",
    );
    expect(over.status).toBe(0);
    expect(json(over)).toMatchObject({ feasible: false, ttft_mean_s: null });
    for (const set of ["deployment.rate=1/s", "model.text.tokens=5", "parallel.tensor=3"])
      expect(ecotile("service", "llama-3.2-1b", "h100", file, "--set", set).status, set).toBe(2);
    expect(ecotile("service", "bert-tiny", "h100", file).stderr).toMatch(/takes a decoder/);
    expect(ecotile("service", "llama-3.2-1b", "h100", file, "--devices", "none").status).toBe(2);
  });
});
