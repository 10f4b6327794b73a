import { expect, it } from "vitest";
import { gemmRows, meanAbsoluteError, vectorRows } from "./rows.ts";

/** Largest mean error of the operators of eager PyTorch, measured and published with LLMCompass (ISCA 2024). */
it.each([
  ["a100", "gemm", 0.1],
  ["a100", "softmax", 0.115],
  ["a100", "layernorm", 0.1],
  ["a100", "gelu", 0.06],
  ["mi210", "gemm", 0.2],
  ["mi210", "softmax", 0.2],
  ["mi210", "layernorm", 0.2],
  ["mi210", "gelu", 0.2],
] as const)("%s: latencies of %s within %d of measured ones, in the mean", (device, kind, most) => {
  const rows = kind === "gemm" ? gemmRows(device) : vectorRows(kind, device);
  expect(meanAbsoluteError(kind, device, rows)).toBeLessThanOrEqual(most);
});
