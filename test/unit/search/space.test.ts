import { expect, test } from "vitest";
import { createSpace, neighbours, partSizes, pointKey, type Parameter } from "../../../src/search/space/index.ts";

const range = (from: number, to: number, step = 1) =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => from + i * step);

// The published CLIP space, design.md §10.
const published: Parameter[] = [
  { path: "model.text.layers", values: range(6, 12) },
  { path: "model.text.ffn", values: range(1024, 2048, 256) },
  { path: "model.text.hidden", values: range(256, 512, 64) },
  { path: "model.text.heads", values: range(4, 8) },
  { path: "model.vision.layers", values: range(6, 12) },
  { path: "model.vision.ffn", values: range(1536, 3072, 384) },
  { path: "model.vision.hidden", values: range(384, 768, 96) },
  { path: "model.vision.heads", values: range(6, 12) },
  { path: "cores", values: [1, 2, 4] },
  { path: "array.rows", values: [32, 64, 128, 256] },
  { path: "array.cols", values: [2, 4, 8, 16, 32, 64] },
  { path: "localBuffer.size", values: [65536, 131072, 262144, 524288, 1048576] },
  { path: "localBuffer.bandwidth", values: [32, 64, 128] },
  { path: "globalBuffer.size", values: ["2 MiB", "4 MiB", "8 MiB"] },
];

const conditional: Parameter[] = [
  { path: "kind", values: ["plain", "gated"] },
  { path: "gate", values: [1, 2, 3], when: { path: "kind", in: ["gated"] } },
  { path: "deep", values: [true, false], when: { path: "gate", in: [2, 3] } },
  { path: "free", values: [10, 20] },
];

test("the published space has 3,472,875,000 points in its known parts", () => {
  expect(createSpace(published).size).toBe(3_472_875_000n);
  const parts = partSizes(published, { text: ["model.text."], vision: ["model.vision."] }, "hardware");
  expect(parts).toEqual([
    { part: "text", size: 875n, parameterCount: 4 },
    { part: "vision", size: 1225n, parameterCount: 4 },
    { part: "hardware", size: 3240n, parameterCount: 6 },
  ]);
});

test("sizes beyond 2^53 stay exact and index to point and back", () => {
  const space = createSpace(range(1, 30).map((i) => ({ path: `p${i}`, values: range(0, 9) })));
  expect(space.size).toBe(10n ** 30n);
  const index = 123456789012345678901234567890n;
  expect(space.indexOf(space.genesAt(index))).toBe(index);
  expect(space.decode(space.genesAt(index))["p30"]).toBe(0);
});

test("conditions: only existing parameters count, every index is another point", () => {
  const space = createSpace(conditional);
  expect(space.size).toBe(2n + 1n * 2n + 2n * 2n * 2n);
  const keys = new Set<string>();
  for (let i = 0n; i < space.size; i += 1n) {
    const genes = space.genesAt(i);
    expect(space.indexOf(genes)).toBe(i);
    expect(space.encode(space.decode(genes))).toEqual(genes);
    keys.add(pointKey(space.decode(genes)));
  }
  expect(keys.size).toBe(12);
  expect(space.decode(space.genesAt(0n))).toEqual({ kind: "plain", free: 10 });
});

test("encode refuses what is outside the space and says why", () => {
  const space = createSpace(conditional);
  expect(() => space.encode({ kind: "plain", free: 10, gate: 1 })).toThrow("gate does not exist for this point");
  expect(() => space.encode({ kind: "gated", free: 10 })).toThrow("gate is missing");
  expect(() => space.encode({ kind: "plain", free: 11 })).toThrow("free is never 11");
  expect(() => space.encode({ kind: "plain", free: 10, hue: 1 })).toThrow("hue is not a parameter");
});

test("bad spaces are refused", () => {
  expect(() => createSpace([{ path: "a", values: [] }])).toThrow("a has no values");
  expect(() => createSpace([{ path: "a", values: [1, 1] }])).toThrow("a lists a value twice");
  expect(() =>
    createSpace([
      { path: "a", values: [1] },
      { path: "a", values: [2] },
    ]),
  ).toThrow("a is given twice");
  expect(() => createSpace([{ path: "a", values: [1], when: { path: "b", in: [1] } }])).toThrow("a depends on b");
});

test("neighbours step through ordered values, jump between others, and repair what depends on them", () => {
  const space = createSpace(conditional);
  const points = neighbours(space, space.encode({ kind: "gated", gate: 2, deep: true, free: 10 })).map(space.decode);
  expect(points).toEqual([
    { kind: "plain", free: 10 },
    { kind: "gated", gate: 1, free: 10 },
    { kind: "gated", gate: 3, deep: true, free: 10 },
    { kind: "gated", gate: 2, deep: false, free: 10 },
    { kind: "gated", gate: 2, deep: true, free: 20 },
  ]);
});

test("keys do not depend on the order of entries and tell types apart", () => {
  expect(pointKey({ a: 1, b: true })).toBe(pointKey({ b: true, a: 1 }));
  expect(pointKey({ a: 1 })).not.toBe(pointKey({ a: "1" }));
});
