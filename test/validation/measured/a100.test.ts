import { expect, it } from "vitest";
import { gemmRows, meanAbsoluteError, vectorRows } from "./rows.ts";

it("A100: GEMM latencies within 15 % of measured ones, in the mean", () => {
  expect(meanAbsoluteError("gemm", "a100", gemmRows())).toBeLessThanOrEqual(0.15);
});

it.each(["softmax", "layernorm", "gelu"] as const)(
  "A100: latencies of %s within 25 % of measured ones, in the mean",
  (primitive) => {
    expect(meanAbsoluteError(primitive, "a100", vectorRows(primitive))).toBeLessThanOrEqual(0.25);
  },
);
