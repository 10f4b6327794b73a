import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { InputError, loadCore, readMachine } from "../../../src/core/index.ts";
import { createRandom } from "../../../src/random/index.ts";
import { root } from "../../architecture/files.ts";

const core = await loadCore(readFileSync(join(root, "build/core.wasm")));
const machine = readMachine({ hardware: "catransformers-22nm" });
const random = createRandom(20_261_129);
const size = (): number => 1 + Math.floor(random.float() * 300);
const COUNT = 2 * abi.MAX_BATCH + 7;
const products = Array.from({ length: COUNT }, () => ({ batch: 1, m: size(), n: size(), k: size(), sharedB: false }));

const doubles = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer);
const bytes = (numbers: Float64Array): Uint8Array => new Uint8Array(numbers.buffer);
/** The records of one product with one field changed. */
function changed(index: number, value: number): Uint8Array {
  const record = doubles(core.records(machine, [products[0]!]).records);
  record[index] = value;
  return bytes(record);
}

describe("records through the loader", () => {
  it("are those that the command emits", () => {
    const emit = (what: string): Uint8Array => {
      const args = ["gemm", "catransformers-22nm", "--shape", "1,197,3072,768", "--emit", what];
      return new Uint8Array(execFileSync(process.execPath, [join(root, "dist/bundle/cli/main.js"), ...args]));
    };
    const own = core.records(machine, [{ batch: 1, m: 197, n: 3072, k: 768, sharedB: false }]);
    expect(own.records).toEqual(emit("record"));
    expect(own.results).toEqual(emit("result"));
    expect(core.run(own.records)).toEqual({ results: own.results, statuses: [{ status: "ok" }] });
  });

  it(`${COUNT} of them, more than the core takes at once, come out as each by itself`, () => {
    const whole = core.records(machine, products);
    const { results, statuses } = core.run(whole.records);
    expect(results).toEqual(whole.results);
    expect(statuses).toEqual(products.map(() => ({ status: "ok" })));
    products.forEach((product, i) => {
      const alone = core.run(core.records(machine, [product]).records).results;
      expect(results.subarray(i * alone.length, (i + 1) * alone.length), String(i)).toEqual(alone);
    });
  });

  it("a mapping that was found gives the same numbers when it is given", () => {
    const { records, results } = core.records(machine, products);
    const given = doubles(records);
    for (let i = 0; i < COUNT; i += 1) given[abi.HW_FIELDS + i * abi.IN_FIELDS + abi.IN_GIVEN_MAPPING] = 1;
    const walked = core.run(bytes(given), results);
    expect(walked.statuses).toEqual(products.map(() => ({ status: "ok" })));
    const [before, after] = [doubles(results), doubles(walked.results)];
    for (let row = 0; row < COUNT; row += 1)
      for (const field of [abi.RES_CYCLES, abi.RES_COMPUTE, abi.RES_ENERGY])
        expect(after[row * abi.RES_FIELDS + field]).toBe(before[row * abi.RES_FIELDS + field]);
  });

  it.each([
    [abi.HW_CORES, NaN, "bad-hardware", "HW_CORES", "HW_CORES is NaN, but must be a whole number from 1 to 4096."],
    [abi.HW_ENERGY_MAC, -1, "bad-hardware", "HW_ENERGY_MAC", /^HW_ENERGY_MAC is -1, but must be a number from 0 to /],
    [abi.HW_FIELDS + abi.IN_M, 0.5, "bad-problem", "IN_M", /^IN_M is 0.5, but must be a whole number from 1 to /],
    [abi.HW_FIELDS + abi.IN_GIVEN_MAPPING, 1, "bad-mapping", "MAP_CORES", /^MAP_CORES is 0, but /],
  ])("field %d of %d is refused by name", (index, value, status, field, message) => {
    const { results, statuses } = core.run(changed(index, value));
    expect(statuses).toEqual([
      { status, field, message: typeof message === "string" ? message : expect.stringMatching(message) },
    ]);
    expect(doubles(results)[abi.RES_STATUS]).not.toBe(abi.STATUS_OK);
  });

  it.each(["inner", "outer"] as const)("a buffer that is too small is told of: %s", (level) => {
    const { statuses } = core.run(changed(level === "inner" ? abi.HW_INNER_SIZE : abi.HW_OUTER_SIZE, 1));
    expect(statuses).toEqual([{ status: "too-small", level, neededBytes: expect.any(Number), availableBytes: 1 }]);
  });

  it.each([0, 8, abi.HW_FIELDS * 8, abi.HW_FIELDS * 8 + 1, (abi.HW_FIELDS + abi.IN_FIELDS) * 8 + 8])(
    "%d bytes are no records",
    (length) => {
      expect(() => core.run(new Uint8Array(length))).toThrow(InputError);
    },
  );

  it("there is a mapping for each problem, or none", () => {
    const { records, results } = core.records(machine, products.slice(0, 2));
    expect(() => core.run(records, results.subarray(8))).toThrow(`but need ${2 * abi.RES_FIELDS * 8}`);
  });
});
