import { expect, test } from "vitest";
import { createRandom } from "../../../src/random/index.ts";

const take = (seed: number, ...streams: number[]) => {
  const random = createRandom(seed, ...streams);
  return Array.from({ length: 4 }, () => random.uint32());
};

test("the same seed and stream give the same numbers, others give others", () => {
  expect(take(1, 5)).toEqual(take(1, 5));
  const starts = new Set<string>();
  for (let seed = 0; seed < 40; seed += 1)
    for (let trial = 0; trial < 40; trial += 1) starts.add(take(seed, trial).join());
  expect(starts.size).toBe(1600);
  expect(take(1, 2, 3)).not.toEqual(take(1, 3, 2));
  expect(take(1)).not.toEqual(take(1, 0));
});

test("the numbers of a seed never change between versions", () => {
  expect(take(1)).toMatchInlineSnapshot(`
    [
      3314038723,
      1195724289,
      3751949849,
      613079718,
    ]
  `);
  expect(take(1, 7)).toMatchInlineSnapshot(`
    [
      1768593837,
      1267632667,
      370044650,
      3322383700,
    ]
  `);
});

test("below() reaches every value about equally often", () => {
  const random = createRandom(3);
  const counts = new Array<number>(6).fill(0);
  for (let i = 0; i < 60_000; i += 1) counts[random.below(6)]! += 1;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test("below() and belowBig() keep within large bounds and refuse bad ones", () => {
  const random = createRandom(4);
  for (let i = 0; i < 1000; i += 1) {
    expect(random.below(2 ** 40 + 1)).toBeLessThanOrEqual(2 ** 40);
    expect(random.belowBig(10n ** 30n)).toBeLessThan(10n ** 30n);
  }
  expect(random.below(1)).toBe(0);
  expect(() => random.below(0)).toThrow(RangeError);
  expect(() => random.below(1.5)).toThrow(RangeError);
  expect(() => createRandom(1.5)).toThrow(RangeError);
});

test("float() lies in [0, 1) with mean one half", () => {
  const random = createRandom(5);
  let sum = 0;
  for (let i = 0; i < 20_000; i += 1) {
    const value = random.float();
    expect(value >= 0 && value < 1).toBe(true);
    sum += value;
  }
  expect(sum / 20_000).toBeCloseTo(0.5, 2);
});

test("shuffle() reaches all orders about equally often and leaves its input alone", () => {
  const items = Object.freeze(["a", "b", "c"]);
  const counts = new Map<string, number>();
  const random = createRandom(6);
  for (let i = 0; i < 6000; i += 1) {
    const order = random.shuffle(items).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
});
