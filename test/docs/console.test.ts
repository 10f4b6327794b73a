import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { consoleExamples, matches, wordsOf } from "./console.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(new URL("../../docs", import.meta.url), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `docs/${name}`),
];
const examples = pages.flatMap((page) =>
  consoleExamples(readFileSync(`${root}${page}`, "utf8")).map((example) => ({ page, ...example })),
);

describe("commands shown in the documentation print what is shown", () => {
  test("there are such commands", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  test.each(examples)("$page:$line $command", { timeout: 120_000 }, ({ command, shown }) => {
    const [program, ...words] = wordsOf(command);
    expect(program).toBe("ecotile");
    const printed = execFileSync(process.execPath, [`${root}dist/bundle/cli/main.js`, ...words], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", COLUMNS: "80" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (!matches(printed, shown)) expect(printed).toBe(shown.join("\n"));
  });
});

describe("the comparison itself", () => {
  test.each([
    ["a\nb\nc\n", ["a", "...", "c"], true],
    ["a\nb\nc\n", ["a", "c"], false],
    ["a\nb\nc\n", ["...", "b", "..."], true],
    ["a\nb\nc\n", ["...", "d", "..."], false],
    ["a\nb\n", ["a"], false],
    ["a\nb\na\nc\n", ["...", "a", "c"], true],
  ])("%j as %j: %j", (printed, shown, expected) => {
    expect(matches(printed, shown)).toBe(expected);
  });
});
