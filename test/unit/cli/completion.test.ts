import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { wrapCell, wrapLines } from "../../../src/cli/width.ts";
import { ecotile } from "./run.ts";

describe("completion", () => {
  it("completes commands, choices of options, words and options in bash", () => {
    const script = ecotile("completion", "bash").stdout;
    const completed = (...words: readonly string[]): readonly string[] => {
      const line = `COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}; _ecotile; echo "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", `${script}\n${line}`], { encoding: "utf8" })
        .trim()
        .split(" ");
    };
    expect(completed("ecotile", "sw")).toEqual(["sweep"]);
    expect(completed("ecotile", "sweep", "--format", "")).toEqual(["table", "csv", "json", "svg"]);
    expect(completed("ecotile", "presets", "h")).toEqual(["hardware"]);
    expect(completed("ecotile", "import", "h")).toEqual(["huggingface"]);
    expect(completed("ecotile", "search", "--re")).toContain("--resume");
  });

  it("knows every command in every shell", () => {
    const names = [...ecotile("--help").stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!);
    const commands = names.filter((name) => name !== "help");
    expect(commands.length).toBeGreaterThan(10);
    for (const shell of ["bash", "zsh", "fish"]) {
      const { status, stdout } = ecotile("completion", shell);
      expect(status).toBe(0);
      for (const name of commands) expect(stdout, `${shell} ${name}`).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });
});

describe("lines of a terminal", () => {
  it("are broken between words, and go on below the second column of a list", () => {
    expect(wrapLines("energy       one two three four", 24)).toBe("energy       one two\n             three four");
    expect(wrapLines("one two three", 8)).toBe("one two\n  three");
    expect(wrapLines("│ a table stays │ as it is │", 10)).toBe("│ a table stays │ as it is │");
    expect(wrapLines("as long as it is", Infinity)).toBe("as long as it is");
    expect(wrapCell("a-word-of-twenty-two-c", 8)).toBe("a-word-o\nf-twenty\n-two-c");
  });
});
