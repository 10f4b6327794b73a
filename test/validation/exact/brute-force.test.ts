import { expect, test } from "vitest";
import { bruteForce, enumerated, randomStudy } from "./subspace.ts";

/**
 * Random parts of the published space, every design evaluated by itself. The large run:
 * ECOTILE_SUBSPACES=24 ECOTILE_DESIGNS=10000 npx vitest run test/validation/exact
 */
const SUBSPACES = Number(process.env["ECOTILE_SUBSPACES"] ?? 6);
const DESIGNS = Number(process.env["ECOTILE_DESIGNS"] ?? 600);
const FIRST_SEED = Number(process.env["ECOTILE_SEED"] ?? 1);

/** Sums are made in another order: relative difference of one value. */
const ROUNDING = 1e-12;

const seeds = Array.from({ length: SUBSPACES }, (_, i) => FIRST_SEED + i);

test.each(seeds)(
  "sub-space %i: the exact front is that of brute force, point by point",
  async (seed) => {
    const study = randomStudy(seed, DESIGNS);
    const brute = bruteForce(study);
    for (const isBounded of [true, false]) {
      const { front, result } = await enumerated(study, isBounded);
      expect(result.coveredCount).toBe(brute.outcomes.length);
      expect(front.map(({ key }) => key).sort()).toEqual(brute.front.map(({ key }) => key).sort());
      const byKey = new Map(brute.front.map((design) => [design.key, design.values]));
      let worst = 0;
      for (const { key, values } of front)
        values.forEach((value, k) => {
          const other = byKey.get(key)![k]!;
          worst = Math.max(worst, Math.abs(value - other) / Math.abs(other));
        });
      expect(worst).toBeLessThan(ROUNDING);
    }
  },
  3_600_000,
);
