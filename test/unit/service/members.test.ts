import { describe, expect, it } from "vitest";
import { footprintOf } from "../../../src/evaluate/index.ts";
import { partsOf } from "../../../src/service/members.ts";
import { runService, serviceOf, type ServiceAnswer } from "../../../src/service/index.ts";
import { loadHardware, loadModel, readYaml, specSetOf, type DecoderModel } from "../../../src/spec/index.ts";

const model = loadModel("llama-3.2-1b") as DecoderModel;
const specs = specSetOf({ hardware: loadHardware("jetson-orin"), model });
const UNLIMITED = "link: { bandwidth: 1000000 GB/s }";
/** 100 Mbit/s, as between boards on an old switch. */
const SLOW = "link: { bandwidth: 12.5 MB/s, latency: 1 ms, energy: 10 nJ/bit }";
const text = (parallel: string, server = "maxSequences: 1"): string =>
  `requests: { prompt: 200, output: 100 }\narrival: { rate: 0.5/h }\nserver: { ${server} }\n${parallel === "" ? "" : `parallel: { ${parallel} }\n`}`;
const run = (parallel: string, server?: string): ServiceAnswer =>
  runService(specs, serviceOf(readYaml(text(parallel, server), "members")), { engine: "steady" });
const layers = (link: string, first = 8, hardware = ""): string =>
  `members: [{ layers: ${first} }, { ${hardware}layers: ${16 - first} }], ${link}`;
const halves = (link: string): string => `members: [{ width: 50 % }, { width: 50 % }], ${link}`;

/** Bytes that each part holds. */
const heldBytes = (parallel: string, of = specs): readonly number[] => {
  const { members } = serviceOf(readYaml(text(parallel), "members"));
  return partsOf({ ...of, model: of.model as DecoderModel }, members!).map(({ specs: own, model: part, elsewhere }) => {
    const { hardware, deployment, schedule } = own;
    return footprintOf({ hardware, deployment, schedule, model: part }).needed.weights - elsewhere;
  });
};
const weightsOf = (of: DecoderModel): number => footprintOf({ ...specs, model: of }).needed.weights;

describe("layers on devices that differ", () => {
  const whole = run("");

  it("take as long as all of them on one where the link takes no time, and hold what one holds", () => {
    const split = run(layers(UNLIMITED, 5));
    expect(split.measured!.tpot.mean / whole.measured!.tpot.mean).toBeCloseTo(1, 2);
    expect(split.measured!.ttft.mean / whole.measured!.ttft.mean).toBeCloseTo(1, 1);
    expect(split.devices).toBe(2);
    const head = model.text.vocabulary * model.text.hidden * 2;
    const norms = 2 * model.text.hidden * 2;
    const [first, last] = heldBytes(layers(UNLIMITED, 5));
    // The head is the embedding, which both ends have.
    expect(Math.abs(first! + last! - weightsOf(model) - head)).toBeLessThanOrEqual(2 * norms);
    const llama = loadModel("llama-3-8b") as DecoderModel;
    const apart = heldBytes("members: [{ layers: 20 }, { layers: 12 }], link: { bandwidth: 1 GB/s }", {
      ...specs,
      model: llama,
    });
    expect((apart[0]! + apart[1]!) / weightsOf(llama)).toBeCloseTo(1, 5);
  });

  it("send a token's features and the token back: 100 Mbit/s", () => {
    const [fast, slow] = [run(layers(UNLIMITED)), run(layers(SLOW))];
    const seconds = (2048 * 2 + 4) / 12.5e6 + 2e-3;
    expect(slow.measured!.tpot.mean - fast.measured!.tpot.mean).toBeCloseTo(seconds, 5);
    // Features of 200 tokens of the prompt and 99 of the answer, and 100 tokens back: 10 nJ a bit.
    const bits = 8 * ((200 + 99) * 2048 * 2 + 100 * 4);
    const [a, b] = [fast.bill!.energy, slow.bill!.energy];
    expect((b.prefill! + b.decode! + b.idle! - (a.prefill! + a.decode! + a.idle!)) / (bits * 1e-8)).toBeCloseTo(1, 2);
  });

  it("a part on a quicker device is quicker; embodied carbon is the sum of the shares", () => {
    const mixed = run(layers(UNLIMITED, 8, "hardware: l4, "));
    expect(mixed.measured!.tpot.mean).toBeLessThan(run(layers(UNLIMITED)).measured!.tpot.mean);
    expect(run(layers(UNLIMITED, 2, "hardware: l4, ")).measured!.tpot.mean).toBeLessThan(mixed.measured!.tpot.mean);
    const [own, other] = mixed.bill!.shares;
    expect(own).toMatchObject({ hardware: "jetson-orin", devices: 1 });
    expect(other).toMatchObject({ hardware: "l4", devices: 1 });
    expect(own!.embodied).toBeCloseTo(whole.bill!.carbon.embodied!, 12);
    expect(mixed.bill!.carbon.embodied).toBeCloseTo(own!.embodied! + other!.embodied!, 15);
  });

  it("two batches under way keep both busy", () => {
    const [one, two] = [run(layers(UNLIMITED), "maxSequences: 1"), run(layers(UNLIMITED), "maxSequences: 2")];
    expect(two.capacity! / one.capacity!).toBeGreaterThan(1.5);
    expect(two.capacity! / one.capacity!).toBeLessThanOrEqual(2.0001);
  });
});

describe("sub-models side by side", () => {
  const whole = run("");

  it("of half the width have a quarter of the layers' weights, and join their features before the head", () => {
    const head = model.text.vocabulary * model.text.hidden * 2;
    const ofLayers = weightsOf(model) - head;
    const [first, second] = heldBytes(halves(UNLIMITED));
    // Each embeds in its own width; the first has the head. Norms are a half, not a quarter.
    expect((second! - head / 2) / ofLayers).toBeCloseTo(0.25, 2);
    expect(first! - second!).toBe(head);
    const split = run(halves(UNLIMITED));
    expect(split.measured!.tpot.mean).toBeLessThan(0.6 * whole.measured!.tpot.mean);
    const slow = run(halves(SLOW));
    // 1,024 features come, the token goes back.
    expect(slow.measured!.tpot.mean - split.measured!.tpot.mean).toBeCloseTo((1024 * 2 + 4) / 12.5e6 + 2e-3, 5);
  });

  it("one of the whole width is the model", () => {
    const mostly = run(`members: [{ width: 75 % }, { hardware: l4, width: 25 % }], ${UNLIMITED}`);
    expect(mostly.measured!.tpot.mean).toBeLessThan(whole.measured!.tpot.mean);
    expect(mostly.measured!.tpot.mean).toBeGreaterThan(run(halves(UNLIMITED)).measured!.tpot.mean);
  });
});

describe("members that cannot be", () => {
  it.each([
    [layers(UNLIMITED).replace("layers: 8 }]", "layers: 9 }]"), /have 17 layers in all, and llama-3.2-1b has 16/],
    ["members: [{ width: 50 % }, { width: 40 % }], link: { bandwidth: 1 GB/s }", /90 % of the width in all, not 100 %/],
    ["members: [{ width: 30 % }, { width: 70 % }], link: { bandwidth: 1 GB/s }", /no whole number of 32/],
    ["members: [{ width: 50 % }, { layers: 8 }], link: { bandwidth: 1 GB/s }", /all have layers, or all have a width/],
    ["members: [{ layers: 8 }, { layers: 8 }]", /need parallel.link/],
    [`tensor: 2, ${layers(UNLIMITED)}`, /of devices that are alike/],
    ["link: { bandwidth: 1 GB/s }", /parallel.link joins parallel.members/],
    [
      "members: [{ hardware: l4, layers: 8 }, { hardware: l4, layers: 8 }], link: { bandwidth: 1 GB/s }",
      /One of parallel.members has the hardware of the command/,
    ],
  ])("%s", (parallel, message) => {
    expect(() => run(parallel)).toThrow(message);
  });
});
