import { describe, expect, it } from "vitest";
import { exp, expm1, log, power, powerOfTwo, square } from "../../../src/math/index.ts";
import { createRandom } from "../../../src/random/index.ts";
import { errorInLastPlaces, exactExp, exactExpm1, exactLog, exactPower, type Binary } from "../../oracle/elementary.ts";

const SEED = 20;
const COUNT = 2000;

/** The largest error over arguments from a seeded stream, in units in the last place, and where. */
function worst(
  streamOf: number,
  draw: (uniform: (from: number, to: number) => number) => readonly number[],
  found: (...at: number[]) => number,
  exact: (...at: number[]) => Binary,
): { readonly error: number; readonly at: readonly number[] } {
  const random = createRandom(SEED, streamOf);
  const uniform = (from: number, to: number): number => from + (to - from) * random.float();
  let result = { error: 0, at: [] as readonly number[] };
  for (let i = 0; i < COUNT; i += 1) {
    const at = draw(uniform);
    const error = errorInLastPlaces(found(...at), exact(...at));
    if (!(error <= result.error)) result = { error, at };
  }
  return result;
}

describe("errors against rational arithmetic, in units in the last place", () => {
  it.each([
    ["wherever it is a normal double", -708.3, 709.78, 0.52],
    ["around 0", -1, 1, 0.52],
    ["in one step of the table", -0.006, 0.006, 0.52],
    ["where it is subnormal, and rounded twice", -745.13, -708.4, 0.76],
  ])("exp %s", (_, from, to, bound) => {
    expect(worst(1, (uniform) => [uniform(from, to)], exp, exactExp).error).toBeLessThan(bound);
  });

  it.each([
    ["by its series", -0.3, 0.3, 0.9],
    ["next to its series", 0.3, 0.4, 0.8],
    ["below 0", -2, -0.3, 0.8],
    ["of all sizes", -40, 100, 0.8],
  ])("expm1 %s", (_, from, to, bound) => {
    expect(worst(2, (uniform) => [uniform(from, to)], expm1, exactExpm1).error).toBeLessThan(bound);
  });

  const sizes = (least: number, most: number) => (uniform: (from: number, to: number) => number) => [
    powerOfTwo(Math.floor(uniform(least, most))) * uniform(1, 2),
  ];

  it("expm1 of tiny arguments, where exp(x) − 1 has few right digits", () => {
    expect(worst(3, sizes(-150, -2), expm1, exactExpm1).error).toBeLessThan(0.9);
  });

  it("log of doubles of all sizes, subnormal ones too", () => {
    expect(worst(4, sizes(-1074, 1024), log, exactLog).error).toBeLessThan(0.52);
  });

  it("log near 1, where it is small", () => {
    expect(worst(5, (uniform) => [uniform(0.99, 1.01)], log, exactLog).error).toBeLessThan(0.52);
    const nearer = (uniform: (from: number, to: number) => number): number[] => [
      1 + powerOfTwo(Math.floor(uniform(-52, -6))) * uniform(-1, 1),
    ];
    expect(worst(6, nearer, (x) => (x === 1 ? 0 : log(x)), exactLog).error).toBeLessThan(0.52);
  });

  it("log on both sides of where the table goes from one row to the next", () => {
    const edges = (uniform: (from: number, to: number) => number): number[] => [
      ((Math.floor(uniform(91, 181)) + 0.5) / 128) * (1 + powerOfTwo(-50) * Math.floor(uniform(-2, 3))),
    ];
    expect(worst(7, edges, log, exactLog).error).toBeLessThan(0.52);
  });

  it("power, of every base, wherever it is a normal double", () => {
    const draw = (uniform: (from: number, to: number) => number): number[] => {
      const [base] = sizes(-1074, 1024)(uniform);
      return [base!, uniform(-708, 709) / Math.abs(log(base!))];
    };
    expect(worst(8, draw, power, exactPower).error).toBeLessThan(0.52);
  });

  it("power of a base near 1 and a large exponent, where the last bits of the logarithm count", () => {
    const draw = (uniform: (from: number, to: number) => number): number[] => {
      const base = 1 + powerOfTwo(Math.floor(uniform(-52, -3))) * uniform(0.5, 1);
      return [base, uniform(-708, 709) / log(base)];
    };
    expect(worst(9, draw, power, exactPower).error).toBeLessThan(0.52);
  });
});

describe("special values", () => {
  it.each([
    [exp(0), 1],
    [exp(1), Math.E],
    [exp(Infinity), Infinity],
    [exp(-Infinity), 0],
    [exp(NaN), NaN],
    [exp(709.782712893384), 1.7976931348622732e308],
    [exp(709.79), Infinity],
    [exp(1e300), Infinity],
    [exp(-745.1332191019411), 5e-324],
    [exp(-745.2), 0],
    [exp(-746.5), 0],
    [expm1(0), 0],
    [expm1(Infinity), Infinity],
    [expm1(-Infinity), -1],
    [expm1(NaN), NaN],
    [expm1(5e-324), 5e-324],
    [log(1), 0],
    [log(0), -Infinity],
    [log(-0), -Infinity],
    [log(Infinity), Infinity],
    [log(-1), NaN],
    [log(NaN), NaN],
    [log(2), Math.LN2],
    [log(10), Math.LN10],
    [power(0, 2), 0],
    [power(0, -2), Infinity],
    [power(0, 0), 1],
    [power(Infinity, 2), Infinity],
    [power(Infinity, -2), 0],
    [power(1, Infinity), 1],
    [power(2, Infinity), Infinity],
    [power(2, -Infinity), 0],
    [power(0.5, Infinity), 0],
    [power(NaN, 0), 1],
    [power(NaN, 1), NaN],
    [power(2, NaN), NaN],
    [power(-8, 2), NaN],
    [power(3, 1e-320), 1],
    [power(2, 1024), Infinity],
    [power(2, -1080), 0],
    [power(4, 0.5), 2],
    [square(-3), 9],
  ])("%d is %d", (found, expected) => {
    expect(found).toBe(expected);
  });

  it("whole powers that a double holds are exact", () => {
    for (let exponent = -1074; exponent <= 1023; exponent += 1) expect(power(2, exponent)).toBe(powerOfTwo(exponent));
    for (let exponent = 0; exponent <= 22; exponent += 1) expect(power(10, exponent)).toBe(Number(`1e${exponent}`));
  });

  it("logistic curves made of them rise, and powers of two are what halving and doubling give", () => {
    for (let x = -40; x < 40; x += 0.37) expect(1 / (1 + exp(-x))).toBeLessThanOrEqual(1 / (1 + exp(-x - 0.37)));
    expect(powerOfTwo(-1074)).toBe(Number.MIN_VALUE);
    expect(powerOfTwo(1023) * 2).toBe(Infinity);
    expect(powerOfTwo(53)).toBe(Number.MAX_SAFE_INTEGER + 1);
  });
});

it("the same bits everywhere: a sum over all functions, written down once", () => {
  const random = createRandom(SEED, 100);
  const view = new DataView(new ArrayBuffer(8));
  let hash = 0n;
  const note = (value: number): void => {
    view.setFloat64(0, value);
    hash = BigInt.asUintN(64, (hash ^ view.getBigUint64(0)) * 0x100000001b3n);
  };
  for (let i = 0; i < 5000; i += 1) {
    const x = random.float();
    note(exp(1490 * x - 745));
    note(expm1(4 * x - 2));
    note(log(powerOfTwo(random.below(2000) - 1000) * (1 + x)));
    note(power(0.5 + x, 20 * random.float() - 10));
  }
  expect(hash.toString(16)).toBe("432ef3bb96c5963b");
});
