import { expect, test } from "vitest";
import { chipBlocks, chipBlocksInOneRound, secondLookBlock } from "../../../src/search/index.ts";

test.each([1, 3, 4, 5, 32, 33, 100, 3240, 4097, 25_920])(
  "%i chips: every chip is in one block, numbers run from 0 on",
  (chipCount) => {
    for (const rounds of [chipBlocks(chipCount), chipBlocksInOneRound(chipCount)]) {
      const blocks = rounds.flat();
      expect(blocks.map(({ number }) => number)).toEqual(blocks.map((_, i) => i));
      expect(blocks.flatMap(({ chips }) => chips).sort((a, b) => a - b)).toEqual(
        Array.from({ length: chipCount }, (_, chip) => chip),
      );
      for (const { chips } of blocks) {
        expect(chips.length).toBeLessThanOrEqual(chipCount <= 4096 ? 4 : chipCount <= 16_384 ? 16 : 32);
        expect([...chips].sort((a, b) => a - b)).toEqual(chips);
      }
    }
  },
);

test("the blocks of format 2, which folders of runs hold", () => {
  const rounds = chipBlocks(300);
  expect(rounds.map((blocks) => blocks.length)).toEqual([2, 3, 9, 62]);
  expect(rounds[0]).toEqual([
    { number: 0, chips: [0, 38, 76, 114] },
    { number: 1, chips: [152, 190, 228, 266] },
  ]);
  expect(rounds[1]![0]).toEqual({ number: 2, chips: [1, 33, 66, 99] });
  expect(rounds[2]![0]).toEqual({ number: 5, chips: [2, 10, 18, 26] });
  expect(rounds[3]![0]).toEqual({ number: 14, chips: [3, 4, 5, 6] });
  expect(secondLookBlock(rounds, 7)).toEqual({ number: 83, chips: [7] });
});

test("of many chips the first round has no more than 8, and the second no more than 128", () => {
  for (const chipCount of [3240, 4096, 4097, 25_920]) {
    const [first, second] = chipBlocks(chipCount).map((blocks) => blocks.flatMap(({ chips }) => chips).length);
    expect(first).toBeLessThanOrEqual(8);
    expect(second).toBeLessThanOrEqual(128);
    expect(second).toBeGreaterThan(100);
  }
});
