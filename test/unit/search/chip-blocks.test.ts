import { expect, test } from "vitest";
import { chipBlocks, chipBlocksInOneRound, secondLookBlock } from "../../../src/search/index.ts";

test.each([1, 3, 4, 5, 32, 33, 100, 3240])(
  "%i chips: every chip is in one block, numbers run from 0 on",
  (chipCount) => {
    for (const rounds of [chipBlocks(chipCount), chipBlocksInOneRound(chipCount)]) {
      const blocks = rounds.flat();
      expect(blocks.map(({ number }) => number)).toEqual(blocks.map((_, i) => i));
      expect(blocks.flatMap(({ chips }) => chips).sort((a, b) => a - b)).toEqual(
        Array.from({ length: chipCount }, (_, chip) => chip),
      );
      for (const { chips } of blocks) {
        expect(chips.length).toBeLessThanOrEqual(4);
        expect([...chips].sort((a, b) => a - b)).toEqual(chips);
      }
    }
  },
);

test("the blocks of format 1, which folders of runs hold", () => {
  const rounds = chipBlocks(300);
  expect(rounds.map((blocks) => blocks.length)).toEqual([3, 10, 64]);
  expect(rounds[0]).toEqual([
    { number: 0, chips: [0, 32, 64, 96] },
    { number: 1, chips: [128, 160, 192, 224] },
    { number: 2, chips: [256, 288] },
  ]);
  expect(rounds[1]![0]).toEqual({ number: 3, chips: [1, 9, 17, 25] });
  expect(rounds[2]![0]).toEqual({ number: 13, chips: [2, 3, 4, 5] });
  expect(secondLookBlock(rounds, 7)).toEqual({ number: 84, chips: [7] });
});
