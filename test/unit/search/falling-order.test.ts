import fc from "fast-check";
import { expect, test } from "vitest";
import { fallingOrder } from "../../../src/search/exact/falling-order.ts";

test("falling order is that of a comparator, ties in their own order", () => {
  const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), (list) => {
      const values = Float64Array.from(list, (each) => each + 0);
      const expected = list.map((_, i) => i).sort((i, j) => values[j]! - values[i]! || i - j);
      expect([...fallingOrder(values)]).toEqual(expected);
    }),
  );
});
