import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { dataToStdout, toStderr, toStdout } from "../../../src/cli/print.ts";
import { ecotile, scratchFile } from "./run.ts";

// Colour, title of the terminal, end of the line turned round, one character back, a line that overwrites another.
const HOSTILE = "x\u001b[31mred\u001b]0;title\u0007\u202e\u0008\r";
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069]/;
const quoted = JSON.stringify(HOSTILE);

const model = scratchFile(
  "hostile-model.yaml",
  `{ name: ${quoted}, description: ${quoted}, family: bert, text: { layers: 1, hidden: 64, ffn: 64, heads: 2, tokens: 8, vocabulary: 9, maxPositions: 8 } }`,
);
const study = scratchFile(
  "hostile-study.yaml",
  `{ name: ${quoted}, model: ${JSON.stringify(model)}, hardware: catransformers-22nm, space: { array.rows: [8, 16] },
     objectives: [min latency], constraints: ["latency <= 50 ms"], accuracy: none, search: { strategy: nsga2, trials: 2, batch: 2, population: 2 } }`,
);
const rows = scratchFile("hostile.csv", `m,n,k\n"${HOSTILE}",1,1\n`);
const OUT = scratchFile("hostile-out", "");

describe("text of a user cannot move the cursor, colour or turn a line, wherever it is printed", () => {
  it.each<readonly [string, readonly string[]]>([
    ["simulate", ["simulate", model, "catransformers-22nm"]],
    ["search", ["search", study, "--workers", "1", "--out", `${OUT}-run`]],
    ["search --dry-run", ["search", study, "--dry-run"]],
    ["sweep", ["sweep", model, "catransformers-22nm", "--set", "array.rows=[8,16]"]],
    ["sweep --format svg", ["sweep", model, "catransformers-22nm", "--set", "array.rows=[8,16]", "--format", "svg"]],
    ["a problem of a CSV", ["gemm", "scale-sim", "--input", rows]],
    ["a setting", ["simulate", "bert-tiny", "scale-sim", "--set", `${HOSTILE}=1`]],
    ["a name", ["simulate", HOSTILE, "scale-sim"]],
    ["an option", ["simulate", "bert-tiny", "scale-sim", `--${HOSTILE}`]],
    ["a file to write", ["simulate", "bert-tiny", "scale-sim", "--trace", `/no/${HOSTILE}`]],
  ])("%s", (_, args) => {
    const { stdout, stderr } = ecotile(...args);
    expect(stdout + stderr).toContain("\\u{1b}");
    expect(UNSAFE.exec(stdout + stderr)).toBe(null);
  });

  it("pictures hold no character that XML forbids", () => {
    const picture = scratchFile("hostile.svg", "");
    expect(ecotile("simulate", model, "catransformers-22nm", "--roofline", picture).status).toBe(0);
    const svg = readFileSync(picture, "utf8");
    expect(svg).toContain("\\u{1b}");
    expect(UNSAFE.exec(svg)).toBe(null);
  });

  it("--json holds the text itself, written with JSON's own escapes", () => {
    const { stdout } = ecotile("simulate", model, "catransformers-22nm", "--json");
    expect(UNSAFE.exec(stdout)).toBe(null);
    expect((JSON.parse(stdout) as { readonly model: string }).model).toBe(HOSTILE);
  });
});

describe("print", () => {
  const { isTTY } = process.stdout;
  afterEach(() => {
    vi.restoreAllMocks();
    process.stdout.isTTY = isTTY;
  });

  it("text is escaped on both streams; data only on a terminal", () => {
    const written: unknown[] = [];
    const take = (data: unknown): boolean => written.push(data) > 0;
    vi.spyOn(process.stdout, "write").mockImplementation(take);
    vi.spyOn(process.stderr, "write").mockImplementation(take);
    toStdout("a\u001b\n");
    toStderr("b\u202e\n");
    process.stdout.isTTY = false;
    dataToStdout("c\u001b\n");
    process.stdout.isTTY = true;
    dataToStdout("d\u001b\n");
    expect(written).toEqual(["a\\u{1b}\n", "b\\u{202e}\n", "c\u001b\n", "d\\u{1b}\n"]);
  });
});
