import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesUnder, readSource, root } from "./files.ts";

interface Manifest {
  readonly version: string;
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

describe("the package", () => {
  const files = packed();

  it("holds what running it needs", () => {
    const needed = [
      "package.json",
      "LICENSE",
      "NOTICE",
      "dist/src/index.js",
      "dist/src/index.d.ts",
      "dist/src/cli/main.js",
      "dist/assembly/abi.js",
      "build/core.wasm",
      "build/core.scalar.wasm",
      ...filesUnder("presets", ".yaml"),
      ...filesUnder("src", "").filter((file) => /\/tables\/.*\.(csv|json|yaml)$/.test(file)),
    ];
    expect(needed.filter((file) => !files.includes(file))).toEqual([]);
  });

  it("holds no tests, benches, scripts, sources of the core or debug builds", () => {
    const stray = files.filter((file) => /^(test|bench|scripts|assembly|node_modules|\.)|debug|\.test\./.test(file));
    expect(stray).toEqual([]);
    const sources = files.filter((file) => file.startsWith("src/") && !file.includes("/tables/"));
    expect(sources).toEqual([]);
  });

  it("exports resolve, by name and as files", async () => {
    for (const target of Object.values(manifest.exports)) {
      const paths = typeof target === "string" ? [target] : Object.values(target);
      for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
    }
    const resolve = (name: string) => import.meta.resolve(name);
    expect(resolve("ecotile/core.wasm")).toContain("build/core.wasm");
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
