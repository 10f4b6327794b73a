import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../../src/random/index.ts";
import { ecotile, json, scratchFile, settings } from "./run.ts";

const HEAD = "m,n,k";
const rowsOf = (text: string) => parse(text, { columns: true }) as readonly Readonly<Record<string, string>>[];
const freshFolder = () => mkdtempSync(join(tmpdir(), "ecotile-out-"));

describe("gemm --input", () => {
  const SEED = 11;
  const random = createRandom(SEED);
  const primes = [1, 2, 3, 7, 13, 31, 61, 127, 197, 251, 509, 1021];
  const shapes = Array.from({ length: 400 }, (_, i) => ({
    id: `row ${i}, "quoted"`,
    batch: i % 5 === 0 ? random.below(12) + 1 : 1,
    m: i % 7 === 0 ? 1 : random.chance(1, 2) ? random.pick(primes) : random.below(600) + 1,
    n: random.chance(1, 2) ? random.pick(primes) : random.below(600) + 1,
    k: random.chance(1, 2) ? random.pick(primes) : random.below(600) + 1,
    note: i % 3 === 0 ? "=1+1" : "-3.5",
  }));
  const lines = shapes.map(
    ({ id, batch, m, n, k, note }) => `"${id.replaceAll('"', '""')}",${batch},${m},${n},${k},${note}`,
  );
  const input = scratchFile("shapes.csv", `\u{feff}id,batch,m,n,k,note\r\n${lines.join("\r\n")}\r\n`);
  const output = join(freshFolder(), "results.csv");
  const run = ecotile("gemm", "catransformers-22nm", "--input", input, "--output", output);
  const rows = rowsOf(readFileSync(output, "utf8"));

  it(`simulates ${shapes.length} random shapes (seed ${SEED}) in the order of the file`, () => {
    expect(run).toEqual({ status: 0, stdout: "", stderr: `${output}: 400 rows, 0 infeasible.\n` });
    expect(rows.map(({ id, m, n, k }) => [id, Number(m), Number(n), Number(k)])).toEqual(
      shapes.map(({ id, m, n, k }) => [id, m, n, k]),
    );
    rows.forEach((row, i) => {
      const { batch, m, n, k } = shapes[i]!;
      expect(row["status"]).toBe("ok");
      expect(row["reason"]).toBe("");
      expect(Number(row["macs"])).toBe(batch * m * n * k);
      expect(Number(row["cycles"])).toBeGreaterThanOrEqual((batch * m * n * k) / (256 * 8));
      expect(Number(row["cycles"])).toBe(Number(row["compute_cycles"]) + Number(row["stall_cycles"]));
      expect(Number(row["dram_read_bytes"])).toBeGreaterThanOrEqual(batch * (m * k + k * n));
      expect(Number(row["dram_write_bytes"])).toBeGreaterThanOrEqual(batch * m * n);
      expect(Number(row["utilisation"])).toBeGreaterThan(0);
      expect(Number(row["utilisation"])).toBeLessThanOrEqual(1);
      expect(Number(row["energy_total_pJ"])).toBeGreaterThan(0);
    });
  });

  it("leaves no temporary file behind", () => {
    expect(readdirSync(join(output, ".."))).toEqual(["results.csv"]);
  });

  it("passes cells through; text that a spreadsheet would run is guarded, numbers are not", () => {
    expect(rows[0]!["note"]).toBe("'=1+1");
    expect(rows[1]!["note"]).toBe("-3.5");
    expect(JSON.parse(rows[1]!["mapping"]!)).toMatchObject({ dataflow: expect.stringMatching(/stationary$/) });
  });

  it("gives one row the numbers that --shape gives it, on stdout and as JSON", () => {
    const file = scratchFile("one.csv", "m,n,k,tag\n197,768,768,x\n\n");
    const printed = rowsOf(ecotile("gemm", "catransformers-22nm", "--input", file).stdout);
    const listed = json(ecotile("gemm", "catransformers-22nm", "--input", file, "--json"))["rows"] as unknown[];
    const alone = json(ecotile("gemm", "catransformers-22nm", "--shape", "1,197,768,768", "--json"));
    expect(printed).toHaveLength(1);
    expect(listed).toHaveLength(1);
    expect(listed[0]).toMatchObject({ tag: "x", cycles: alone["cycles"], status: "ok" });
    expect(Number(printed[0]!["cycles"])).toBe(alone["cycles"]);
    expect(Number(printed[0]!["energy_total_pJ"])).toBe(alone["energy_total_pJ"]);
  });

  it("schedule.prefetch: products in a stream, as the hardware says or --set", () => {
    const run = (hardware: string, ...set: readonly string[]) =>
      json(ecotile("gemm", hardware, "--shape", "1,128,128,128", "--json", ...settings(...set)));
    const stream = run("zigzag-16x16");
    expect(stream).toMatchObject({ prefetched_bytes: 32_768, dram_read_bytes: 32_768 });
    const alone = run("zigzag-16x16", "schedule.prefetch=false");
    expect(alone).toMatchObject({ prefetched_bytes: 0, dram_read_bytes: 32_768 });
    expect(alone["cycles"]).toBeGreaterThan(stream["cycles"] as number);
    expect(run("catransformers-22nm")["prefetched_bytes"]).toBe(0);
    expect(run("catransformers-22nm", "schedule.prefetch=true")["prefetched_bytes"]).toBeGreaterThan(0);
    const printed = ecotile("gemm", "zigzag-16x16", "--shape", "1,128,128,128").stdout;
    expect(printed).toContain("prefetch      32768 B of inputs and weights come while the product before runs");
    const fused = ecotile("gemm", "zigzag-16x16", "--shape", "1,8,8,8", ...settings("schedule.fusion=all"));
    expect(fused.status).toBe(2);
    expect(fused.stderr).toContain("schedule.fusion cannot be set here: this command runs one product by itself");
  });

  it("shared_b: one B for all of the batch is a GEMM of batch × m rows", () => {
    const file = scratchFile("shared.csv", "batch,m,n,k,shared_b\n4,50,64,64,1\n,200,64,64,\n4,50,64,64,0\n");
    const [shared, flat, own] = rowsOf(ecotile("gemm", "catransformers-22nm", "--input", file).stdout);
    expect(shared!["cycles"]).toBe(flat!["cycles"]);
    expect(shared!["dram_read_bytes"]).toBe(flat!["dram_read_bytes"]);
    expect(Number(own!["dram_read_bytes"])).toBeGreaterThan(Number(shared!["dram_read_bytes"]));
  });

  it("rows that fit no buffer are infeasible with empty numbers, and the exit stays 0", () => {
    const file = scratchFile("two.csv", `${HEAD}\n64,64,64\n1,1,1\n`);
    const tiny = settings("localBuffer.size=1 B", "array.rows=1", "array.cols=1");
    const run = ecotile("gemm", "catransformers-22nm", "--input", file, ...tiny);
    expect(run.status).toBe(0);
    for (const row of rowsOf(run.stdout)) {
      expect(row["status"]).toBe("infeasible");
      expect(row["reason"]).toMatch(/^local-buffer too small: the smallest tile needs \d+ B, there are 1 B$/);
      for (const name of ["cycles", "energy_total_pJ", "mapping"]) expect(row[name]).toBe("");
    }
    const alone = ecotile("gemm", "catransformers-22nm", "--shape", "1,64,64,64", "--json", ...tiny);
    expect(alone.status).toBe(3);
    expect(json(alone)).toMatchObject({ status: "infeasible", cycles: null });
  });

  it("a header alone gives a header alone", () => {
    const run = ecotile("gemm", "scale-sim", "--input", scratchFile("header.csv", `${HEAD}\n`));
    expect(run.status).toBe(0);
    expect(run.stdout.split("\n")).toHaveLength(2);
  });
});

describe("gemm with wrong input ends with 2 and writes nothing", () => {
  const refuse = (file: string, ...more: readonly string[]) => {
    const output = join(freshFolder(), "out.csv");
    const run = ecotile("gemm", "scale-sim", "--input", file, "--output", output, ...more);
    expect(run.status).toBe(2);
    expect(run.stdout).toBe("");
    expect(existsSync(output)).toBe(false);
    return run.stderr;
  };

  it("reports every bad row with its line", () => {
    const rows = ["4,4,4", "0,4,4", "4,-1,4", "4,4,1e3", "4,4,", '4,4,"x\ny"', "99999999,4,4", "4,4,4"];
    const text = refuse(scratchFile("bad.csv", `${HEAD}\n${rows.join("\n")}\n`));
    const lines = [...text.matchAll(/bad\.csv:(\d+):1 {2}csv\/bad-size/g)].map((match) => Number(match[1]));
    expect(lines).toEqual([3, 4, 5, 6, 8, 9]);
    expect(text.endsWith("6 problems, nothing was run.\n")).toBe(true);
  });

  it("reports every row of another length", () => {
    const text = refuse(scratchFile("ragged.csv", `${HEAD}\n4,4\n4,4,4\n4,4,4,4\n`));
    expect(text).toContain("ragged.csv:2:1  csv/unreadable\n  The row has 2 cells, the header 3.");
    expect(text).toContain("ragged.csv:4:1  csv/unreadable\n  The row has 4 cells, the header 3.");
  });

  it.each([
    ["a product that is too large", `${HEAD}\n16777216,16777216,1024\n`, "over 2^53"],
    ["a column named like a result", "m,n,k,cycles,mapping\n1,1,1,1,1\n", 'The column "mapping" has the name'],
    ["missing columns", "M,N,x\n1,1,1\n", "The header has no column k; it has M, N, x."],
    ["a doubled column", "m,n,k,m\n1,1,1,1\n", 'There are two columns named "m".'],
    ["an empty file", "", "The file is empty"],
    [
      "an open quote",
      `${HEAD}\n"1,1,1\n`,
      "csv:2:1  csv/unreadable\n  A quote is opened in this row or below and never closed.",
    ],
    ["a bad flag", "m,n,k,shared_b\n1,1,1,yes\n", 'shared_b is "yes"'],
  ])("%s", (name, text, message) => {
    expect(refuse(scratchFile(`${name}.csv`, text))).toContain(message);
  });

  it("a missing file, and an output that cannot be", () => {
    expect(refuse("no/such/file.csv")).toContain("there is no such file");
    const file = scratchFile("good.csv", `${HEAD}\n1,1,1\n`);
    const run = ecotile("gemm", "scale-sim", "--input", file, "--output", join(file, "below", "out.csv"));
    expect(run.status).toBe(2);
    expect(run.stderr).toContain("cannot be written");
    expect(run.stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("gemm --trace", () => {
  interface Event {
    readonly ph: string;
    readonly name: string;
    readonly cat: string;
    readonly tid: number;
    readonly ts: number;
    readonly dur: number;
    readonly args: { readonly begin: number; readonly end: number; readonly name: string };
  }
  const traced = (...args: readonly string[]) => {
    const file = join(freshFolder(), "trace.json");
    const run = ecotile("gemm", ...args, "--trace", file);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "null";
    return {
      run,
      trace: JSON.parse(text) as { traceEvents: readonly Event[]; otherData: Record<string, number> } | null,
    };
  };

  it("events of one line never overlap, and the last one ends at the cycles that are printed", () => {
    const { run, trace } = traced("catransformers-22nm", "--shape", "1,197,768,768", "--json");
    const { cycles } = json(run);
    const spans = trace!.traceEvents.filter(({ ph }) => ph === "X");
    expect(Math.max(...spans.map(({ args }) => args.end))).toBe(cycles);
    expect(trace!.otherData).toEqual({ cycles, leftOut: 0 });
    const lines = new Map(spans.map(({ tid }) => [tid, spans.filter((each) => each.tid === tid)]));
    const names = trace!.traceEvents.filter(({ name }) => name === "thread_name").map(({ args }) => args.name);
    expect([...lines.keys()].sort((a, b) => a - b)).toEqual(names.map((_, at) => at + 1));
    expect(names).toContain("waits");
    for (const events of lines.values()) {
      const sorted = events.toSorted((a, b) => a.args.begin - b.args.begin);
      for (const [i, { args, ts, dur }] of sorted.entries()) {
        if (i > 0) expect(args.begin).toBeGreaterThanOrEqual(sorted[i - 1]!.args.end);
        // 625 MHz: 625 cycles a microsecond.
        expect(ts).toBeCloseTo(args.begin / 625, 9);
        expect(dur).toBeCloseTo((args.end - args.begin) / 625, 9);
      }
    }
  });

  it("of more than 100,000 events the first, and how many are left out", () => {
    const { run, trace } = traced("eyeriss", "--shape", "4,512,2048,2048");
    const spans = trace!.traceEvents.filter(({ ph, name }) => ph === "X" && name !== "last drain");
    expect(spans.length).toBe(100_000);
    expect(run.stderr).toMatch(/trace\.json: \d+ later events left out\./);
    expect(trace!.otherData["leftOut"]).toBeGreaterThan(0);
  });

  it("a machine that takes the time of kernels: the trace is of the mapping, and says so", () => {
    const { run, trace } = traced("a100", "--shape", "1,512,512,512");
    expect(run.stderr).toContain(`as its mapping runs it, ${trace!.otherData["cycles"]} cycles`);
  });

  it("goes with one product that has a mapping", () => {
    const small = ["catransformers-22nm", "--shape", "1,8,8,8", "--set", "localBuffer.size=1 B"];
    expect(traced(...small)).toMatchObject({ run: { status: 3 }, trace: null });
    const { run } = traced("scale-sim", "--input", "-");
    expect(run.status).toBe(2);
  });
});
