import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readYaml } from "../../../src/spec/index.ts";
import { exactSizeOf, readSearchStudy } from "../../../src/study/index.ts";

const published = readFileSync(new URL("../../../examples/clip-vit-b16.yaml", import.meta.url), "utf8");

const layers = (count: number, values: readonly number[]): string =>
  `{ ${Array.from({ length: count }, (_, i) => `${i + 1}: [${values.join(", ")}]`).join(", ")} }`;

const vision = `{ ffn: ${layers(12, [1536, 2304, 3072])}, heads: ${layers(12, [8, 12])} }`;
const decoder = `{ layers: [32], ffn: ${layers(32, [4096, 6144, 8192])}, heads: ${layers(32, [16, 32])} }`;

/** What an exact search took, start and report included, with one worker: CPU seconds and MiB. */
const MEASURED = [
  {
    name: "the published space",
    text: published,
    counts: { models: 1_071_875, options: 2_100, chips: 3_240 },
    ...{ seconds: 11, mebibytes: 340 },
  },
  {
    name: "12 vision layers apart",
    text: published.replace(/model\.vision:.*/, `model.vision: ${vision}`),
    counts: { models: 1_035_125, options: 2_058, chips: 3_240 },
    ...{ seconds: 14, mebibytes: 350 },
  },
  {
    name: "a decoder of 32 layers apart",
    text: published
      .replace("model: clip-vit-b16", "model: llama-3.2-1b")
      .replace("mode: carbon", "  dram.capacity: [3 GB]\nmode: carbon")
      .replace(/model\.text:.*\n.*/, `model.text: ${decoder}`)
      .replace("latency <= 50 ms", "latency <= 1000 s")
      .replace("clip-benchmark-mean", "lm-zero-shot-mean"),
    counts: { models: 18_513, options: 18_514, chips: 3_240 },
    ...{ seconds: 25, mebibytes: 580 },
  },
];

test.each(MEASURED)("$name: what exact is said to take is within a factor of two", ({ text, counts, ...measured }) => {
  const { size, estimate } = exactSizeOf(readSearchStudy(readYaml(text, "study.yaml"), { strategy: "exact" }));
  expect(size).toMatchObject(counts);
  for (const key of ["seconds", "mebibytes"] as const) {
    expect(estimate[key]).toBeGreaterThan(measured[key] / 2);
    expect(estimate[key]).toBeLessThan(measured[key] * 2);
  }
});
