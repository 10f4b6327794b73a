import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { filesUnder, readSource, root } from "./files.ts";

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly author: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readSource("package.json")) as Manifest;

function packed(): readonly string[] {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    shell: process.platform === "win32",
  });
  const [found] = JSON.parse(output) as readonly { readonly files: readonly { readonly path: string }[] }[];
  return found!.files.map(({ path }) => path);
}

/** Targets of links and images of a page that are no addresses: path from the package's root, and the heading after `#`. */
function relativeLinks(page: string, text: string): readonly { readonly path: string; readonly heading: string }[] {
  const targets = [...text.matchAll(/\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)].map(([, a, b]) => a ?? b ?? "");
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", heading = ""] = target.split("#");
      return { path: path === "" ? page : posix.join(posix.dirname(page), path), heading };
    });
}

const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function deadLinks(page: string, text: string, files: readonly string[]): readonly string[] {
  return relativeLinks(page, text).flatMap(({ path, heading }) => {
    if (!files.includes(path) && !files.some((file) => file.startsWith(`${path.replace(/\/$/, "")}/`)))
      return [`${page}: ${path} is not in the package`];
    if (heading === "") return [];
    const headings = [...(path === page ? text : readSource(path)).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title!);
    return headings.map(slugOf).includes(heading) ? [] : [`${page}: ${path} has no heading ${heading}`];
  });
}

/** Maps that a file names, and sources that a map names without holding their text, which are not in the package. */
function missingSources(file: string, text: string, files: readonly string[]): readonly string[] {
  const beside = (path: string): string => posix.join(posix.dirname(file), path);
  const maps = [...text.matchAll(/sourceMappingURL=([\w./-]+)/g)].map(([, map]) => beside(map!));
  const map = file.endsWith(".map")
    ? (JSON.parse(text) as { sources: readonly string[]; sourcesContent?: readonly (string | null)[] })
    : null;
  const sources = (map?.sources ?? []).filter((_, i) => typeof map?.sourcesContent?.[i] !== "string").map(beside);
  return [...maps, ...sources].filter((path) => !files.includes(path)).map((path) => `${file}: ${path}`);
}

describe("links and source maps are looked at", () => {
  const files = ["README.md", "docs/a.md", "dist/a.js", "dist/a.js.map", "src/a.ts"];

  it.each([
    ["README.md", "see [a](docs/a.md) and ![b](docs/b.png)", ["README.md: docs/b.png is not in the package"]],
    ["docs/a.md", "[up](../README.md), [b](b.md)", ["docs/a.md: docs/b.md is not in the package"]],
    ["docs/a.md", "# One, two!\n[here](#one-two) [there](#three)", ["docs/a.md: docs/a.md has no heading three"]],
    [
      "README.md",
      "[out](https://example.org) [folder](docs/)\n[x]: none.md",
      ["README.md: none.md is not in the package"],
    ],
  ])("%s: %s", (page, text, dead) => {
    expect(deadLinks(page, text, files)).toEqual(dead);
  });

  it.each([
    ["dist/a.js", "//# sourceMappingURL=a.js.map", []],
    ["dist/b.js", "//# sourceMappingURL=b.js.map", ["dist/b.js: dist/b.js.map"]],
    ["dist/a.js.map", '{"sources":["../src/a.ts"]}', []],
    ["dist/a.js.map", '{"sources":["../src/b.ts"]}', ["dist/a.js.map: src/b.ts"]],
    ["dist/a.js.map", '{"sources":["../src/b.ts"],"sourcesContent":["let b;"]}', []],
  ])("%s: %s", (file, text, missing) => {
    expect(missingSources(file, text, files)).toEqual(missing);
  });
});

describe("the package", () => {
  const files = packed();

  it("holds what running it needs", () => {
    const needed = [
      "package.json",
      "LICENSE",
      "NOTICE",
      "dist/src/index.js",
      "dist/src/index.d.ts",
      "dist/bundle/cli/main.js",
      "dist/assembly/abi.js",
      "build/core.wasm",
      "build/core.scalar.wasm",
      ...filesUnder("presets", ".yaml"),
      ...filesUnder("src", "").filter((file) => /\/tables\/.*\.(csv|json|yaml)$/.test(file)),
    ];
    expect(needed.filter((file) => !files.includes(file))).toEqual([]);
  });

  it("holds no tests, benches, scripts or debug builds, and of the sources tables and the core's layout", () => {
    const stray = files.filter((file) => /^(test|bench|scripts|node_modules|\.)|debug|\.test\./.test(file));
    expect(stray).toEqual([]);
    const sources = files.filter((file) => /^(src|assembly)\//.test(file) && !file.includes("/tables/"));
    expect(sources).toEqual(["assembly/abi.ts"]);
  });

  it("every relative link of its pages leads to something in it", () => {
    const pages = files.filter((file) => file.endsWith(".md"));
    expect(pages).toEqual(expect.arrayContaining(["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/model.md"]));
    expect(relativeLinks("README.md", readSource("README.md")).length).toBeGreaterThan(9);
    expect(pages.flatMap((page) => deadLinks(page, readSource(page), files))).toEqual([]);
  });

  it("names no file that is not there as a source map, and its maps no such source", () => {
    const named = files.filter((file) => /\.(js|mjs|wasm|map)$/.test(file));
    expect(named.length).toBeGreaterThan(100);
    expect(named.flatMap((file) => missingSources(file, readSource(file), files))).toEqual([]);
  });

  it("says what it is, and names no address that is not its own", () => {
    const { keywords, description, author, license } = manifest;
    expect(keywords).toEqual([...new Set(keywords)].sort());
    expect(keywords.length).toBeGreaterThan(5);
    expect([description, author, license].every((text) => text.length > 5)).toBe(true);
    const citation = readSource("CITATION.cff");
    for (const [key, value] of Object.entries({ version: manifest.version, license }))
      expect(citation).toContain(`\n${key}: ${value}\n`);
    expect(citation).toContain(`- name: ${author}\n`);
    expect(readSource("package.json")).not.toMatch(/https?:/);
  });

  it("exports resolve, by name and as files", async () => {
    for (const target of Object.values(manifest.exports)) {
      const paths = typeof target === "string" ? [target] : Object.values(target);
      for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
    }
    const resolve = (name: string) => import.meta.resolve(name);
    expect(resolve("ecotile/core.wasm")).toContain("build/core.wasm");
    expect(resolve("ecotile/abi")).toContain("dist/assembly/abi.js");
    const script = 'const all = await import("ecotile"); process.stdout.write(typeof all);';
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root, encoding: "utf8" });
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe("object");
  });

  it("its command is an executable file that answers", () => {
    const bin = manifest.bin["ecotile"]!;
    expect(files).toContain(bin);
    const path = join(root, bin);
    expect(readFileSync(path, "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
    if (process.platform !== "win32") expect(statSync(path).mode & 0o111).toBe(0o111);
    expect(execFileSync(process.execPath, [path, "--version"], { encoding: "utf8" })).toBe(`${manifest.version}\n`);
  });
});

describe("the lockfile", () => {
  interface Entry {
    readonly version?: string;
    readonly resolved?: string;
    readonly integrity?: string;
  }
  const { packages } = JSON.parse(readSource("package-lock.json")) as { packages: Record<string, Entry> };

  it("names no registry, and a checksum for every package", () => {
    const entries = Object.entries(packages).filter(([path]) => path !== "");
    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  });

  it("holds the database's binaries for every platform", () => {
    const platforms = ["linux-x64-gnu", "linux-x64-musl", "linux-arm64-gnu", "linux-arm64-musl", "darwin-x64"];
    for (const platform of [...platforms, "darwin-arm64", "win32-x64-msvc"]) {
      expect(packages, platform).toHaveProperty([`node_modules/@libsql/${platform}`]);
    }
  });

  it("pins every dependency to one version", () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
});
