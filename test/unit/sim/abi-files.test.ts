import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { LOOP_ORDERS } from "../../../src/mapping/loop-orders.ts";
import { packageRoot } from "../../../src/package-root.ts";
import { createCore } from "../../../src/sim/index.ts";
import { MAIN } from "../cli/run.ts";

interface Field {
  readonly name: string;
  readonly index: number;
  readonly count: number;
  readonly unit?: string;
  readonly units?: readonly string[];
  readonly values?: Readonly<Record<string, number>>;
  readonly meaning: string;
}
type Kind = "hardware" | "problem" | "result";
const built = (name: string): string => readFileSync(new URL(`dist/assembly/${name}`, packageRoot), "utf8");
const layout = JSON.parse(built("abi.json")) as {
  readonly version: number;
  readonly records: Readonly<Record<Kind, { readonly fields: number; readonly layout: readonly Field[] }>>;
  readonly constants: Readonly<Record<string, { readonly value: number }>>;
};

function emitted(what: string): Buffer {
  const args = ["gemm", "catransformers-22nm", "--shape", "1,197,3072,768", "--emit", what];
  return spawnSync(process.execPath, [MAIN, ...args]).stdout;
}

describe("the layout for other hosts", () => {
  it("has every field of each record once, without a gap, with its unit and meaning", () => {
    expect(layout.version).toBe(abi.ABI_VERSION);
    for (const { fields, layout: list } of Object.values(layout.records)) {
      let next = 0;
      for (const { name, index, count, unit, units, meaning } of list) {
        expect(index, name).toBe(next);
        next = index + count;
        expect(meaning, name).not.toBe("");
        expect(units?.length ?? count, name).toBeGreaterThanOrEqual(units === undefined ? 1 : count);
        expect(unit ?? units, name).toBeTruthy();
      }
      expect(next).toBe(fields);
    }
  });

  it("names fields as the core tells them: what is no number is refused by its index", () => {
    const core = createCore();
    const record = emitted("record");
    const doubles = new Float64Array(record.buffer.slice(record.byteOffset, record.byteOffset + record.length));
    const [hardware, problem] = [doubles.slice(0, abi.HW_FIELDS), doubles.slice(abi.HW_FIELDS)];
    for (const { index, count, name } of layout.records.hardware.layout)
      for (let i = index; i < index + count; i += 1) {
        core.hardware.set(hardware);
        core.hardware[i] = NaN;
        core.problems.set(problem);
        core.evaluate(1);
        expect([core.results[abi.RES_STATUS], core.results[abi.RES_LEVEL]], name).toEqual([abi.STATUS_BAD_HARDWARE, i]);
      }
    for (const { index, name, values } of layout.records.problem.layout) {
      core.hardware.set(hardware);
      core.problems.set(problem);
      core.problems[index] = NaN;
      core.evaluate(1);
      expect([core.results[abi.RES_STATUS], core.results[abi.RES_LEVEL]], name).toEqual([
        abi.STATUS_BAD_PROBLEM,
        index,
      ]);
      for (const value of Object.values(values ?? {})) expect(Number.isInteger(value), name).toBe(true);
    }
  });

  it("numbers loop orders as the core does", () => {
    const { values } = layout.records.result.layout.find(({ name }) => name === "MAP_OUTER_ORDER")!;
    expect(Object.entries(values!).map(([order, i]) => [i, order])).toEqual(
      LOOP_ORDERS.map((order, i) => [i, order.join("")]),
    );
  });

  it("is the same in the header", () => {
    const header = new Map(
      [...built("ecotile.h").matchAll(/^#define ECOTILE_(\w+) (\S+)$/gm)].map(([, name, value]) => [
        name!,
        Number(value),
      ]),
    );
    for (const [name, value] of Object.entries(abi)) expect(header.get(name), name).toBe(value);
    const hasCompiler = spawnSync("cc", ["--version"]).status === 0;
    if (!hasCompiler) return;
    const file = join(mkdtempSync(join(tmpdir(), "ecotile-abi-")), "h.c");
    writeFileSync(
      file,
      '#include "ecotile.h"\nstatic double record[ECOTILE_HW_FIELDS];\nint main(void) { return (int)record[ECOTILE_HW_CORES]; }\n',
    );
    const folder = new URL("dist/assembly", packageRoot).pathname;
    const { stderr, status } = spawnSync(
      "cc",
      ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", `-I${folder}`, file],
      { encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([0, ""]);
  });
});

test("gemm --emit gives the core's bytes: the result is what the core makes of the record", () => {
  const [record, result] = [emitted("record"), emitted("result")];
  expect(record.length).toBe(8 * (abi.HW_FIELDS + abi.IN_FIELDS));
  const doubles = new Float64Array(record.buffer.slice(record.byteOffset, record.byteOffset + record.length));
  const core = createCore("core.scalar");
  core.hardware.set(doubles.subarray(0, abi.HW_FIELDS));
  core.problems.set(doubles.subarray(abi.HW_FIELDS));
  core.evaluate(1);
  expect(Buffer.from(core.results.slice(0, abi.RES_FIELDS).buffer).equals(result)).toBe(true);
  expect(createHash("sha256").update(record).digest("hex").slice(0, 16)).toBe("5bbcf815d7521da5");
});
