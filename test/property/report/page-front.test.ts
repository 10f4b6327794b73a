import fc from "fast-check";
import { expect, test } from "vitest";
import { spreadOf } from "../../../src/report/page-front.ts";

/* What a page leaves out of a long front is near something that it holds, and it says how near. */

/** Small whole numbers make ties, zeros and both signs; a wide range makes decades. */
const coordinate = fc.oneof(
  fc.integer({ min: -3, max: 5 }),
  fc.double({ min: -9, max: 9, noNaN: true }).map((power) => 10 ** power),
);
const pointsOf = (value: fc.Arbitrary<number>, most: number) =>
  fc
    .integer({ min: 1, max: 4 })
    .chain((size) =>
      fc.array(fc.array(value, { minLength: size, maxLength: size }), { minLength: 1, maxLength: most }),
    );
const seed = Number(process.env["ECOTILE_PROPERTY_SEED"] ?? 20_261_130);

/** By its words: the difference as a share of the larger of the two, in the coordinate where that is most. */
const difference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((x, k) => (x === b[k] ? 0 : Math.abs(x - b[k]!) / Math.max(Math.abs(x), Math.abs(b[k]!)))));
/** The largest of all points' differences from the nearest of some. */
const shareOf = (points: readonly (readonly number[])[], places: readonly number[]): number =>
  Math.max(...points.map((point) => Math.min(...places.map((at) => difference(point, points[at]!)))));

test(`every point is as near a chosen one as the share says, and one no nearer (ECOTILE_PROPERTY_SEED=${seed})`, () => {
  fc.assert(
    fc.property(
      pointsOf(coordinate, 60),
      fc.array(fc.nat(), { maxLength: 4 }),
      fc.integer({ min: 1, max: 40 }),
      (points, raw, most) => {
        const given = raw.map((at) => at % points.length);
        const { places, share } = spreadOf(points, given, most);
        expect(share).toBe(shareOf(points, places));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        if (points.length <= most) {
          expect(places.length).toBe(points.length);
          return;
        }
        expect(places).toEqual(expect.arrayContaining(given));
        points[0]!.forEach((_, k) => {
          const [own, all] = [places.map((at) => points[at]![k]!), points.map((point) => point[k]!)];
          expect([Math.min(...own), Math.max(...own)]).toEqual([Math.min(...all), Math.max(...all)]);
        });
        const forced = new Set(given).size + 2 * points[0]!.length;
        expect(places.length).toBeLessThanOrEqual(Math.max(most, forced));
        // Fewer than may be only where nothing is left to tell apart.
        if (share > 0) expect(places.length).toBeGreaterThanOrEqual(most);
      },
    ),
    { seed, numRuns: 500 },
  );
});

test("the share is at most twice the least that as many freely chosen points could have", () => {
  const positive = fc.double({ min: -2, max: 2, noNaN: true }).map((power) => 10 ** power);
  fc.assert(
    fc.property(pointsOf(positive, 12), (points) => {
      const forced = spreadOf(points, [], 1).places;
      if (points.length <= forced.length + 2) return;
      const { share } = spreadOf(points, [], forced.length + 2);
      const pairs = points.flatMap((_, a) => points.map((__, b) => shareOf(points, [a, b])));
      expect(share).toBeLessThanOrEqual(2 * Math.min(...pairs) * (1 + 1e-12));
    }),
    { seed, numRuns: 300 },
  );
});
