import { describe, expect, it } from "vitest";
import { boundedRidge } from "../../../src/accuracy/fit/solve.ts";
import { conformalHalfWidth, spearman } from "../../../src/accuracy/fit/statistics.ts";

describe("bounded ridge", () => {
  it("finds the line through points on a line", () => {
    const [a, b] = boundedRidge(
      [
        [1, 0],
        [1, 1],
        [1, 2],
      ],
      [3, 5, 7],
      [0, 0],
      [false, true],
    );
    expect(a).toBeCloseTo(3, 12);
    expect(b).toBeCloseTo(2, 12);
  });

  it("holds a coefficient at zero that would be negative", () => {
    const [a, b] = boundedRidge(
      [
        [1, 0],
        [1, 1],
        [1, 2],
      ],
      [7, 5, 3],
      [0, 0],
      [false, true],
    );
    expect(a).toBeCloseTo(5, 12);
    expect(b).toBe(0);
  });

  it("shrinks by the penalty: minimise (2 - w)² + w²", () => {
    expect(boundedRidge([[1]], [2], [1], [false])[0]).toBeCloseTo(1, 12);
  });
});

describe("statistics", () => {
  it("ranks, ties sharing their rank", () => {
    expect(spearman([1, 2, 3, 4], [10, 20, 30, 40])).toBe(1);
    expect(spearman([1, 2, 3], [3, 2, 1])).toBe(-1);
    expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
    expect(spearman([1, 1], [1, 2])).toBe(0);
  });

  it("takes the ninth of nine errors, and more than the largest of four", () => {
    expect(conformalHalfWidth([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBeCloseTo(9 * 1.15, 12);
    expect(conformalHalfWidth([1, 2, 3, 4])).toBeCloseTo(8 * 1.15, 12);
  });
});
