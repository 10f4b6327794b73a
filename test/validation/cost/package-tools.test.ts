import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pricePackage, type PricedPackage } from "../../../src/cost/index.ts";
import { readCsvText } from "../../../src/csv/index.ts";
import { documentOf, PLAIN_TECHNOLOGY } from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { packageCaseSchema } from "../../../src/spec/package-case.ts";

/*
 * Whole cases of the two published tools, as their authors print them or as their code computes them (test/fixtures/packages/README.md).
 */

const FILE = "../../fixtures/packages/package_cases.csv";
const text = readFileSync(new URL(FILE, import.meta.url), "utf8");
type Row = Readonly<Record<string, string>>;
const rows: readonly Row[] = readCsvText(text, FILE).rows.map(({ cells }) => cells as Row);
const of = (tool: string): readonly Row[] => rows.filter((row) => row["tool"] === tool);

function priced(value: unknown): PricedPackage {
  const result = pricePackage(check(packageCaseSchema, documentOf(value, "case")), PLAIN_TECHNOLOGY);
  if ("reason" in result) throw new Error(result.reason);
  return result;
}

/** The number before a unit in words, null: it is not said. */
function number(words: string, unit: string): number | null {
  const found = new RegExp(String.raw`([\d.]+(?:e\d+)?) ${unit}\b`).exec(words);
  return found === null ? null : Number(found[1]);
}

/** `4 x zen1 211 mm2 14 nm 12 layers`. */
function dieOf(words: string): Record<string, unknown> {
  const [, count = "1", name, circuit] = /^(?:(\d+) x )?(\S+)(?: (logic|analog|sram))?/.exec(words)!;
  const [area, node] = [number(words, "mm2"), number(words, "nm")];
  const rest = { gates: number(words, "gates"), layers: number(words, "layers"), drivers: number(words, "IO") };
  return {
    ...{ name, count: Number(count), node: `${node} nm` },
    ...(circuit === undefined ? {} : { circuit }),
    ...(area === null ? {} : { area: `${area} mm2` }),
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
  };
}

const within = (value: number, expected: number, relative: number, absolute: number): void =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(relative * Math.abs(expected) + absolute);

it("the fixture has all its rows", () => {
  expect([rows.length, of("ECO-CHIP").length, of("3D-Carbon").length]).toEqual([29, 16, 13]);
});

describe("ECO-CHIP: every case, every part, to 1e-5", () => {
  const JOINED: Readonly<Record<string, Record<string, unknown>>> = {
    RDL: { kind: "2.5d", interposer: "fan-out" },
    EMIB: { kind: "2.5d", interposer: "bridge" },
    passive: { kind: "2.5d", interposer: "silicon" },
    active: { kind: "2.5d", interposer: "active" },
    "3D": { kind: "3d" },
  };

  it.each(of("ECO-CHIP").map((row) => [`${row["case"]} ${row["package"]}`, row] as const))("%s", (_, row) => {
    const dies = row["dies"]!.split(" + ").map(dieOf);
    const how = dies.length === 1 ? { kind: "2d" } : JOINED[row["package"]!]!;
    const result = priced({
      profile: "eco-chip",
      grid: row["manufacturing_grid"]!.replace("g/kWh", "gCO2e/kWh"),
      package: {
        ...{ ...how, dies, volume: Number(row["volume"]) },
        designIterations: Number(row["design_iterations"]),
      },
      use: { power: `${row["power_w"]} W`, lifetime: `${row["lifetime_h"]} h` },
    });
    const expected = row["die_kg"]!.split(";").map(Number);
    result.dies.forEach(({ carbon }, at) => within(carbon, expected[at]!, 1e-5, 1e-6));
    within(result.package, Number(row["package_kg"]), 1e-5, 1e-6);
    within(result.embodied, Number(row["total_embodied_kg"]), 1e-5, 2e-6);
    within(result.design!, Number(row["design_kg"]), 1e-5, 1e-6);
    within(result.operational!, Number(row["operational_kg"]), 1e-5, 1e-6);
  });
});

describe("3D-Carbon: every case, every part, to the two decimals that it prints", () => {
  const METHODS: Readonly<Record<string, Record<string, unknown>>> = {
    MCM: { kind: "2.5d", interposer: "organic" },
    "2D": { kind: "2d" },
    "InFO chip first": { kind: "2.5d", interposer: { type: "fan-out", order: "chip-first" } },
    "InFO chip last": { kind: "2.5d", interposer: "fan-out" },
    EMIB: { kind: "2.5d", interposer: "bridge" },
    "silicon interposer": { kind: "2.5d", interposer: "silicon" },
    "micro-bump 3D": { kind: "3d", bonding: "micro-bump" },
    "micro-bump 3D, F2F, D2W": { kind: "3d", bonding: { method: "micro-bump", faces: "face-to-face" } },
    "hybrid-bond 3D": { kind: "3d", bonding: "hybrid-bond" },
  };
  /** Gates that the tool's own inputs have beside the area, and the words of the case leave out. */
  const GATES: Readonly<Record<string, number>> = { zen2: 3.9e9, IO1: 2.09e9, GCD: 4.5e10, MCD: 2.05e9 };

  it.each(of("3D-Carbon").map((row) => [`${row["case"]} ${row["package"]}`, row] as const))("%s", (_, row) => {
    const words = row["dies"]!;
    const isCut = words.includes("two equal dies");
    const plain = (isCut ? [] : words.split(" + ")).map((die) => {
      const read = dieOf(row["case"] === "THOR 2D" ? `thor ${die}` : die);
      return { ...read, ...(GATES[String(read["name"])] === undefined ? {} : { gates: GATES[String(read["name"])] }) };
    });
    const whole = { area: "810 mm2", node: "5 nm", gates: 77e9 };
    const intensity = number(row["manufacturing_grid"]!, "g/kWh");
    const result = priced({
      profile: "3d-carbon",
      grid: `${intensity} gCO2e/kWh`,
      ...(isCut ? { whole } : {}),
      package: {
        ...METHODS[row["package"]!]!,
        dies: isCut ? [{ name: "half", count: 2, share: "50 %" }] : plain,
        ...(row["package_area_mm2"] === "" ? {} : { area: `${row["package_area_mm2"]} mm2` }),
      },
    });
    const printed = (column: string): readonly number[] => row[column]!.split(";").map(Number);
    result.dies.forEach(({ carbon }, at) => within(carbon, printed("die_kg")[at]!, 0, 0.0051));
    within(result.bonding, printed("bonding_kg")[0]!, 0, 0.0051);
    within(result.interposer, printed("substrate_or_package_kg")[0]!, 0, 0.0051);
    within(result.package, printed("package_kg")[0]!, 0, 0.0051);
    within(result.embodied, printed("total_embodied_kg")[0]!, 0, 0.0051);
  });

  it("regions are those of its table", () => {
    const of = (grid: string): number | null =>
      priced({
        profile: "3d-carbon",
        grid,
        package: { kind: "2d", dies: [{ name: "a", area: "100 mm2", node: "7 nm" }] },
      }).intensity;
    expect(["world", "taiwan", "iceland"].map(of)).toEqual([301, 583, 28]);
  });
});

it("the fixture is the one that is described", () => {
  const readme = readFileSync(new URL("../../fixtures/packages/README.md", import.meta.url), "utf8");
  expect(readme).toContain(createHash("sha256").update(text).digest("hex"));
});

describe("what a tool does not price is refused, and named", () => {
  const die = { name: "a", area: "100 mm2", node: "7 nm" };
  const two = [die, { ...die, name: "b" }];
  it.each([
    ["eco-chip", { kind: "2.5d", interposer: "organic", dies: two }, /eco-chip does not price an organic substrate/],
    ["eco-chip", { kind: "2d", dies: [{ ...die, node: "5 nm" }] }, /eco-chip has no node of 5 nm/],
    ["3d-carbon", { kind: "2.5d", interposer: "active", dies: two }, /3d-carbon does not price an active interposer/],
    ["3d-carbon", { kind: "2d", dies: [{ ...die, node: "6 nm" }] }, /3d-carbon has no node of 6 nm/],
    ["3d-carbon", { kind: "2d", dies: [{ name: "a", node: "7 nm" }] }, /needs one, or gates/],
    ["calibrated", { kind: "2d", dies: [{ name: "a", node: "7 nm" }] }, /needs one in this profile/],
    ["calibrated", { kind: "2d", dies: [{ name: "a", area: "9 mm2" }] }, /a die needs one where there is no chip/],
  ])("%s %j", (profile, of, message) => {
    expect(() => priced({ profile, package: of })).toThrow(message);
  });

  it("a note says that ECO-CHIP's iterations are 90", () => {
    const of = { kind: "2d", dies: [die], volume: 1000, designIterations: 7 };
    expect(priced({ profile: "eco-chip", package: of }).notes).toHaveLength(1);
    expect(priced({ profile: "eco-chip", package: { ...of, designIterations: 90 } }).notes).toEqual([]);
  });
});
