import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { importScaleSim, importTimeloop, importTopology, importZigZag } from "../../../src/peers/index.ts";
import { createRandom } from "../../../src/random/index.ts";
import { parseHardware } from "../../../src/spec/index.ts";

// Damaged files of other simulators are refused in words at a line, or become a hardware file that is read.

const root = new URL("../../fixtures/peers/", import.meta.url);
const files = ["scale-sim", "timeloop", "zigzag", "own"].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, root))
    .filter((name) => !name.includes("compute"))
    .sort()
    .map((name) => `${folder}/${name}`),
);
const VALUES = [
  "0",
  "-1",
  "x",
  "[]",
  "{}",
  "null",
  "1e300",
  "",
  "[1, 2]",
  "{a: 1}",
  "true",
  '""',
  "0.5",
  "[null]",
  "- 1",
  "[D1]",
  "1:",
];
const SEED = 20_260_801;
const CASES = 500;

it(`${CASES} damaged files, seed ${SEED}`, { timeout: 120_000 }, () => {
  const random = createRandom(SEED);
  const below = (count: number): number => random.below(count);
  let taken = 0;
  for (let at = 0; at < CASES; at++) {
    const file = files[below(files.length)]!;
    const lines = readFileSync(new URL(file, root), "utf8").split("\n");
    for (let left = below(3); left >= 0; left--) damage(lines, below);
    const text = lines.join("\n");
    try {
      const machine = importOf(file, text);
      if (machine !== null) parseHardware(machine);
      taken += 1;
    } catch (error) {
      if (!(error instanceof SpecError)) throw new Error(`case ${at}, ${file}:\n${text}`, { cause: error });
      for (const { message } of error.problems)
        expect(message, `case ${at}, ${file}`).not.toMatch(/undefined|NaN|\[object/);
    }
  }
  expect(taken).toBeGreaterThan(CASES / 10);
  expect(taken).toBeLessThan(CASES * 0.9);
});

function damage(lines: string[], below: (count: number) => number): void {
  if (lines.length === 0) lines.push("");
  const at = below(lines.length);
  const value = VALUES[below(VALUES.length)]!;
  const kinds = [
    () => lines.splice(at, 1),
    () => lines.splice(at, 0, lines[below(lines.length)]!),
    () => (lines[at] = lines[at]!.replace(/([:=,]\s*)[^,:]*$/, `$1${value}`)),
    () => (lines[at] = lines[at]!.replace(/\w+/, value)),
    () => lines.splice(at + 1),
  ];
  kinds[below(kinds.length)]!();
}

function importOf(file: string, text: string): Readonly<Record<string, unknown>> | null {
  const options = { file, otherwise: "damaged" };
  if (file.endsWith(".csv")) return importTopology(text, { file, name: "damaged" }) && null;
  if (file.endsWith(".cfg")) return importScaleSim(text, options).hardware;
  return (file.includes("timeloop") ? importTimeloop : importZigZag)(text, options).hardware;
}
