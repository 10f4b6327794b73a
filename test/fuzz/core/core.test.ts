import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as abi from "../../../assembly/abi.ts";
import { createCore } from "../../../src/sim/index.ts";
import { root } from "../../architecture/files.ts";
import { faultOf } from "./check.mjs";
import { runCore, type Fault } from "./run.mjs";

/* Longer: `npm run fuzz -- core --rows 10000000 --seed 7`. */
const CASES = 20_000;
const SEED = 20_260_128;

describe("records that a host may write into the core", () => {
  it(`${CASES} rows, many of them changed (seed ${SEED}): both builds alike, no trap, no hang, nothing OK that makes no sense`, async () => {
    const faults: Fault[] = [];
    const onFault = (fault: Fault): void => void faults.push(fault);
    const stats = await runCore({ cases: CASES, seed: SEED, onFault });
    console.log("core rows:", stats);
    expect(faults).toEqual([]);
    expect(stats.rows).toBeGreaterThanOrEqual(CASES);
    // So that it goes on to test what is behind the door.
    expect(stats.ok + stats.tooSmall).toBeGreaterThan(0.2 * stats.rows);
    for (const kind of ["searches", "badHardware", "badProblem", "badMapping"] as const) {
      expect(stats[kind], kind).toBeGreaterThan(0.0005 * stats.rows);
    }
  }, 600_000);

  interface Found {
    readonly what: string;
    readonly status: number;
    /** That is told of; null: none. */
    readonly field: number | null;
    readonly hardware: readonly string[];
    readonly problem: readonly string[];
    /** Result record with the mapping that is given, or null. */
    readonly result: readonly string[] | null;
  }
  const found = JSON.parse(readFileSync(join(root, "test/fixtures/fuzz/core/found.json"), "utf8")) as readonly Found[];

  it.each(found)("once found: $what", ({ hardware, problem, result, status, field }) => {
    const [machine, gemm] = [hardware, problem].map((numbers) => Float64Array.from(numbers, Number));
    const before = result === null ? new Float64Array(abi.RES_FIELDS) : Float64Array.from(result, Number);
    const rows = (["core", "core.scalar"] as const).map((build) => {
      const core = createCore(build);
      core.hardware.set(machine!);
      core.problems.set(gemm!);
      core.results.set(before);
      core.evaluate(1);
      return core.results.slice(0, abi.RES_FIELDS);
    });
    expect(rows[0]).toEqual(rows[1]);
    expect(rows[0]![abi.RES_STATUS]).toBe(status);
    if (field !== null) expect(rows[0]![abi.RES_LEVEL]).toBe(field);
    expect(faultOf(machine!, gemm!, before, rows[0]!)).toBe(null);
  });
});
