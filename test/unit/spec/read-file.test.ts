import { spawnSync } from "node:child_process";
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { readTextFile, readTextPieces } from "../../../src/spec/read-file.ts";
import { ecotile } from "../cli/run.ts";

const folder = mkdtempSync(join(tmpdir(), "ecotile-read-"));
const pipe = join(folder, "pipe");
spawnSync("mkfifo", [pipe]);
const link = join(folder, "link");
symlinkSync("pipe", link);

function problem(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof SpecError) return `${error.problems[0]!.code} ${error.problems[0]!.message}`;
  }
  throw new Error("no problem was found");
}

describe("what is no regular file is not opened", () => {
  it.each([
    ["a pipe", pipe, "it is no regular file"],
    ["a link to a pipe", link, "it is no regular file"],
    ["a device that never ends", "/dev/zero", "it is no regular file"],
    ["a folder", folder, "it is a directory"],
    ["nothing", join(folder, "none"), "there is no such file"],
  ])("%s", (_, path, reason) => {
    expect(problem(() => readTextFile(path, "x"))).toBe(`spec/unreadable-file The file cannot be read: ${reason}.`);
  });

  // Each would wait for ever.
  it.each([
    ["import huggingface", ["import", "huggingface", pipe]],
    ["gemm --input", ["gemm", "scale-sim", "--input", pipe]],
    ["accuracy --input", ["accuracy", "--input", pipe]],
    ["a model", ["simulate", pipe, "scale-sim"]],
    ["a hardware", ["gemm", pipe, "--shape", "1,1,1,1"]],
    ["a study", ["search", pipe]],
    ["an hourly grid", ["simulate", "bert-tiny", "scale-sim", "--set", `deployment.gridHours=${pipe}`]],
  ])("%s", (_, args) => {
    const run = ecotile(...args);
    expect(run.status).toBe(2);
    expect(run.stdout).toBe("");
    expect(run.stderr).toContain("The file cannot be read: it is no regular file.");
  });
});

describe("text in pieces", () => {
  it("joins to what is read as a whole, whatever signs lie across two pieces", () => {
    const text = `\u{feff}${"aé€😀\n".repeat(20_000)}`;
    const path = join(folder, "signs");
    writeFileSync(path, text);
    const pieces = [...readTextPieces(path, "signs", 1e6)];
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join("")).toBe(text.slice(1));
    expect(readTextFile(path, "signs")).toBe(text.slice(1));
  });

  it("are not UTF-8, or too many bytes", () => {
    const path = join(folder, "bytes");
    writeFileSync(path, Uint8Array.of(0x61, 0xc3));
    expect(problem(() => readTextFile(path, "bytes"))).toBe("spec/not-utf8 The file is not UTF-8 text.");
    expect(problem(() => readTextFile(path, "bytes", 1))).toContain(
      "spec/too-large The file has 2 bytes, but at most 1",
    );
  });
});
