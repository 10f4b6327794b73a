import { describe, expect, it } from "vitest";
import { cellsOf } from "../../../src/cli/width.ts";

describe("cells of a terminal", () => {
  it.each([
    ["", 0],
    ["gCO2e/kWh ± 5 %", 15],
    ["日本語", 6],
    ["ＡＢ", 4],
    ["한국", 4],
    ["cafe\u0301", 4],
    ["a\u200db", 2],
    ["😀", 2],
    ["≤ 5 µm² → 1/2 – …", 17],
  ])("%s takes %d", (text, cells) => {
    expect(cellsOf(text)).toBe(cells);
  });
});
