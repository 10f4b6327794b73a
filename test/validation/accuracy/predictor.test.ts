import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { errorTable, familyTable } from "../../../src/accuracy/fit/error-table.ts";
import { fitAll } from "../../../src/accuracy/fit/index.ts";
import { parseTable } from "../../../src/accuracy/fit/observation.ts";
import { createPredictor, modelFromRow } from "../../../src/accuracy/index.ts";
import { storedFits, tableText, type StoredFit } from "../../../src/accuracy/stored-fit.ts";
import { fullText, fullVision, prunedClip } from "../../fixtures/accuracy/models.ts";

let fits: readonly StoredFit[] = [];
beforeAll(() => {
  fits = fitAll();
}, 120_000);

/** Equal but for numbers, which may differ by 1e-9 of their size: exp and log differ in their last bits between platforms. */
function expectSame(actual: unknown, expected: unknown, path = ""): void {
  if (typeof actual === "number" && typeof expected === "number") {
    expect(Math.abs(actual - expected), path).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
  } else if (typeof actual === "object" && actual !== null && typeof expected === "object" && expected !== null) {
    expect(Object.keys(actual), path).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(actual)) {
      expectSame(value, (expected as Record<string, unknown>)[key], `${path}.${key}`);
    }
  } else expect(actual, path).toBe(expected);
}

describe("the stored coefficients", () => {
  it("are what the tables give", () => {
    expectSame(JSON.parse(JSON.stringify(fits)), [...storedFits().values()]);
  });

  it.each([
    ["clip.csv", 112],
    ["vit.csv", 96],
    ["bert.csv", 4],
    ["decoder.csv", 445],
  ])("rest on every row of %s", (table, rows) => {
    expect(parseTable(tableText(table))).toHaveLength(rows);
  });
});

describe("cross-validated error, models held out by training run", () => {
  // metric, MAE in points, Spearman within a family, coverage of the 90 % interval: no worse than these.
  it.each([
    ["clip-benchmark-mean", 1.3, 0.92, 0.9],
    ["openclip-mean-38", 1.6, 0.91, 0.9],
    ["imagenet-1k-zero-shot", 1.5, 0.95, 0.9],
    ["imagenet-1k", 0.8, 0.95, 0.9],
    ["lm-zero-shot-mean", 2.0, 0.95, 0.9],
  ])("%s", (metric, mae, rank, coverage) => {
    const { crossValidation } = storedFits().get(metric)!;
    expect(crossValidation.maePoints).toBeLessThan(mae);
    expect(crossValidation.spearmanWithinFamily).toBeGreaterThan(rank);
    expect(crossValidation.coverage).toBeGreaterThanOrEqual(coverage);
  });
});

describe("docs/accuracy.md", () => {
  it("shows the errors as they are", () => {
    const text = readFileSync(new URL("../../../docs/accuracy.md", import.meta.url), "utf8");
    expect(text).toContain(errorTable([...storedFits().values()]));
    expect(text).toContain(familyTable(storedFits().get("clip-benchmark-mean")!));
    expect(text).toContain(familyTable(storedFits().get("imagenet-1k-zero-shot")!));
  });
});

describe("CATransformers, table 3", () => {
  const predictor = createPredictor("clip-benchmark-mean");
  const rows = parseTable(tableText("clip.csv")).filter(({ family }) => /^CarbonCLIP/.test(family!));

  it("has the four published models within 1.5 points, in their order", () => {
    const predicted = rows.map((row) => {
      const read = modelFromRow(row);
      if (read.kind === "problems") throw new Error("row");
      const { accuracy, low, high } = predictor.evaluate(read.model);
      expect(Math.abs(accuracy - Number(row["clip_benchmark_mean"]))).toBeLessThan(0.015);
      expect(Number(row["clip_benchmark_mean"])).toBeGreaterThan(low);
      expect(Number(row["clip_benchmark_mean"])).toBeLessThan(high);
      return accuracy;
    });
    expect(predicted).toEqual([...predicted].sort((a, b) => a - b));
    const full = predictor.evaluate(prunedClip(fullText, fullVision)).accuracy;
    expect(full).toBeGreaterThan(predicted.at(-1)!);
    expect(Math.abs(full - 0.532)).toBeLessThan(0.008);
  });
});

describe("CATransformers, table 11: proxy accuracy of five pruned shapes before fine-tuning", () => {
  it("ranks them alike but for one pair", () => {
    const text = (layers: number, ffn: number, hidden: number, heads: number) => ({ layers, ffn, hidden, heads });
    const published = [
      [text(6, 1024, 512, 6), text(6, 1536, 672, 6)],
      [text(6, 2048, 512, 8), text(9, 3072, 768, 6)],
      [text(6, 2048, 512, 6), text(10, 2688, 768, 6)],
      [text(6, 1024, 512, 7), text(12, 2688, 768, 6)],
      [text(6, 1792, 512, 7), text(12, 2688, 768, 6)],
    ] as const;
    const predictor = createPredictor("clip-benchmark-mean");
    const accuracy = published.map(([a, b]) => predictor.evaluate(prunedClip(a, b)).accuracy);
    let inverted = 0;
    accuracy.forEach((one, i) => accuracy.slice(i + 1).forEach((later) => (inverted += later < one ? 1 : 0)));
    expect(inverted).toBeLessThanOrEqual(1);
  });
});
