import { describe, expect, it } from "vitest";
import { parseReply } from "../../../src/accuracy/command/protocol.ts";

const reply = (accuracy: number, low: number, high: number) =>
  parseReply(JSON.stringify({ id: 7, accuracy, low, high }), "mine");

describe("a reply of an accuracy program", () => {
  const rule = '"accuracy", "low" and "high" must be fractions from 0 to 1 with low <= accuracy <= high';

  it("is taken in fractions", () => {
    expect(reply(0.5, 0.4, 0.6)).toEqual({
      id: 7,
      estimate: { accuracy: 0.5, low: 0.4, high: 0.6, metric: "mine", extrapolation: [], nearest: "" },
    });
  });

  it("of samples is their mean, with Student's interval of it", () => {
    // t of 2 degrees of freedom, 95 %: 2.920; s = 0.01.
    const half = (2.92 * 0.01) / Math.sqrt(3);
    const read = parseReply(JSON.stringify({ id: 7, samples: [0.47, 0.48, 0.49] }), "mine");
    expect(read).toMatchObject({ id: 7, estimate: { accuracy: 0.48 } });
    if (!("estimate" in read)) throw new Error("a failure");
    expect(read.estimate.low).toBeCloseTo(0.48 - half, 5);
    expect(read.estimate.high).toBeCloseTo(0.48 + half, 5);
    for (const samples of [[0.5], [50, 51], "0.5", [0.5, null]])
      expect(() => parseReply(JSON.stringify({ id: 7, samples }), "mine")).toThrow(/list of two fractions/);
  });

  it.each<readonly [readonly [number, number, number], string]>([
    [[50, 40, 60], "; did you mean 0.5?"],
    [[52.7, 50, 55], "; did you mean 0.527?"],
    [[0.5, 0.6, 0.7], ""],
    [[500, 400, 600], ""],
    [[-3, -4, -2], ""],
  ])("%j is refused", ([accuracy, low, high], hint) => {
    const line = JSON.stringify({ id: 7, accuracy, low, high });
    expect(() => reply(accuracy, low, high)).toThrow(`the program wrote "${line}", but ${rule}${hint}`);
  });
});
