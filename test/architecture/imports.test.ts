import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { filesUnder, readSource } from "./files.ts";
import { complaint, importsOf, ROOMS, roomOf } from "./rooms.ts";

const sources = filesUnder("src", ".ts");
const imports = sources.flatMap((file) => importsOf(file, readSource(file)));

const plant = (file: string, text: string): readonly (string | null)[] => importsOf(file, text).map(complaint);

describe("which way imports point", () => {
  it("finds the sources and their imports", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(300);
  });

  it("every file of src/ lies in a room of the table", () => {
    const strangers = sources.filter((file) => !(roomOf(file) in ROOMS));
    expect(strangers).toEqual([]);
  });

  it("no import of src/ points the wrong way", () => {
    expect(imports.map(complaint).filter((text) => text !== null)).toEqual([]);
  });

  it("the core imports nothing outside assembly/, and names no file extension", () => {
    const outside = filesUnder("assembly", ".ts")
      .flatMap((file) => importsOf(file, readSource(file)))
      .filter(({ file, from }) => !from.startsWith("./") && !(from.startsWith("../") && file.split("/").length > 2));
    expect(outside).toEqual([]);
    expect(importsOf("assembly/abi.ts", readSource("assembly/abi.ts"))).toEqual([]);
  });

  it("the core names the module at every use of its state: hardware.cores, mapping.gm, bound.time", () => {
    const files = filesUnder("assembly", ".ts");
    const withState = new Set(files.filter((file) => /^export let /m.test(readSource(file))));
    const prefixes = new Map<string, Set<string>>();
    const bare: string[] = [];
    for (const file of files) {
      for (const [, names, from] of readSource(file).matchAll(/^import ([^;]*?) from "([^"]+)";/gm)) {
        const module = `${join(dirname(file), from!)}.ts`;
        if (!withState.has(module) && !module.endsWith("/abi.ts")) continue;
        const prefix = /^\* as (\w+)$/.exec(names!)?.[1];
        if (prefix === undefined) bare.push(`${file}: ${module}`);
        else prefixes.set(module, (prefixes.get(module) ?? new Set()).add(prefix));
      }
    }
    expect(withState.size).toBeGreaterThan(10);
    expect(bare).toEqual([]);
    // One prefix for a module, one module for a prefix.
    expect([...prefixes].filter(([, names]) => names.size > 1)).toEqual([]);
    expect(new Set([...prefixes.values()].flatMap((names) => [...names])).size).toBe(prefixes.size);
  });

  it("every package that src/ imports is a dependency", () => {
    const { dependencies, peerDependencies } = JSON.parse(readSource("package.json")) as {
      readonly dependencies: Readonly<Record<string, string>>;
      /** Brought by those who use what needs them. */
      readonly peerDependencies: Readonly<Record<string, string>>;
    };
    const packages = imports
      .filter(({ from }) => !from.startsWith(".") && !from.startsWith("node:"))
      .filter(({ isTypeOnly }) => !isTypeOnly)
      .map(({ from }) => from.split("/", from.startsWith("@") ? 2 : 1).join("/"));
    const used = [...new Set(packages)];
    expect(used.filter((name) => !(name in dependencies) && !(name in peerDependencies))).toEqual([]);
  });
});

describe("the test itself finds planted imports", () => {
  it.each([
    ["src/units/a.ts", 'import { a } from "../spec/index.ts";'],
    ["src/spec/a.ts", 'export { a } from "../cost/index.ts";'],
    ["src/search/a.ts", 'import type { Hardware } from "../spec/hardware.ts";'],
    ["src/search/pareto/a.ts", 'import { evaluate } from "../../evaluate/index.ts";'],
    ["src/cost/a.ts", 'import { simulateGemms } from "../sim/index.ts";'],
    ["src/cost/a.ts", 'import { type Core, simulateGemms } from "../sim/index.ts";'],
    ["src/accuracy/a.ts", 'import type { GemmResult } from "../sim/index.ts";'],
    ["src/evaluate/a.ts", 'import "../../assembly/abi.ts";'],
    ["src/store/a.ts", 'export * from "../search/index.ts";'],
    ["src/report/a.ts", 'const cost = await import("../cost/index.ts");'],
    ["src/report/a.ts", 'type A = import("../evaluate/index.ts").Evaluation;'],
    ["src/cost/a.ts", 'import { Command } from "commander";'],
    ["src/search/a.ts", 'import Database from "libsql";'],
    ["src/worker/a.ts", "await import(name);"],
    ["src/elsewhere/a.ts", 'import { a } from "../units/index.ts";'],
  ])("%s: %s", (file, text) => {
    const found = plant(file, text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${file}:1`);
  });

  it.each([
    ["src/spec/a.ts", 'import { packageRoot } from "../package-root.ts";'],
    ["src/cost/a.ts", 'import type { GemmResult } from "../sim/index.ts";'],
    ["src/cost/a.ts", 'import { type GemmResult, type Core } from "../sim/index.ts";'],
    ["src/store/a.ts", 'export type { Trial } from "../search/index.ts";'],
    ["src/sim/a.ts", 'import * as abi from "../../assembly/abi.ts";'],
    ["src/index.ts", 'export { evaluate } from "./evaluate/index.ts";'],
    ["src/search/space/a.ts", 'import { b } from "../types.ts"; import { readFileSync } from "node:fs";'],
  ])("and lets right ones pass: %s: %s", (file, text) => {
    expect(plant(file, text).filter((found) => found !== null)).toEqual([]);
  });
});
