import { describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { readYaml } from "../../../src/spec/index.ts";
import { pathKey, placeOf } from "../../../src/spec/document.ts";

const codesOf = (text: string): readonly string[] => {
  try {
    readYaml(text, "f");
  } catch (cause) {
    if (cause instanceof SpecError) return cause.problems.map(({ code }) => code);
    throw cause;
  }
  return [];
};

describe("readYaml", () => {
  it("reads YAML 1.2: no and on are words, 0o10 is octal, 6..12 is a word", () => {
    expect(readYaml("{ a: no, b: on, c: 0o10, d: 6..12, e: 1e3, f: null }", "f").value).toEqual({
      a: "no",
      b: "on",
      c: 8,
      d: "6..12",
      e: 1000,
      f: null,
    });
  });

  it("remembers where keys and values stand", () => {
    const { spans, text } = readYaml("a:\n  b: [1, 22]\n", "f");
    const { key, value } = spans.get(pathKey(["a", "b"]))!;
    expect(placeOf(text, key!.start)).toMatchObject({ line: 2, column: 3 });
    expect(text.slice(value.start, value.end)).toBe("[1, 22]");
    expect(placeOf(text, spans.get(pathKey(["a", "b", 1]))!.value.start)).toMatchObject({ line: 2, column: 10 });
  });

  it("follows a few aliases, placed where they are used", () => {
    expect(readYaml("a: &x { n: 1 }\nb: *x\n", "f").value).toEqual({ a: { n: 1 }, b: { n: 1 } });
  });

  it.each([
    ["", "spec/empty-file"],
    ["~", "spec/empty-file"],
    ["a: 1\n---\nb: 2\n", "spec/several-documents"],
    ["a: !!js/function x", "spec/yaml-syntax"],
    ["? [1]\n: 2", "spec/bad-key"],
    ["a: &a [*a]", "spec/too-deep"],
    [`${"- ".repeat(70)}x`, "spec/too-deep"],
    [`a: ${"{a: ".repeat(70)}1${"}".repeat(70)}`, "spec/too-deep"],
    ["{ constructor: 1 }", "spec/forbidden-key"],
  ])("refuses %j with %s", (text, code) => {
    expect(codesOf(text)).toContain(code);
  });

  it("stops hostile nesting and repetition in bounded time", () => {
    expect(codesOf("[".repeat(100_000))).toEqual(["spec/too-deep"]);
    expect(codesOf("a: 1\n".repeat(20_000)).length).toBeLessThanOrEqual(500);
  });

  it("does not touch prototypes", () => {
    expect(codesOf('{ "__proto__": { polluted: 1 } }')).toEqual(["spec/forbidden-key"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
