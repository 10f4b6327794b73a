import { describe, expect, it } from "vitest";
import { simulateGemms, simulateMapping, type GemmProblem, type MappedGemm } from "../../../src/sim/index.ts";
import type { Hardware } from "../../../src/spec/hardware.ts";
import { listPresets, loadHardware } from "../../../src/spec/index.ts";
import { effort } from "../../oracle/cases.ts";

/**
 * A larger buffer takes no mapping away, so that a search that finds the best is never slower for it. Buffers of presets from 1 KiB to 16 MiB;
 * every second octave of some presets by default, every half octave of all of them with ECOTILE_PROPERTY_EFFORT=8. A weakness of the search, not
 * wanted: docs/model.md says how often it is slower (`node bench/core/larger-buffers.mjs`).
 */
const SHAPES = [
  [1, 197, 3072, 768],
  [1, 512, 512, 512],
  [12, 197, 197, 64],
  [1, 77, 2048, 512],
  [1, 1, 4096, 4096],
] as const;
const STEP = effort >= 8 ? 0.5 : 2;
const WORST = effort >= 8 ? 2 : 1.1;
const PRESETS =
  effort >= 8 ? listPresets("hardware") : ["zigzag-16x16", "tpu-v1", "catransformers-22nm", "timeloop-16x16"];

/** @param bytes  of each operand where the buffer is split */
function withSize(chip: Hardware, level: "localBuffer" | "globalBuffer", bytes: number): Hardware {
  const buffer = chip[level]!;
  const size = typeof buffer.size === "number" ? bytes : { input: bytes, weight: bytes, output: bytes };
  return { ...chip, [level]: { ...buffer, size } };
}

function search(chip: Hardware, problem: GemmProblem): MappedGemm | null {
  const [result] = simulateGemms(chip, [problem], { energy: null });
  return result?.kind === "mapped" ? result : null;
}

describe("a larger buffer", () => {
  const cases = PRESETS.flatMap((name) =>
    (["localBuffer", "globalBuffer"] as const)
      .filter((level) => loadHardware(name)[level] !== null)
      .map((level) => [name, level] as const),
  );
  it.each(cases)("%s, %s: is never much slower", (name, level) => {
    let worst = 1;
    for (const [batch, m, n, k] of SHAPES) {
      const problem = { batch, m, n, k, sharedB: false };
      let before: MappedGemm | null = null;
      for (let octave = 0; octave <= 14; octave += STEP) {
        const chip = withSize(loadHardware(name), level, Math.round(1024 * 2 ** octave));
        const found = search(chip, problem);
        if (before !== null) {
          const witness = simulateMapping(chip, problem, before.mapping) as MappedGemm;
          expect(witness.timing.cycles, "the same mapping").toBeLessThanOrEqual(before.timing.cycles);
          worst = Math.max(worst, found === null ? Infinity : found.timing.cycles / before.timing.cycles);
        }
        before = found ?? before;
      }
    }
    console.log(`${name}, ${level}: at worst ${worst.toFixed(4)} times slower`);
    expect(worst).toBeLessThanOrEqual(WORST);
  });
});
