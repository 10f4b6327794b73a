import { collectiveSeconds } from "../../../src/service/index.ts";
import type { Link } from "../../../src/spec/link.ts";

/** A measured all-reduce. */
export interface Measured {
  readonly devices: number;
  readonly bytes: number;
  readonly us: number;
}

/** s, s, s and B/s of a link, as `collectiveSeconds` takes them. */
export type Constants = Pick<Link, "latency" | "perDevice" | "twoShot" | "bandwidth">;

const FIRST: Constants = { latency: 5e-6, perDevice: 2e-7, twoShot: 1e-5, bandwidth: 250e9 };
const KEYS = ["latency", "perDevice", "twoShot", "bandwidth"] as const;

export const linkOf = (constants: Constants): Link => ({
  ...{ ...constants, efficiency: 1, energy: 0, topology: "switch", devices: 8, carbon: 0 },
});

/** Mean error of an all-reduce, as a share. */
export function errorOf(constants: Constants, rows: readonly Measured[]): number {
  const link = linkOf(constants);
  const errors = rows.map(({ devices, bytes, us }) =>
    Math.abs((1e6 * collectiveSeconds("all-reduce", devices, bytes, link)) / us - 1),
  );
  return errors.reduce((sum, each) => sum + each, 0) / errors.length;
}

/** The constants of the least mean error: pattern search over their logarithms (Hooke and Jeeves 1961), by steps of a factor that falls to 0.4 %. */
export function fitLink(rows: readonly Measured[]): Constants {
  let [best, least] = [FIRST, errorOf(FIRST, rows)];
  for (let round = 0; round < 3; round += 1)
    for (let step = 1; step > 0.004; step *= 0.6)
      for (let isBetter = true; isBetter;) {
        isBetter = false;
        for (const key of KEYS)
          for (const factor of [Math.exp(step), Math.exp(-step)]) {
            const next = { ...best, [key]: best[key] * factor };
            const error = errorOf(next, rows);
            if (error < least - 1e-7) [best, least, isBetter] = [next, error, true];
          }
      }
  return best;
}
