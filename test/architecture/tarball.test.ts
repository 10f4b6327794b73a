import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root } from "./files.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-tarball-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** Unpacks what would be published; what it depends on is that of this checkout. @returns the folder of the package */
function installed(): string {
  const settings = { cwd: root, encoding: "utf8", shell: process.platform === "win32" } as const;
  execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", directory], { ...settings, stdio: "ignore" });
  const archive = readdirSync(directory).find((name) => name.endsWith(".tgz"))!;
  execFileSync("tar", ["-xzf", archive], { cwd: directory });
  const modules = join(directory, "package", "node_modules");
  mkdirSync(modules);
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) {
    if (name.startsWith("@")) mkdirSync(join(modules, name.split("/")[0]!), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
  }
  return join(directory, "package");
}

it("the packed library runs a study to a report, with progress and an objective of its own", () => {
  const program = "examples/own-objective.mjs";
  const lines = readFileSync(join(root, program), "utf8").split("\n");
  expect(lines.filter((line) => line !== "" && !line.startsWith("//")).length).toBeLessThanOrEqual(16);
  const folder = join(directory, "run");
  const output = execFileSync(process.execPath, [program, folder], { cwd: installed(), encoding: "utf8" });
  expect(output).toMatch(/^0 of 96 front 0$/m);
  expect(output).toMatch(/^96 of 96 front \d+$/m);
  expect(output).toContain("designs on the front, ");
  for (const file of ["study.yaml", "trials.db", "front.csv", "front.json", "report.html"])
    expect(readdirSync(folder)).toContain(file);
  const { front, study } = JSON.parse(readFileSync(join(folder, "front.json"), "utf8")) as {
    readonly study: { readonly objectives: readonly { readonly metric: string }[] };
    readonly front: readonly { readonly metrics: Readonly<Record<string, number>> }[];
  };
  expect(study.objectives.map(({ metric }) => metric)).toEqual(["accuracy", "carbon_per_point_gCO2e"]);
  expect(front.length).toBeGreaterThan(1);
  for (const { metrics } of front) {
    const grams = (10 * metrics["carbon_total_kgCO2e"]!) / metrics["accuracy"]!;
    expect(metrics["carbon_per_point_gCO2e"]).toBe(grams);
  }
}, 120_000);
