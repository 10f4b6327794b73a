import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors/index.ts";
import { openOutputFile, writeFileWhole } from "../../../src/study/output-file.ts";
import { ecotile, MAIN, scratchFile } from "./run.ts";

const rows = scratchFile("rows.csv", "m,n,k\n4,4,4\n");
const folder = () => realpathSync(mkdtempSync(join(tmpdir(), "ecotile-out-")));
const study = scratchFile(
  "small.yaml",
  "name: s\nmodel: bert-tiny\nhardware: catransformers-22nm\nspace: { array.rows: [8, 16] }\n" +
    "objectives: [min latency, min area]\naccuracy: { metric: glue }\nsearch: { strategy: nsga2, trials: 2, batch: 2, population: 2 }\n",
);
const shell = (command: string) => {
  const { status, stdout, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
  return { status, stdout, stderr };
};
const CLI = `"${process.execPath}" "${MAIN}"`;
const RESULT = /^m,n,k,status,.*\n4,4,4,ok,/;

/** Every option that names a file to write. */
const WRITERS: readonly (readonly [string, (path: string) => readonly string[]])[] = [
  ["gemm --output", (path) => ["gemm", "scale-sim", "--input", rows, "--output", path]],
  [
    "accuracy --output",
    (path) => ["accuracy", "--input", scratchFile("models.csv", "family\nViT-B-16\n"), "--output", path],
  ],
  ["gemm --trace", (path) => ["gemm", "scale-sim", "--shape", "1,4,4,4", "--trace", path]],
  ["simulate --trace", (path) => ["simulate", "bert-tiny", "scale-sim", "--trace", path]],
  ["simulate --roofline", (path) => ["simulate", "bert-tiny", "scale-sim", "--roofline", path]],
];

describe.each(WRITERS)("%s", (_, args) => {
  it("writes to a pipe and leaves it a pipe", async () => {
    const at = folder();
    const pipe = join(at, "pipe");
    spawnSync("mkfifo", [pipe]);
    const reader = spawn("cat", [pipe]);
    let text = "";
    reader.stdout.on("data", (piece) => (text += String(piece)));
    const closed = new Promise((resolve) => reader.on("close", resolve));
    const run = ecotile(...args(pipe));
    if (!lstatSync(pipe).isFIFO()) reader.kill();
    await closed;
    expect(run.status).toBe(0);
    expect(text.length).toBeGreaterThan(20);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readdirSync(at)).toEqual(["pipe"]);
  });

  it("makes no folder: exit 2, and says which is missing", () => {
    const at = folder();
    const run = ecotile(...args(join(at, "typo", "x")));
    expect(run.status).toBe(2);
    expect(run.stderr).toBe(`${at}/typo/x cannot be written: there is no folder ${at}/typo.\n`);
    expect(readdirSync(at)).toEqual([]);
  });
});

describe("a file to write", () => {
  it("is what a link leads to; the link stays", () => {
    const at = folder();
    mkdirSync(join(at, "there"));
    writeFileSync(join(at, "there", "file"), "old");
    symlinkSync("there/file", join(at, "link"));
    writeFileWhole(join(at, "link"), "new");
    expect(readlinkSync(join(at, "link"))).toBe("there/file");
    expect(readFileSync(join(at, "there", "file"), "utf8")).toBe("new");
    expect(readdirSync(join(at, "there"))).toEqual(["file"]);
  });

  it("is made where a link leads to nothing yet, over several links", () => {
    const at = folder();
    symlinkSync("second", join(at, "first"));
    symlinkSync(join(at, "third"), join(at, "second"));
    writeFileWhole(join(at, "first"), "new");
    expect(readFileSync(join(at, "third"), "utf8")).toBe("new");
    expect(readdirSync(at)).toEqual(["first", "second", "third"]);
  });

  it("keeps its mode", () => {
    const path = join(folder(), "file");
    writeFileSync(path, "old");
    chmodSync(path, 0o640);
    writeFileWhole(path, "new");
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it("is there whole or not at all", () => {
    const at = folder();
    writeFileSync(join(at, "file"), "old");
    const file = openOutputFile(join(at, "file"));
    file.write("one ");
    expect(readFileSync(join(at, "file"), "utf8")).toBe("old");
    file.write("two");
    file.finish();
    expect(readFileSync(join(at, "file"), "utf8")).toBe("one two");
    const dropped = openOutputFile(join(at, "file"));
    dropped.write("three");
    dropped.discard();
    expect(readFileSync(join(at, "file"), "utf8")).toBe("one two");
    expect(readdirSync(at)).toEqual(["file"]);
  });

  it.each([
    ["links in a ring", (at: string) => symlinkSync("ring", join(at, "ring")), "/ring", "too many symbolic links"],
    ["a name that ends in a slash", () => undefined, "/x/", "it is a directory"],
    ["a folder", () => undefined, "", "it is a directory"],
    [
      "a file as folder",
      (at: string) => writeFileSync(join(at, "f"), ""),
      "/f/x",
      "a part of its path is no directory",
    ],
    [
      "a link into a folder that is not there",
      (at: string) => symlinkSync("no/x", join(at, "l")),
      "/l",
      "there is no folder AT/no",
    ],
  ] as const)("%s is refused", (_, prepare, name, reason) => {
    const at = folder();
    prepare(at);
    const before = readdirSync(at);
    const message = `${at}${name} cannot be written: ${reason.replace("AT", at)}.`;
    expect(() => writeFileWhole(at + name, "new")).toThrow(new InputError(message));
    expect(readdirSync(at)).toEqual(before);
  });

  it("an empty name is refused", () => {
    expect(() => writeFileWhole("", "new")).toThrow("cannot be written: its name is empty.");
  });

  it("a disk that gets full: exit 2, the old file stays and nothing lies beside it", () => {
    const at = folder();
    writeFileSync(join(at, "file"), "old");
    // The largest file that the shell allows stands for the space that is left.
    const run = shell(`ulimit -f 0; ${CLI} gemm scale-sim --input ${rows} --output ${at}/file`);
    expect(run.stderr).toBe(`${at}/file cannot be written: it would be larger than files may be here.\n`);
    expect(run.status).toBe(2);
    expect(readFileSync(join(at, "file"), "utf8")).toBe("old");
    expect(readdirSync(at)).toEqual(["file"]);
  });

  it.runIf(existsSync("/proc/self/fd/1"))("goes to stdout where that is what is named, whatever stdout is", () => {
    const at = folder();
    const link = join(at, "out");
    symlinkSync("/proc/self/fd/1", link);
    const command = `${CLI} gemm scale-sim --input ${rows} --output ${link}`;
    expect(shell(`${command} | cat`).stdout).toMatch(RESULT);
    expect(shell(`echo before > ${at}/file; ${command} >> ${at}/file`).status).toBe(0);
    expect(readFileSync(join(at, "file"), "utf8")).toMatch(/^before\nm,n,k,status,/);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readdirSync(at)).toEqual(["file", "out"]);
  });

  it("a reader of a pipe that has seen enough is no error", () => {
    const at = folder();
    const command = `mkfifo ${at}/p; head -c 1 ${at}/p & ${CLI} simulate llama-3-8b a100 --trace ${at}/p; echo $?`;
    expect(shell(command).stdout.trimEnd().split("\n").at(-1)).toBe("0");
  });
});

describe("what cannot be printed", () => {
  const full = existsSync("/dev/full");
  it.runIf(full).each([["presets models"], ["schema hardware"], ["--help"]])(
    "stdout on a full disk, %s: exit 2 and one line",
    (args) => {
      const run = shell(`${CLI} ${args} > /dev/full`);
      expect(run).toEqual({
        status: 2,
        stdout: "",
        stderr: "Standard output cannot be written: no space is left on the device.\n",
      });
    },
  );

  it("stdout on a disk that gets full between two bytes", () => {
    const run = shell(`ulimit -f 1; cd ${folder()}; ${CLI} schema hardware 2>&1 >out | cat; exit \${PIPESTATUS[0]}`);
    expect(run).toMatchObject({
      status: 2,
      stdout: "Standard output cannot be written: it would be larger than files may be here.\n",
    });
  });

  it.runIf(full)("stderr on a full disk: exit 2", () => {
    expect(shell(`${CLI} simulate no-model scale-sim 2> /dev/full`)).toEqual({ status: 2, stdout: "", stderr: "" });
    expect(shell(`${CLI} gemm scale-sim --input ${rows} --output ${folder()}/x 2> /dev/full`).status).toBe(2);
  });

  it("a reader of stdout or stderr that has gone: the result of the command", () => {
    expect(shell(`${CLI} presets | head -n 1 > /dev/null; echo \${PIPESTATUS[0]}`).stdout).toBe("0\n");
    expect(shell(`${CLI} simulate bert-tiny scale-sim 1>&- ; echo $?`).stdout).toBe("0\n");
    expect(
      shell(`(${CLI} gemm scale-sim --input ${rows} --output ${folder()}/x; echo $? >&3) 3>&1 2>&1 | true`).status,
    ).toBe(0);
  });
});

describe("a system that grants little memory", () => {
  it.each([
    ["one product", "gemm scale-sim --shape 1,2,3,4"],
    ["a worker", `search ${study} --out OUT --workers 1`],
    ["the threads of an exact search", `search ${study} --out OUT --workers 2 --strategy exact`],
  ])("%s: exit 2, and what to do", (_, args) => {
    const run = shell(`ulimit -v 3000000; ${CLI} ${args.replace("OUT", join(folder(), "run"))}`);
    expect(run.stderr).toContain("The simulator core gets no memory: each thread reserves some 8 GiB of addresses");
    expect(run.stderr).not.toMatch(/^ {4}at /m);
    expect(run.status).toBe(2);
  });
});
