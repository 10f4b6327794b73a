/*
 * A larger buffer takes no mapping away: how often does a search find a slower one all the same? Every buffer of the presets in half octaves, from a quarter to
 * eight times its size, or from 1 KiB to 16 MiB, five shapes, for latency. `node bench/core/larger-buffers.mjs [own|all] [fast|thorough]`; build first
 * (`npm run setup`).
 */
import { createCore, simulateGemms } from "../../dist/src/sim/index.js";
import { listPresets, loadHardware } from "../../dist/src/spec/index.js";

const SHAPES = [
  [1, 197, 3072, 768],
  [1, 512, 512, 512],
  [12, 197, 197, 64],
  [1, 77, 2048, 512],
  [1, 1, 4096, 4096],
];

const [range = "own", effort = "fast"] = process.argv.slice(2);
const core = createCore();
const steps = [];
for (const preset of listPresets("hardware")) {
  const chip = loadHardware(preset);
  for (const level of ["localBuffer", "globalBuffer"]) {
    if (chip[level] === null) continue;
    const { size } = chip[level];
    const own = typeof size === "number" ? size : Math.max(size.input, size.weight, size.output);
    if (range === "own" && !Number.isFinite(own)) continue;
    const [least, octaves] = range === "own" ? [own / 4, 5] : [1024, 14];
    for (const [batch, m, n, k] of SHAPES) {
      let before = null;
      for (let octave = 0; octave <= octaves; octave += 0.5) {
        const bytes = Math.round(least * 2 ** octave);
        const changed = typeof size === "number" ? bytes : { input: bytes, weight: bytes, output: bytes };
        const hardware = { ...chip, [level]: { ...chip[level], size: changed } };
        const [result] = simulateGemms(hardware, [{ batch, m, n, k, sharedB: false }], { effort, energy: null, core });
        if (result?.kind !== "mapped") continue;
        const { cycles } = result.timing;
        if (before !== null)
          steps.push({ ratio: cycles / before, at: `${preset}, ${level} of ${bytes} B, ${[batch, m, n, k].join()}` });
        before = cycles;
      }
    }
  }
}
steps.sort((a, b) => b.ratio - a.ratio);
const over = (limit) => steps.filter(({ ratio }) => ratio > limit).length;
console.log(
  `${steps.length} steps, ${over(1.002)} slower by more than 0.2 %, ${over(1.02)} by more than 2 %; the worst:`,
);
for (const { ratio, at } of steps.slice(0, 5)) console.log(`  ${ratio.toFixed(4)}  ${at}`);
