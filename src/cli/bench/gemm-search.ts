import { createRandom } from "../../random/index.ts";
import { createCore, simulateGemms } from "../../sim/index.ts";
import { distinctShapes, publishedStudy, randomHardware } from "./problems.ts";
import { summary } from "./statistics.ts";

const POINTS = 100;
/** Points that warm the module up. */
const WARM = 5;

/** One GEMM, mapping search included: distinct shapes of the published space × random published hardware, nothing cached. */
export function gemmSearch(): readonly string[] {
  const study = publishedStudy();
  const shapes = distinctShapes(study);
  return (["carbon", "latency"] as const).map((objective) => {
    const random = createRandom(1);
    const core = createCore();
    const microseconds: number[] = [];
    let scored = 0;
    for (let point = 0; point < WARM + POINTS; point++) {
      const { hardware, energy } = randomHardware(random, study);
      for (const shape of shapes) {
        const start = process.hrtime.bigint();
        simulateGemms(hardware, [shape], { objective, energy, core });
        if (point < WARM) continue;
        microseconds.push(Number(process.hrtime.bigint() - start) / 1e3);
        scored += core.searchOf(0).scored;
      }
    }
    const seconds = microseconds.reduce((sum, each) => sum + each, 0) / 1e6;
    const rates = `${(microseconds.length / seconds).toFixed(0)} searches/s, ${(scored / seconds / 1e6).toFixed(2)} M candidates/s`;
    return `GEMM search, objective ${objective}, ${shapes.length} shapes × ${POINTS} hardware points: ${summary(microseconds, "us")}; ${rates}`;
  });
}
