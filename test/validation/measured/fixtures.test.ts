import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { cellsOf, readMeasured } from "./rows.ts";

it.each([
  ["gelu_a100_fp16.csv", 10, "24302f3aa4627c029d9ff71ec3b3ebff85f67c5efd5dc9a449dcc887d5d8e4c7"],
  ["gemm_a100_fp16.csv", 10, "de81d89088a53b2e94287cb99554c539b5d70a5656d162d2e13a213e0e5f2440"],
  ["layernorm_a100_fp16.csv", 11, "80c85a91c6dca9ee6ce61f472fbb44a9bb9c9ddbd40f3ecae0dc9a8555d9bb49"],
  ["softmax_a100_fp16.csv", 11, "4536cef2b692f819e7d760a081626a19d86c00e06b43765573758628b5a44f37"],
  ["gelu_mi210_fp16.csv", 10, "cf8d39b570aee984580b449b583c49a2b7c355dbff3a3a21c7abfea7121fe42a"],
  ["gemm_mi210_fp16.csv", 11, "04bfdc7fb2c5950f92e396d21d7b8cc8fee8201190efa6a0b8dd2c0596fec6bf"],
  ["layernorm_mi210_fp16.csv", 11, "2d2c0a1858e71c871411eda5a1bcb8de3c604a9c51d8d767f3445209ef2d141c"],
  ["softmax_mi210_fp16.csv", 11, "a9846ab1a6925b56b9d20a4e7d573f77fee8f13b9a33c3fec9b5a28ff640c5d8"],
])("%s is the file that was copied, with %i rows", (file, rows, hash) => {
  expect(cellsOf(file)).toHaveLength(rows);
  expect(createHash("sha256").update(readMeasured(file)).digest("hex")).toBe(hash);
});
