import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  applySettings,
  DEFAULT_REASONS,
  DEFAULTS,
  listPresets,
  loadHardware,
  loadModel,
  resolvedHardware,
} from "../../../src/spec/index.ts";
import { check } from "../../../src/spec/issues.ts";
import { hardwareSchema, rawHardwareSchema } from "../../../src/spec/hardware-schema.ts";
import { readYaml } from "../../../src/spec/index.ts";

const CHIP = `name: mine
clock: 1 GHz
node: 22 nm
array: { rows: 64, cols: 32 }
localBuffer: { size: 256 KiB }
globalBuffer: { size: 2 MiB }
dram: { type: LPDDR4, capacity: 2 GB }
`;
const chip = (text: string) => check(hardwareSchema, readYaml(text, "chip.yaml"));
const model = loadModel("bert-tiny");
const setOn = (text: string, path: string, value: unknown) =>
  applySettings({ model, hardware: chip(text) }, [{ path, value }]).hardware;

describe("a chip of a few lines", () => {
  it("is whole, in under nine lines", () => {
    expect(CHIP.trimEnd().split("\n").length).toBeLessThanOrEqual(8);
    const { array, precision, vector, localBuffer, globalBuffer, dram } = chip(CHIP);
    expect([array.kind, array.unroll, array.dataflow]).toEqual(["systolic", "fixed", ["weight-stationary"]]);
    expect([precision.input, precision.accumulator, vector.lanes]).toEqual([8, 32, 64]);
    // 64 rows × (1 + 1) B and 32 columns × 4 B; 64 rows × 1 B.
    expect(localBuffer!.port.read).toMatchObject({ bytes: 256, cycles: 1 });
    expect(globalBuffer!.port.write).toMatchObject({ bytes: 64, cycles: 1 });
    // One die of 16 Gbit, 32 bits wide at 3,200 MT/s.
    expect([dram!.dies, dram!.port.shared]).toEqual([1, true]);
    expect(dram!.port.read.bytesPerSecond).toBe(12.8e9);
  });

  it("keeps in step with its array and its capacity", () => {
    expect(setOn(CHIP, "array.rows", 128).localBuffer!.port.read).toMatchObject({ bytes: 384, cycles: 1 });
    expect(setOn(CHIP, "precision.input", 16).globalBuffer!.port.read).toMatchObject({ bytes: 128, cycles: 1 });
    expect(setOn(CHIP, "cores", 4).globalBuffer!.port.read).toMatchObject({ bytes: 256, cycles: 1 });
    expect(setOn(CHIP, "dram.capacity", "8 GB").dram!.dies).toBe(4);
    const fixed = setOn(CHIP, "localBuffer.bandwidth", "100 B/cycle");
    expect(fixed.localBuffer!.port.read.bytes).toBe(100);
    expect(fixed.localBuffer!.bandwidthFollows).toBeUndefined();
    const preset = { model, hardware: loadHardware("catransformers-22nm") };
    const following = applySettings(preset, [
      { path: "array.rows", value: 64 },
      { path: "localBuffer.bandwidth", value: "array" },
    ]);
    // 64 × 2 + 8 × 4.
    expect(following.hardware.localBuffer!.port.read).toMatchObject({ bytes: 160, cycles: 1 });
    const direct = chip(CHIP.replace(/^localBuffer.*\n/m, ""));
    expect(direct.globalBuffer!.port.read).toMatchObject({ bytes: 256, cycles: 1 });
  });

  it("says what a memory is not sold in", () => {
    expect(() => chip(CHIP.replace("2 GB", "5 GB"))).toThrow(/not sold in; nearest/);
    expect(() => chip(CHIP.replace("LPDDR4", "idealised"))).toThrow(/dram\.bandwidth or dram\.dies must be given/);
  });
});

describe("defaults of hardware files", () => {
  it("a chip of a few lines with all of them written out is the same machine", () => {
    const file = join(mkdtempSync(join(tmpdir(), "ecotile-defaults-")), "chip.yaml");
    writeFileSync(file, CHIP);
    expect(chip(resolvedHardware(file))).toEqual(chip(CHIP));
  });

  it.each(listPresets("hardware"))("%s with all of them written out is the same machine", (name) => {
    const text = resolvedHardware(name);
    expect(chip(text)).toEqual(loadHardware(name));
    const left = /# default/.test(text) ? text.split("\n").filter((line) => line.includes("# default: ")) : [];
    expect(left.length).toBeGreaterThan(0);
  });

  it("the schema has them, each with a reason, and the manual has every one", () => {
    const filled = rawHardwareSchema.parse(parse(CHIP));
    const { buffer, dram, ...plain } = DEFAULTS;
    expect(filled).toMatchObject(plain);
    expect(filled.localBuffer).toMatchObject({ bandwidth: buffer.bandwidth, shared: buffer.shared });
    expect(filled.dram!.idealised).toBe(dram.idealised);
    const page = readFileSync(new URL("../../../docs/hardware.md", import.meta.url), "utf8");
    for (const path of Object.keys(DEFAULT_REASONS)) expect(page).toContain(`| \`${path}\` |`);
    for (const reason of Object.values(DEFAULT_REASONS)) expect(page).toContain(`| ${reason} |`);
  });

  it("every leaf that may be left out has a reason, its own or that of its section", () => {
    const leaves = (value: unknown, path: string): readonly string[] =>
      typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
        ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`))
        : [path];
    const isExplained = (path: string): boolean =>
      Object.keys(DEFAULT_REASONS).some((known) => path === known || path.startsWith(`${known}.`));
    expect(leaves(DEFAULTS, "").filter((path) => !isExplained(path))).toEqual([]);
  });
});
