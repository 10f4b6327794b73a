import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Libsql from "libsql";
import { afterAll, expect, test, vi } from "vitest";
import { reportFailure } from "../../../src/cli/failure.ts";
import { loadSearchStudy } from "../../../src/study/load.ts";
import { runSearch } from "../../../src/cli/search/run.ts";
import { createSpace } from "../../../src/search/index.ts";
import { repository } from "./cli.ts";

/*
 * Steps that a small search takes on its disk, in the database and in its files, fail one by one, before they are done or right
 * after. Each search must end with exit 2 or as if nothing had been, and go on from there to the same bytes. Every step, in a
 * minute or two: ECOTILE_FAULTS=1 npx vitest run test/validation/search/faults
 */
const STRIDE = Number(process.env["ECOTILE_FAULTS"] ?? 5);

const faults = vi.hoisted(() => {
  const state = { taken: 0, failing: Infinity, isDone: false };
  /** Takes one step, unless it is the one to fail. */
  const step = <Result>(act: () => Result, error: () => Error): Result => {
    state.taken += 1;
    if (state.taken !== state.failing) return act();
    if (state.isDone) act();
    throw error();
  };
  return { state, step };
});

vi.mock("libsql", async (load) => {
  const { default: Database } = await load<{ readonly default: typeof Libsql }>();
  const full = (): Error => Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL", rawCode: 13 });
  const step = <Result>(act: () => Result): Result => faults.step(act, full);
  class Faulty {
    readonly #real: Libsql.Database;
    constructor(file: string) {
      let real: Libsql.Database | undefined;
      try {
        step(() => (real = new Database(file)));
      } catch (error) {
        real?.close();
        throw error;
      }
      this.#real = real!;
    }
    get inTransaction(): boolean {
      return this.#real.inTransaction;
    }
    exec(sql: string): void {
      step(() => this.#real.exec(sql));
    }
    prepare(sql: string): unknown {
      const real = step(() => this.#real.prepare(sql));
      const statement = {
        raw: () => (real.raw(), statement),
        run: (...values: unknown[]) => step(() => real.run(...values)),
        get: (...values: unknown[]) => step(() => real.get(...values)),
        all: (...values: unknown[]) => step(() => real.all(...values)),
      };
      return statement;
    }
    close(): void {
      this.#real.close();
    }
  }
  return { default: Faulty };
});

vi.mock("node:fs", async (load) => {
  const real = await load<typeof import("node:fs")>();
  const full = (): Error => Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const faulty = <Name extends keyof typeof real>(name: Name) => ({
    [name]: (...values: unknown[]) =>
      faults.step(() => (real[name] as (...all: unknown[]) => unknown)(...values), full),
  });
  const changed = {
    ...real,
    ...{ ...faulty("openSync"), ...faulty("writeSync"), ...faulty("fsyncSync"), ...faulty("renameSync") },
    ...faulty("mkdirSync"),
  };
  return { ...changed, default: changed };
});

// The page is a function of the record, and the longest to make of all files: here its steps on the disk count, not what is in it.
vi.mock("../../../src/live/index.ts", () => ({
  studyPageHtml: (_: unknown, record: unknown) => `<!doctype html>${JSON.stringify(record)}`,
}));
vi.mock("../../../src/worker/farm.ts", () => import("../../fixtures/search/farm-in-process.ts"));
const printed: string[] = [];
vi.spyOn(process.stderr, "write").mockImplementation((text) => printed.push(String(text)) > 0);
vi.spyOn(process.stdout, "write").mockReturnValue(true);

const directory = mkdtempSync(join(tmpdir(), "ecotile-faults-"));
afterAll(() => rmSync(directory, { recursive: true }));
const FILES = ["study.yaml", "front.csv", "front.json", "report.html"];
const file = join(directory, "study.yaml");
const tiny = readFileSync(join(repository, "test/fixtures/search/tiny.yaml"), "utf8");
writeFileSync(
  file,
  tiny.replace("rows: [16, 32, 64]", "rows: [16, 64]").replace("trials: 24, batch: 6", "trials: 6, batch: 3"),
);

/** Runs the small search in a folder, its n-th step failing. @returns the exit code, and the steps that it took */
async function search(folder: string, strategy: string, isResumed: boolean, failing = Infinity, isDone = false) {
  const study = loadSearchStudy(file, { strategy });
  const space = createSpace(study.space);
  Object.assign(faults.state, { taken: 0, failing, isDone });
  let code: number;
  try {
    const { signal } = new AbortController();
    code = await runSearch(study, space, { folder, file, workers: 1, isResumed, signal });
  } catch (error) {
    code = reportFailure(error);
  } finally {
    faults.state.failing = Infinity;
  }
  return { code, steps: faults.state.taken };
}

const bytesOf = (folder: string) => FILES.map((name) => readFileSync(join(folder, name), "utf8"));

test.each(["nsga2", "exact"])(
  "%s: whichever step of its disk fails, the search ends with exit 2, and goes on to the same bytes",
  async (strategy) => {
    const whole = join(directory, `${strategy}-whole`);
    const { code, steps } = await search(whole, strategy, false);
    expect(code).toBe(0);
    expect(steps).toBeGreaterThan(50);
    const expected = bytesOf(whole);
    let failed = 0;
    for (let n = 1; n <= steps; n += STRIDE)
      for (const isDone of [false, true]) {
        const folder = join(directory, `${strategy}-${n}-${isDone ? "after" : "before"}`);
        const first = await search(folder, strategy, false, n, isDone);
        expect([0, 2], `step ${n} of ${steps}`).toContain(first.code);
        if (first.code === 2) failed += 1;
        printed.length = 0;
        const isThere = existsSync(folder) && readdirSync(folder).length > 0;
        const second = await search(folder, strategy, isThere);
        expect(second.code, `gone on after step ${n} of ${steps} (${String(isDone)}): ${printed.join("")}`).toBe(0);
        expect(bytesOf(folder), `gone on after step ${n} of ${steps}`).toEqual(expected);
        // A connection whose closing has failed is open as long as this process, and its log with it.
        const left = readdirSync(folder).filter((name) => !/\.tmp$|-(wal|shm)$/.test(name));
        expect(left.sort()).toEqual([...FILES, "trials.db"].sort());
        rmSync(folder, { recursive: true });
      }
    // Most steps matter; those at the end only tidy up.
    expect(failed).toBeGreaterThan((1.5 * steps) / STRIDE);
  },
  600_000,
);
