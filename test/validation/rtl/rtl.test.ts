import { afterAll, describe, expect, it } from "vitest";
import type { Dataflow, PeArray } from "../../../src/spec/hardware.ts";
import { coreCycles } from "./core.ts";
import { foldsOf, paperCycles } from "./fold-times.ts";
import { missingTool, removePrograms, runRtl, type RtlCase } from "./harness.ts";

const seed = Number(process.env["ECOTILE_RTL_SEED"] ?? 20_250_607);
const casesPerVariant = 5;
const arraySizes = [
  [4, 4],
  [3, 5],
  [8, 3],
  [2, 7],
  [6, 6],
  [1, 4],
  [5, 1],
  [8, 8],
] as const;

interface Variant {
  readonly dataflow: Dataflow;
  readonly overlap: PeArray["overlap"];
  readonly skew: PeArray["skew"];
  readonly drain: PeArray["drain"];
}

const variants: Variant[] = [];
for (const dataflow of ["weight-stationary", "input-stationary", "output-stationary"] as const)
  for (const overlap of ["none", "weights", "folds"] as const)
    for (const skew of ["full-array", "edge-aware"] as const)
      for (const drain of dataflow === "output-stationary" ? (["shadow", "shift"] as const) : (["shadow"] as const))
        variants.push({ dataflow, overlap, skew, drain });

/** Mulberry32: whole numbers in [low, high]. */
function randomIntegers(start: number): (low: number, high: number) => number {
  let state = start >>> 0;
  return (low, high) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return low + Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * (high - low + 1));
  };
}

/** Held dimensions up to two and a half arrays, so that remainder folds are common; streams from one word up. */
function drawCase(variant: Variant, random: (low: number, high: number) => number): RtlCase {
  const [rows, cols] = arraySizes[random(0, arraySizes.length - 1)]!;
  const down = random(1, Math.ceil(2.5 * rows));
  const across = random(1, Math.ceil(2.5 * cols));
  const length = random(0, 2) === 0 ? random(1, 4) : random(1, 24);
  const [m, n, k] = {
    "weight-stationary": [length, across, down] as const,
    "input-stationary": [across, length, down] as const,
    "output-stationary": [down, across, length] as const,
  }[variant.dataflow];
  return { ...variant, rows, cols, m, n, k, seed: random(1, 1_000_000) };
}

function nameOf(problem: RtlCase): string {
  const { rows, cols, m, n, k } = problem;
  return `${rows}x${cols} m=${m} n=${n} k=${k} seed=${problem.seed}`;
}

const missing = missingTool();

afterAll(removePrograms);

it("Icarus Verilog is installed", (test) => {
  if (missing === null) return;
  expect(process.env["ECOTILE_REQUIRE_TOOLS"], `RTL validation cannot run: ${missing}`).not.toBe("1");
  console.warn(`RTL validation skipped: ${missing}`);
  test.skip(missing);
});

describe.skipIf(missing !== null)(`systolic arrays in Verilog (ECOTILE_RTL_SEED=${seed})`, () => {
  describe.each(variants.map((variant, index) => ({ ...variant, index })))(
    "$dataflow, overlap $overlap, $skew, drain $drain",
    ({ index, ...variant }) => {
      const random = randomIntegers(seed + index);
      it.each(
        Array.from({ length: casesPerVariant }, () => drawCase(variant, random)).map((problem) => ({
          problem,
          name: nameOf(problem),
        })),
      )("$name", ({ problem }) => {
        const rtl = runRtl(problem);
        expect(rtl.productIsRight).toBe(true);
        expect(rtl.cycles, "RTL against the formula on paper").toBe(paperCycles(problem));
        expect(coreCycles(problem), "simulator core against RTL").toBe(rtl.cycles);
      });
    },
  );
});

const weightStationary: RtlCase = {
  dataflow: "weight-stationary",
  rows: 6,
  cols: 4,
  m: 2,
  n: 7,
  k: 15,
  overlap: "folds",
  skew: "edge-aware",
  drain: "shadow",
  seed,
};
const outputStationary: RtlCase = { ...weightStationary, dataflow: "output-stationary", m: 15, k: 2, drain: "shift" };

describe.skipIf(missing !== null)("what the Verilog bench notices", () => {
  it.each([
    ["a load that is still on its way", weightStationary],
    ["a stream that has not ended", { ...weightStationary, m: 12 }],
    ["results that are still being shifted out", outputStationary],
    ["operands that are still entering", { ...outputStationary, k: 12 }],
  ] as const)("a fold that starts one cycle too early: %s", (_, problem) => {
    expect(runRtl(problem).productIsRight).toBe(true);
    expect(runRtl(problem, { hurry: 1 }).productIsRight).toBe(false);
  });

  it("a next load that starts with the present stream is hidden behind all but the shortest part-filled folds", () => {
    const problem: RtlCase = { ...weightStationary, overlap: "weights", m: 1, n: 5, k: 7 };
    const folds = foldsOf(problem);
    const spans = folds.map((fold) => fold.length + fold.rows + fold.cols - 2);
    const late = spans.map((span, index) => (index + 1 < spans.length ? Math.max(span, problem.rows) : span));
    const expected = problem.rows + late.reduce((total, span) => total + span, 0);
    expect(runRtl(problem, { lateLoad: true })).toMatchObject({ cycles: expected, productIsRight: true });
    expect(paperCycles(problem)).toBeLessThan(expected);
  });

  it("results that share a column's exit when streams are shorter than the column (drain by shadow)", () => {
    const short = runRtl({ ...outputStationary, drain: "shadow", k: 2 });
    const long = runRtl({ ...outputStationary, drain: "shadow", k: 6 });
    expect([short.peakResultsPerColumn, long.peakResultsPerColumn]).toEqual([Math.ceil(6 / 2), 1]);
  });
});
