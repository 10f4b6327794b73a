import { expect, test } from "vitest";
import { nextUint32, splitmix64 } from "../../../src/random/index.ts";

// Outputs of the authors' C code (xoshiro128starstar.c, splitmix64.c), compiled with gcc 12.
test("xoshiro128** gives the outputs of the reference code for state 1, 2, 3, 4", () => {
  const state = Uint32Array.of(1, 2, 3, 4);
  expect(Array.from({ length: 10 }, () => nextUint32(state))).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ]);
});

test("xoshiro128** agrees with the reference code after a thousand steps from a state with high bits", () => {
  const state = Uint32Array.of(0xdeadbeef, 0x9e3779b9, 0xffffffff, 0x80000000);
  const outputs = Array.from({ length: 1000 }, () => nextUint32(state));
  expect(outputs.slice(995)).toEqual([2295847401, 412330945, 839744527, 222474224, 639131753]);
});

test("SplitMix64 gives the outputs of the reference code", () => {
  expect(splitmix64(1234567n, 5)).toEqual([
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
  expect(splitmix64(0n, 3)).toEqual([0xe220a8397b1dcdafn, 0x6e789e6aa1b965f4n, 0x06c45d188009454fn]);
});
