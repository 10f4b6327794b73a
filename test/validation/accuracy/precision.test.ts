import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { BANDS } from "../../../src/accuracy/precision/form.ts";
import { storedPrice } from "../../../src/accuracy/precision/stored-price.ts";
import { fitPrecision, precisionRows } from "../../../src/accuracy/fit/precision/index.ts";
import { precisionTable } from "../../../src/accuracy/fit/precision/tables.ts";
import { bandOfRow, bySource, errorsOf, type Forecast } from "../../../src/accuracy/fit/precision/validate.ts";

// Losses by precision: whole sources held out, intervals from sources held out within the rest.

const rows = precisionRows();
let form: readonly Forecast[] = [];
let medians: readonly Forecast[] = [];
beforeAll(() => {
  ({ form, medians } = bySource(rows));
}, 120_000);

describe("losses of sources that were held out", () => {
  it("lie in 85 to 95 % of the intervals in all, and in 80 to 96 % in each band of bits", () => {
    expect(form.length).toBeGreaterThan(850);
    expect(errorsOf(form).coverage).toBeGreaterThan(0.85);
    expect(errorsOf(form).coverage).toBeLessThan(0.95);
    for (const band of BANDS) {
      const { coverage } = errorsOf(form.filter((one) => bandOfRow(one) === band));
      expect([band, coverage > 0.8 && coverage < 0.96]).toEqual([band, true]);
    }
  });

  it("are ranked, and better told than by a table of medians by family and bits", () => {
    const [ours, theirs] = [errorsOf(form), errorsOf(medians)];
    expect(ours.spearman).toBeGreaterThan(0.75);
    expect(ours.spearman).toBeGreaterThan(theirs.spearman + 0.1);
    expect(ours.percent!.score).toBeLessThan(theirs.percent!.score);
    expect(ours.perplexity!.score).toBeLessThan(theirs.perplexity!.score);
  });
});

describe("what is stored", () => {
  it("is what the table gives", () => {
    const [stored, fitted] = [storedPrice(), JSON.parse(JSON.stringify(fitPrecision())) as object];
    // exp and log of other platforms are the same bits; sums are those of this order.
    expect(fitted).toEqual(stored);
    expect(rows).toHaveLength(1278);
  }, 180_000);

  it("is what docs/accuracy.md shows", () => {
    const text = readFileSync(new URL("../../../docs/accuracy.md", import.meta.url), "utf8");
    expect(text).toContain(precisionTable({ form, medians }));
  });
});
