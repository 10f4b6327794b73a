import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { collectiveSeconds } from "../../../src/service/index.ts";
import { errorOf, fitLink } from "./fit-link.ts";
import { parseHardware } from "../../../src/spec/index.ts";

const read = (path: string): readonly string[] =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")
    .trim()
    .split("\n");

const rows = read("test/fixtures/collectives/all_reduce.csv")
  .slice(1)
  .map((line) => {
    const [card, library, , , devices, bytes, us] = line.split(",");
    return { card: card!, library: library!, devices: Number(devices), bytes: Number(bytes), us: Number(us) };
  });

/** Constants and errors as the page says them. */
const said = read("docs/service.md")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter((cells) => /^(h100|a100)$/.test(cells[1] ?? ""))
  .map(([, card, library, latency, perDevice, twoShot, bandwidth, error, worst]) => ({
    ...{
      card: card!,
      library: library!,
      link: { latency, perDevice, twoShot, bandwidth, topology: "switch", devices: 8 },
    },
    ...{ error: Number.parseFloat(error!), worst: Number.parseFloat(worst!) },
  }));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("all-reduce inside a node, by library and card: at most 20 % off in the mean, and 30 % for any number of devices", () => {
  it("the page names six", () => expect(said).toHaveLength(6));

  it.each(said)("$card, $library", ({ card, library, link: written, error, worst }) => {
    const { link } = parseHardware({
      ...{ name: "x", clock: "1 GHz", node: "7 nm", array: { rows: 8, cols: 8 }, globalBuffer: { size: "1 MiB" } },
      link: written,
    });
    const own = rows.filter((row) => row.card.startsWith(card) && row.library.startsWith(library));
    expect(own.length).toBeGreaterThan(25);
    const errors = own.map((row) => ({
      devices: row.devices,
      error: Math.abs((1e6 * collectiveSeconds("all-reduce", row.devices, row.bytes, link!)) / row.us - 1),
    }));
    const all = 100 * mean(errors.map((each) => each.error));
    const byDevices = [2, 4, 8].map(
      (g) => 100 * mean(errors.filter(({ devices }) => devices === g).map((each) => each.error)),
    );
    console.info(
      `${card}, ${library}: ${all.toFixed(1)} %; 2, 4, 8 devices ${byDevices.map((each) => each.toFixed(1)).join(", ")} %`,
    );
    expect(all).toBeLessThanOrEqual(20);
    expect(Math.max(...byDevices)).toBeLessThanOrEqual(30);
    expect(Math.abs(all - error)).toBeLessThanOrEqual(1);
    expect(Math.abs(Math.max(...byDevices) - worst)).toBeLessThanOrEqual(1);
  });
});

describe("fitted to every second size, the sizes between: at most 20 % off in the mean", () => {
  const pairs = [...new Map(rows.map(({ card, library }) => [`${card} ${library}`, { card, library }])).values()];
  it.each(pairs)("$card, $library", ({ card, library }) => {
    const own = rows.filter((row) => row.card === card && row.library === library);
    const sizes = [...new Set(own.map(({ bytes }) => bytes))].sort((a, b) => a - b);
    const half = (odd: number) => own.filter(({ bytes }) => sizes.indexOf(bytes) % 2 === odd);
    for (const odd of [0, 1]) {
      const fitted = fitLink(half(odd));
      const [inside, held] = [errorOf(fitted, half(odd)), errorOf(fitted, half(1 - odd))].map((each) => 100 * each);
      const { latency, perDevice, twoShot, bandwidth } = fitted;
      const text = [1e6 * latency, 1e6 * perDevice, 1e6 * twoShot].map((us) => `${us.toFixed(2)} us`).join(", ");
      console.info(
        `${card}, ${library}: ${text}, ${(bandwidth / 1e9).toFixed(0)} GB/s; ${inside!.toFixed(1)} %, held ${held!.toFixed(1)} %`,
      );
      expect(held).toBeLessThanOrEqual(20);
    }
  });
});
