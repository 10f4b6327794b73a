import { readFileSync } from "node:fs";

/** Rows of a CSV file of test/fixtures/kernels, by the names of its columns. */
export function readFixture(file: string): readonly Readonly<Record<string, string>>[] {
  const text = readFileSync(new URL(`../../fixtures/kernels/${file}`, import.meta.url), "utf8");
  const [head = "", ...lines] = text.trim().split(/\r?\n/);
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i]!, cell])));
}
