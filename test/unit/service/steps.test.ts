import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/evaluate/index.ts";
import { createRandom } from "../../../src/random/index.ts";
import { plantOf, type Plant } from "../../../src/service/plant.ts";
import { expectedTokens } from "../../../src/service/speculation.ts";
import { runService, serviceOf } from "../../../src/service/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  parseSetting,
  readYaml,
  specSetOf,
  type DecoderModel,
} from "../../../src/spec/index.ts";

const model = loadModel("llama-3-8b") as DecoderModel;
const specs = specSetOf({ hardware: loadHardware("h100"), model });
const CHAT = "requests: { prompt: 500, output: 100 }\narrival: { rate: 5/s }\n";

function plant(text = CHAT, ...settings: readonly string[]): Plant {
  const made = plantOf(applySettings(specs, settings.map(parseSetting), []), serviceOf(readYaml(text, "steps")));
  if ("reason" in made) throw new Error(made.reason);
  return made;
}

/** s of one decode step as `simulate` has it: `context` keys, the token's own among them. */
function simulated(batch: number, context: number): number {
  const result = evaluate({
    ...specs,
    model: { ...model, contextTokens: context - 2, generatedTokens: 1, text: { ...model.text, tokens: 1 } },
    deployment: { ...specs.deployment, batch },
    mapper: { objective: "latency", effort: "fast" },
  });
  if (result.kind !== "evaluated") throw new Error(result.detail);
  return result.operators
    .filter(({ phase }) => phase === "decode")
    .reduce(
      (sum, { count, cycles, launchCycles }) => sum + (count * (cycles + launchCycles)) / specs.hardware.clock,
      0,
    );
}

describe("a step of one device", () => {
  const { server } = plant();
  const decode = (batch: number, context: number): number => {
    const cost = { seconds: 0, joules: 0 };
    server.decode(cost, batch, context);
    return cost.seconds;
  };

  it.each([
    [1, 1024],
    [16, 1024],
    [64, 4096],
    [128, 512],
  ])("equals simulate at the nodes of its tables: %i sequences, %i keys", (batch, context) => {
    expect(decode(batch, context) / simulated(batch, context)).toBeCloseTo(1, 9);
  });

  it("is within 1 % of it in the mean between them, and 3 % at worst", { timeout: 400_000 }, () => {
    const random = createRandom(11);
    const errors = Array.from({ length: 40 }, () => {
      const batch = 1 + random.below(192);
      const context = 512 + random.below(Math.floor(400_000 / batch) - 512 > 6000 ? 6000 : 1400);
      return Math.abs(decode(batch, context) / simulated(batch, context) - 1);
    });
    const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    console.info(
      `40 steps: ${(100 * mean).toFixed(2)} % in the mean, ${(100 * Math.max(...errors)).toFixed(2)} % at worst`,
    );
    expect(mean).toBeLessThanOrEqual(0.01);
    expect(Math.max(...errors)).toBeLessThanOrEqual(0.03);
  });

  it("has its host added, or beside it but for perStep; the front end bounds it", () => {
    const alone = decode(64, 1024);
    const withHost = (...host: readonly string[]): number => {
      const cost = { seconds: 0, joules: 0 };
      plant(CHAT, ...host.map((each) => `runtime.host.${each}`)).server.decode(cost, 64, 1024);
      return cost.seconds;
    };
    expect(withHost("perStep=1 ms", "perSequence=10 us")).toBeCloseTo(alone + 1.64e-3, 9);
    expect(withHost("perStep=1 ms", "perSequence=10 us", "overlap=true")).toBeCloseTo(alone + 1e-3, 9);
    expect(withHost("perSequence=1 ms", "overlap=true")).toBeCloseTo(64e-3, 9);
    expect(withHost("tokensPerSecond=1000")).toBeCloseTo(64e-3, 9);
  });
});

describe("speculative decoding", () => {
  it("makes 1 + a + … + a^k tokens of a round", () => {
    expect(expectedTokens({ tokens: 3, acceptance: 0.5 })).toBe(1.875);
    expect(expectedTokens({ tokens: 4, acceptance: 1 })).toBe(5);
    expect(expectedTokens({ tokens: 4, acceptance: 0 })).toBe(1);
  });

  const speculative = (acceptance: number): string =>
    `${CHAT}server: { speculative: { draft: llama-3.2-1b, tokens: 4, acceptance: ${acceptance} } }\n`;
  const tpot = (text: string): number =>
    runService(specs, serviceOf(readYaml(text, "steps")), { engine: "steady" }).measured!.steady.tpot;

  it("is quicker where the draft is right, and slower where it never is", () => {
    const plain = tpot(CHAT);
    expect(tpot(speculative(0))).toBeGreaterThan(plain);
    expect(tpot(speculative(0.9))).toBeLessThan(0.8 * plain);
    expect(tpot(speculative(0.9))).toBeLessThan(tpot(speculative(0.6)));
  });

  const step = (server: Plant["server"], sequences: number): number => {
    const cost = { seconds: 0, joules: 0 };
    server.decode(cost, sequences, 1024);
    return cost.seconds;
  };
  const FREE = ["bandwidth=1000000 GB/s", "latency=0 s", "perDevice=0 s", "twoShot=0 s"].map((each) => `link.${each}`);

  it("stages divide the draft as the model: a round is as long where the link takes no time, but for the heads of a rotation", () => {
    const one = step(plant(speculative(0.7)).server, 16);
    const two = step(plant(`${speculative(0.7)}parallel: { pipeline: 2 }\n`, ...FREE).server, 16);
    expect(two / one).toBeGreaterThan(0.999);
    expect(two / one).toBeLessThan(1.3);
    expect(tpot(`${speculative(0.9)}parallel: { pipeline: 2 }\n`)).toBeLessThan(
      tpot(`${CHAT}parallel: { pipeline: 2 }\n`),
    );
  });

  it("groups of experts have the whole draft each, for their sequences", () => {
    const moe = { ...specs, model: loadModel("qwen3-30b-a3b") };
    const server = (text: string): Plant["server"] => {
      const made = plantOf(moe, serviceOf(readYaml(text, "steps")));
      if ("reason" in made) throw new Error(made.reason);
      return made.server;
    };
    const [plain, drafted] = [CHAT, speculative(0)].map((text) => server(`${text}parallel: { expert: 2 }\n`));
    const draft = plantOf({ ...specs, model: loadModel("llama-3.2-1b") }, serviceOf(readYaml(CHAT, "steps"))) as Plant;
    // Nothing is taken: a step is four of the draft, each with half of the sequences, and one of the model with five tokens a sequence.
    const least = step(plain!, 32) + 4 * step(draft.server, 16);
    expect(step(drafted!, 32)).toBeGreaterThan(least);
    expect(step(drafted!, 32)).toBeLessThan(3 * least);
    expect(drafted!.kvTokens).toBeLessThan(plain!.kvTokens);
  });

  it("the draft takes its part of the memory", () => {
    expect(plant(speculative(0.5)).server.kvTokens).toBeLessThan(plant().server.kvTokens);
    expect(() => tpot(speculative(0.5).replace("llama-3.2-1b", "bert-tiny"))).toThrow(/no decoder/);
  });
});

describe("what else a service may say", () => {
  it("quality follows the length of answers", () => {
    const score = (output: string): number | null => {
      const text = CHAT.replace("output: 100", `output: ${output}`);
      const spec = serviceOf(readYaml(`${text}quality: { outputTokens: [50, 150], score: [0.4, 0.8] }\n`, "steps"));
      return runService(specs, spec, { engine: "steady" }).quality;
    };
    expect(score("100")).toBeCloseTo(0.6, 12);
    expect(score("20")).toBeCloseTo(0.4, 12);
    expect(score("900")).toBeCloseTo(0.8, 12);
  });

  it.each([
    ["quality: { outputTokens: [1, 2], score: [1] }", /1 values for 2 lengths/],
    ["quality: { outputTokens: [2, 1], score: [1, 2] }", /must rise/],
  ])("%s is refused", (more, message) => {
    expect(() => serviceOf(readYaml(`${CHAT}${more}\n`, "steps"))).toThrow(message);
  });

  it("a shared prefix that is found is not computed again", () => {
    const ttft = (rate: number): number => {
      const text = `requests: { prompt: 4000, output: 100 }\narrival: { rate: 1/s }\n`;
      const server = `server: { prefix: { tokens: 3500, hitRate: ${rate} } }\n`;
      return runService(specs, serviceOf(readYaml(text + server, "steps")), { requests: 2000 }).measured!.ttft.mean;
    };
    const [never, often, always] = [ttft(0), ttft(0.5), ttft(1)];
    expect(always).toBeLessThan(0.4 * never);
    expect(often).toBeLessThan(never);
    expect(often).toBeGreaterThan(always);
  });
});
