import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  formatQuantity,
  formatRate,
  formatSize,
  parseBandwidth,
  parseQuantity,
  toRate,
  UNIT_TABLES,
  type QuantityKind,
} from "../../../src/units/index.ts";

describe("format", () => {
  it("chooses the unit that people would", () => {
    expect(formatSize(65536)).toBe("64 KiB");
    expect(formatSize(1e9)).toBe("1 GB");
    expect(formatSize(1537)).toBe("1537 B");
    expect(formatSize(0)).toBe("0 B");
    expect(formatSize(Infinity)).toBe("unlimited");
    expect(formatQuantity(0.05, "time")).toBe("50 ms");
    expect(formatQuantity(94608000, "time")).toBe("3 years");
    expect(formatQuantity(0.123456, "mass")).toBe("123.5 gCO2e");
    expect(formatQuantity(0, "energy")).toBe("0 J");
  });
});

describe("reading what was formatted", () => {
  it("gives back any size exactly", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseQuantity(formatSize(bytes), "size")).toEqual({ ok: true, value: bytes });
      }),
    );
  });

  it("gives back any rate exactly", () => {
    const part = fc.integer({ min: 1, max: 1_000_000 });
    fc.assert(
      fc.property(part, part, (bytes, cycles) => {
        const read = (text: string) => {
          const parsed = parseBandwidth(text);
          return parsed.ok ? toRate(parsed.value, 1e9) : undefined;
        };
        const rate = read(`${bytes}/${cycles} B/cycle`)!;
        expect(rate.bytes * cycles).toBe(rate.cycles * bytes);
        expect(read(formatRate(rate))).toEqual(rate);
      }),
    );
  });

  it("gives back any quantity to 15 digits", () => {
    const kinds = (Object.keys(UNIT_TABLES) as QuantityKind[]).filter((kind) => kind !== "cycles");
    const value = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), value, (kind, number) => {
        const parsed = parseQuantity(formatQuantity(number, kind, 17), kind);
        expect(parsed.ok && Math.abs(parsed.value / number - 1)).toBeLessThan(1e-14);
      }),
    );
  });

  it("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseBandwidth(text);
        for (const kind of Object.keys(UNIT_TABLES) as QuantityKind[]) parseQuantity(text, kind);
      }),
    );
  });
});
