import { log } from "../math/index.ts";
import { createRandom } from "../random/index.ts";
import type { Series } from "../spec/series.ts";

/**
 * A forecast with independent normal noise in each slot (Wiesner et al., "Let's Wait Awhile", 2021): the error of a slot is of standard
 * deviation `share` × the mean of the series. Values below 0 become 0.
 *
 * @param stream which series of the plan it is, so that regions err apart
 */
export function withNoise(series: Series, share: number, seed: number, stream: number): Series {
  const { values } = series;
  const random = createRandom(seed, stream);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = share * mean;
  // Marsaglia's polar method: two normal numbers from a point in the unit circle.
  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const [x, y] = [2 * random.float() - 1, 2 * random.float() - 1];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
  return { ...series, values: values.map((value) => Math.max(0, value + deviation * normal())) };
}
