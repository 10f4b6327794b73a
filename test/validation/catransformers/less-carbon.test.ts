import { describe, expect, it } from "vitest";
import { evaluated, percent, publishedFamily } from "./family.ts";
import { stepsTo, type Steps } from "./less-carbon.ts";

const WANTED = 0.3;
/** One packaged IC, ACT (ISCA 2022), kgCO2e: added to both sides where packages are counted. */
const PACKAGE = 0.15;

function row({ name, published, type, capacity, found, accounting, latency, point }: Steps): string {
  const share = (from: number, to: number): string => percent((to - from) / published);
  const chip = `${point["cores"]} x ${point["array.rows"]}x${point["array.cols"]}, ${point["localBuffer.size"]}, ${point["globalBuffer.size"]}, ${point["dram.capacity"]} ${point["dram.type"]}`;
  const milliseconds = latency.map((seconds) => (1e3 * seconds).toFixed(1)).join(" -> ");
  return [
    `${name}: ${published.toFixed(3)} -> ${found.toFixed(3)} kgCO2e, ${percent(found / published - 1)} at ${milliseconds} ms`,
    `  (a) memory type ${share(published, type)}; (b) capacity ${share(type, capacity)}; (c) hardware and mapping ${share(capacity, found)}`,
    `  accounting (yield divided a second time) is ${percent(accounting[0] / published)} of the published design, ${percent(accounting[1] / found)} of ours`,
    `  against 1 GB LPDDR4: ${percent(found / type - 1)}; with packages: ${percent((found + PACKAGE) / (published + PACKAGE) - 1)}, against 1 GB LPDDR4 ${percent((found + PACKAGE) / (type + PACKAGE) - 1)}`,
    `  found: ${chip}`,
  ].join("\n");
}

describe("hardware and memory for each published CarbonCLIP model, found by search at its latency, profile published", () => {
  const family = publishedFamily();

  it.each(family.map(({ name }) => name))(
    "%s: total carbon lower by 30 percent at least",
    (name) => {
      const design = family.find((each) => each.name === name)!;
      const steps = stepsTo(design);
      console.info(row(steps));
      expect(steps.published).toBe(evaluated(design.specs).carbon_total_kgCO2e);
      expect(steps.latency[1]).toBeLessThanOrEqual(steps.latency[0]);
      expect(steps.found).toBeLessThanOrEqual((1 - WANTED) * steps.published);
      expect(steps.found).toBeLessThanOrEqual(steps.capacity);
    },
    120_000,
  );
});
