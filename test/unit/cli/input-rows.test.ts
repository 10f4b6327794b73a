import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { ecotile, json, MAIN, scratchFile } from "./run.ts";

const rowsOf = (text: string) => parse(text, { columns: true }) as readonly Readonly<Record<string, string>>[];
const folder = () => mkdtempSync(join(tmpdir(), "ecotile-rows-"));
const GEMM = ["gemm", "scale-sim", "--set", "array.dataflow=weight-stationary"];
const gemm = (name: string, text: string) => ecotile(...GEMM, "--input", scratchFile(name, text));

describe("gemm --input of files as others write them", () => {
  // Cycles by SCALE-Sim's rule: folds × (2·rows + cols + m − 2) on 32 × 32, where all operands fit.
  it("topologies of SCALE-Sim: a comma at every end, M, N, K in capitals, no last end of line", () => {
    const run = gemm("topology.csv", "Layer,M,N,K,\r\nfc1,1024,1600,1600,\r\nfc2,256,128,64,");
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    const rows = rowsOf(run.stdout);
    expect(Object.keys(rows[0]!).slice(0, 5)).toEqual(["Layer", "M", "N", "K", "status"]);
    expect(rows.map(({ Layer, cycles }) => [Layer, cycles])).toEqual([
      ["fc1", String(50 * 50 * (1024 + 94))],
      ["fc2", String(2 * 4 * (256 + 94))],
    ]);
  });

  it("lines that start with # are left out, and it is said; lines are counted with them", () => {
    const run = gemm("comments.csv", "# shapes of a layer\nm,n,k\n1,768,768\n");
    expect(run.status).toBe(0);
    expect(rowsOf(run.stdout).map(({ cycles }) => cycles)).toEqual(["54720"]);
    expect(run.stderr).toMatch(/comments\.csv: 1 line that starts with # left out\.\n$/);
    expect(gemm("bad.csv", "# shapes\nm,n,k\n\n#\n0,1,1\n").stderr).toContain("bad.csv:5:1  csv/bad-size\n  m is");
    expect(gemm("head.csv", "#m,n,k\n1,2,3\n").stderr).toContain(
      "The header has no column m, n, k; it has 1, 2, 3. The header is in line 2, the first that does not start with #.",
    );
  });

  it("sparsity: rows that say they are dense run, others are refused by name", () => {
    const head = "Layer Name, M, N, K, Sparsity,\n";
    const dense = gemm("dense.csv", `${head}a, 3, 5, 16, 4:4,\nb, 3, 5, 16, ,\n`);
    expect(rowsOf(dense.stdout).map((row) => [row["Sparsity"], row["cycles"]])).toEqual([
      ["4:4", String(3 + 94)],
      ["", String(3 + 94)],
    ]);
    const sparse = gemm("sparse.csv", `${head}a, 3, 5, 16, 4:4,\nb, 3, 5, 16, 3:4,\n`);
    expect(sparse.status).toBe(2);
    expect(sparse.stderr).toContain('sparse.csv:3:1  csv/sparse\n  Sparsity is "3:4"');
  });

  it("a column that was probably meant otherwise is passed through, and it is said", () => {
    const run = gemm("near.csv", "m,n,k,bacth\n4,4,4,2\n");
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(/near\.csv: the column "bacth" is passed through\. Did you mean "batch"\?\n$/);
  });
});

describe("many rows", () => {
  const tags = Array.from({ length: 10_000 }, (_, i) => `${1 + (i % 97)},${1 + (i % 89)},${64 + (i % 83)},"row ${i},"`);
  const many = scratchFile("many.csv", `m,n,k,tag\n${tags.join("\n")}\n`);

  it("10,000 rows take less than 200 MB, and keep their order", () => {
    const hook = scratchFile(
      "memory.cjs",
      'process.on("exit", () => require("node:fs").writeSync(2, `maxRSS ${process.resourceUsage().maxRSS} KiB\\n`));\n',
    );
    const output = join(folder(), "out.csv");
    const args = ["--require", hook, MAIN, ...GEMM, "--input", many, "--output", output];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stderr).toContain(`${output}: 10000 rows, 0 infeasible.\n`);
    expect(Number(/maxRSS (\d+) KiB/.exec(stderr)![1]) / 1024).toBeLessThan(200);
    expect(rowsOf(readFileSync(output, "utf8")).map(({ tag }) => tag)).toEqual(tags.map((_, i) => `row ${i},`));
  });

  it("no more than a hundred problems are told, and no file is written", () => {
    const bad = scratchFile("bad.csv", `m,n,k\n${"0,4,-1\n".repeat(5000)}`);
    const at = folder();
    const run = ecotile(...GEMM, "--input", bad, "--output", join(at, "out.csv"));
    expect(run.status).toBe(2);
    const lines = run.stderr.trimEnd().split("\n");
    expect(lines[0]).toBe("more than 100 problems; the first 100:");
    expect(lines.filter((line) => line.includes("csv/bad-size"))).toHaveLength(100);
    expect(lines[99 * 2 + 1]).toMatch(/bad\.csv:51:1 {2}csv\/bad-size$/);
    expect(lines.at(-1)).toBe("more than 100 problems, nothing was run.");
    expect(readdirSync(at)).toEqual([]);
  });

  it.runIf(existsSync("/proc/self/fd"))("a process that is killed leaves nothing behind", async () => {
    const at = folder();
    const args = [
      "gemm",
      "catransformers-22nm",
      "--effort",
      "exhaustive",
      "--input",
      many,
      "--output",
      join(at, "o.csv"),
    ];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" });
    // Nothing has a name yet, so what is open says that rows are being worked on.
    const open = (): boolean =>
      spawnSync("ls", ["-l", `/proc/${child.pid}/fd`], { encoding: "utf8" }).stdout.includes(at);
    while (!open()) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    await once(child, "close");
    expect(readdirSync(at)).toEqual([]);
  });

  it("the JSON document is the one that JSON.stringify would write", () => {
    for (const rows of ["", "4,4,4,a\u202e\n", "4,4,4,a\n4,4,5,b\n"]) {
      const { stdout } = gemm("few.csv", `m,n,k,tag\n${rows}`);
      const run = ecotile(...GEMM, "--json", "--input", scratchFile("few.csv", `m,n,k,tag\n${rows}`));
      const document = JSON.parse(run.stdout) as { readonly rows: readonly unknown[] };
      expect(run.stdout.replaceAll("\\u202e", "\u202e")).toBe(`${JSON.stringify(document, null, 2)}\n`);
      expect(run.stdout).not.toContain("\u202e");
      expect(document.rows).toHaveLength(rowsOf(stdout).length);
    }
  });
});

describe("accuracy --input", () => {
  const accuracy = (text: string, ...more: readonly string[]) =>
    ecotile("accuracy", "--input", scratchFile("models.csv", text), ...more);

  it("a row that is no model is marked, and the others are judged", () => {
    const text = "id,family,pretrained\n1,ViT-B-16,openai\n2,RN50,openai\n3,nonsense,\n4,ViT-B-32,openai\n";
    const run = accuracy(text);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    const rows = rowsOf(run.stdout);
    expect(Object.keys(rows[0]!)).toEqual([
      ...["id", "family", "pretrained", "status", "reason", "accuracy", "accuracy_low", "accuracy_high"],
      ...["metric", "extrapolation", "nearest"],
    ]);
    expect(rows.map(({ id, status, accuracy }) => [id, status, accuracy !== ""])).toEqual([
      ["1", "ok", true],
      ["2", "refused", false],
      ["3", "refused", false],
      ["4", "ok", true],
    ]);
    expect(rows[1]!["reason"]).toBe(
      'family "RN50" is not a pair of plain transformers; the predictor was not fitted on such models',
    );
    expect(rows[2]!["reason"]).toContain('"nonsense" is not a known architecture');
    const listed = json(accuracy(text, "--json"))["rows"] as readonly Readonly<Record<string, unknown>>[];
    expect(listed.map(({ status, accuracy }) => [status, typeof accuracy])).toEqual(
      rows.map(({ status }) => [status, status === "ok" ? "number" : "object"]),
    );
    const output = join(folder(), "out.csv");
    expect(accuracy(text, "--output", output).stderr).toBe(`${output}: 4 rows, 2 refused.\n`);
    expect(readFileSync(output, "utf8")).toBe(run.stdout);
  });

  it("a value that is out of range, and a metric of another family, mark their row", () => {
    const text = "Text_Layers,text_hidden,vision_layers,vision_hidden,patch\n4,512,,,\n0,512,,,\n,,12,768,16\n";
    const rows = rowsOf(accuracy(text, "--metric", "glue").stdout);
    expect(rows.map(({ status, reason }) => [status, reason])).toEqual([
      ["ok", ""],
      ["refused", 'text_layers is "0", but must be a whole number from 1 to 1024'],
      ["refused", 'metric "glue" is of bert models, but "" is of family vit'],
    ]);
  });

  it.each([
    [
      "a header that names no model",
      "layers,hidden\n",
      "models.csv:1:1  csv/missing-column\n  The header names no model",
    ],
    ["a column named like a result", "family,status\nViT-B-16,x\n", 'The column "status" has the name of a result'],
    ["a row of another length", "family,x\nViT-B-16\n", "models.csv:2:1  csv/unreadable"],
  ])("%s: exit 2, and nothing is written", (_, text, message) => {
    const output = join(folder(), "out.csv");
    const run = accuracy(text, "--output", output);
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(message);
    expect(existsSync(output)).toBe(false);
  });
});
