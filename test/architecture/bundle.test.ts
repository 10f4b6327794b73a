import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./files.ts";

const BUNDLE = "dist/bundle";
const THREADS = ["worker/evaluate-worker.js", "worker/sweep-worker.js", "study/exact/worker.js"];

/** What a file of the bundle imports: with it, and when it asks for it. */
function importsOf(file: string): { readonly now: readonly string[]; readonly later: readonly string[] } {
  const text = readFileSync(join(root, file), "utf8");
  const at = (path: string): string => posix.join(posix.dirname(file), path);
  const found = (pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map(([, path]) => at(path!));
  return {
    now: found(/^(?:import |\} from |import \{[^}]*\} from |export \{[^}]*\} from )"(\.[^"]+)";/gm),
    later: found(/\bimport\("(\.[^"]+)"\)/g),
  };
}

/** Files that are loaded with these. */
function loadedWith(files: readonly string[]): ReadonlySet<string> {
  const loaded = new Set(files);
  for (const file of loaded) for (const other of importsOf(file).now) loaded.add(other);
  return loaded;
}

/** The file of a command, of which the program asks for one. */
function chunkOf(name: string): string {
  const found = readdirSync(join(root, BUNDLE, "chunks")).filter((file) =>
    new RegExp(`^${name}-\\w+\\.js$`).test(file),
  );
  expect(found).toHaveLength(1);
  return `${BUNDLE}/chunks/${found[0]!}`;
}

const bytesOf = (files: ReadonlySet<string>): number =>
  [...files].reduce((sum, file) => sum + readFileSync(join(root, file)).byteLength, 0);

const codeOf = (files: ReadonlySet<string>): string =>
  [...files].map((file) => readFileSync(join(root, file), "utf8")).join("\n");

// What a start costs is what it loads, which is counted here; `npm run bench` measures it.
describe("a start from the bundle", () => {
  const start = loadedWith([`${BUNDLE}/cli/main.js`, chunkOf("program")]);

  it.each([
    ["presets", 12, 300_000],
    ["gemm", 36, 1_900_000],
  ])("of %s loads few files, and little", (command, mostFiles, mostBytes) => {
    const loaded = loadedWith([...start, chunkOf(command)]);
    expect(loaded.size).toBeGreaterThan(3);
    expect(loaded.size).toBeLessThanOrEqual(mostFiles);
    expect(bytesOf(loaded)).toBeLessThanOrEqual(mostBytes);
  });

  it.each(THREADS)("of a thread (%s) loads few files, and little", (path) => {
    const loaded = loadedWith([`${BUNDLE}/${path}`]);
    expect(loaded.size).toBeGreaterThan(1);
    expect(loaded.size).toBeLessThanOrEqual(4);
    expect(bytesOf(loaded)).toBeGreaterThan(500_000);
    expect(bytesOf(loaded)).toBeLessThanOrEqual(1_400_000);
  });

  it("of a command or a thread loads no reader of texts", () => {
    const all = loadedWith([
      ...start,
      chunkOf("gemm"),
      chunkOf("search"),
      ...THREADS.map((path) => `${BUNDLE}/${path}`),
    ]);
    expect(codeOf(all)).toContain("node_modules/zod/");
    expect(codeOf(all)).not.toMatch(/^\/\/ node_modules\/(yaml|csv-parse|csv-stringify)\//m);
  });

  it("takes nothing of Node by import, which would read all properties of it", () => {
    const files = readdirSync(join(root, BUNDLE), { recursive: true, encoding: "utf8" });
    const scripts = files
      .filter((file) => file.endsWith(".js"))
      .map((file) => `${BUNDLE}/${file.replaceAll("\\", "/")}`);
    expect(scripts.length).toBeGreaterThan(50);
    for (const file of scripts)
      expect(readFileSync(join(root, file), "utf8"), file).not.toMatch(/^(import|\}) .*from "(node:|fs"|path")/m);
  });
});
