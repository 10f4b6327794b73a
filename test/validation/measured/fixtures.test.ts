import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { cellsOf, readMeasured } from "./rows.ts";

it.each([
  ["gelu_a100_fp16.csv", 10, "24302f3aa4627c029d9ff71ec3b3ebff85f67c5efd5dc9a449dcc887d5d8e4c7"],
  ["gemm_a100_fp16.csv", 10, "de81d89088a53b2e94287cb99554c539b5d70a5656d162d2e13a213e0e5f2440"],
  ["layernorm_a100_fp16.csv", 11, "80c85a91c6dca9ee6ce61f472fbb44a9bb9c9ddbd40f3ecae0dc9a8555d9bb49"],
  ["softmax_a100_fp16.csv", 11, "4536cef2b692f819e7d760a081626a19d86c00e06b43765573758628b5a44f37"],
])("%s is the file that was copied, with %i rows", (file, rows, hash) => {
  expect(cellsOf(file)).toHaveLength(rows);
  expect(createHash("sha256").update(readMeasured(file)).digest("hex")).toBe(hash);
});
