import { createRandom } from "../../dist/src/random/index.js";
import { createCore, simulateGemms } from "../../dist/src/sim/index.js";
import * as abi from "../../dist/assembly/abi.js";
import { summary } from "../statistics.mjs";
import { distinctShapes, randomHardware } from "./problems.mjs";

const POINTS = 100;

/** One GEMM, mapping search included: distinct shapes of the published space × random published hardware, nothing cached. */
export function gemmSearch() {
  const shapes = distinctShapes();
  const random = createRandom(1);
  const lines = [];
  for (const objective of ["carbon", "latency"]) {
    const core = createCore();
    const microseconds = [];
    let scored = 0;
    let steps = 0;
    for (let i = 0; i < POINTS; i++) {
      const { hardware, energy } = randomHardware(random);
      for (const shape of shapes) {
        const start = process.hrtime.bigint();
        simulateGemms(hardware, [shape], { objective, energy, core });
        // The first points warm the module up.
        if (i >= 5) microseconds.push(Number(process.hrtime.bigint() - start) / 1e3);
        scored += core.results[abi.RES_SCORED];
        steps += core.results[abi.RES_STEPS];
      }
    }
    const total = microseconds.reduce((sum, each) => sum + each, 0) / 1e6;
    lines.push(
      `GEMM search, objective ${objective}, ${shapes.length} shapes × ${POINTS} hardware points: ${summary(microseconds, "us")}; ` +
        `${(microseconds.length / total).toFixed(0)} searches/s, ${(scored / total / 1e6).toFixed(2)} M candidates/s, ` +
        `${(steps / (shapes.length * POINTS)).toFixed(0)} tiles in the best mapping`,
    );
  }
  return lines;
}
