import { describe, expect, it } from "vitest";
import {
  editDistance,
  escapeControls,
  EXIT_BUG,
  EXIT_DONE,
  EXIT_INFEASIBLE,
  EXIT_INPUT,
  EXIT_INTERRUPTED,
  nearestMatch,
  problemOf,
  renderProblem,
  SpecError,
  type Problem,
} from "../../../src/errors/index.ts";

describe("nearestMatch", () => {
  it("counts insertions, deletions, replacements and swaps as one edit", () => {
    expect(editDistance("rows", "rows")).toBe(0);
    expect(editDistance("rwos", "rows")).toBe(1);
    expect(editDistance("row", "rows")).toBe(1);
    expect(editDistance("rovs", "rows")).toBe(1);
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("", "abc")).toBe(3);
  });

  it("ignores case and the signs between words", () => {
    expect(nearestMatch("Weight_Stationary", ["output-stationary", "weight-stationary"])).toBe("weight-stationary");
  });

  it("gives nothing where nothing is near", () => {
    expect(nearestMatch("resnet", ["clip-vit-b16", "vit-b16"])).toBeUndefined();
    expect(nearestMatch("x".repeat(5000), ["x"])).toBeUndefined();
  });
});

describe("escapeControls", () => {
  it("leaves nothing that a terminal acts on", () => {
    expect(escapeControls("a\u001b[31mb\u0007\u202ec\r\td\u009b")).toBe(
      "a\\u{1b}[31mb\\u{7}\\u{202e}c\\u{d}\\u{9}d\\u{9b}",
    );
    expect(escapeControls("größe µm² 漢字")).toBe("größe µm² 漢字");
  });
});

describe("rendering", () => {
  const problem: Problem = {
    file: "accelerator.yaml",
    line: 14,
    column: 13,
    code: "spec/unknown-value",
    message: "array.dataflow must be one of: weight-stationary, output-stationary, input-stationary.",
    hint: 'Did you mean "weight-stationary"?',
    snippet: { text: "  dataflow: weight_stationery", length: 17 },
  };

  it("is the style guide's", () => {
    expect(renderProblem(problem)).toBe(
      [
        "accelerator.yaml:14:13  spec/unknown-value",
        "   14 |   dataflow: weight_stationery",
        "      |             ^^^^^^^^^^^^^^^^^",
        "  array.dataflow must be one of: weight-stationary, output-stationary, input-stationary.",
        '  Did you mean "weight-stationary"?',
      ].join("\n"),
    );
  });

  it("sorts by file as met, then by place, and counts", () => {
    const at = (file: string, line: number) => ({ ...problem, file, line });
    const error = new SpecError([at("b.yaml", 9), at("a.yaml", 3), at("b.yaml", 2)]);
    expect(error.problems.map(({ file, line }) => `${file}:${line}`)).toEqual(["b.yaml:2", "b.yaml:9", "a.yaml:3"]);
    expect(error.message.endsWith("3 problems, nothing was run.")).toBe(true);
    expect(new SpecError([problemOf("x", "spec/empty-file", "Empty.")]).message).toBe(
      "x  spec/empty-file\n  Empty.\n1 problem, nothing was run.",
    );
  });

  it("cuts long lines to a window around the place", () => {
    const text = `${"a".repeat(5000)}HERE${"b".repeat(5000)}`;
    const lines = renderProblem({ ...problem, column: 5001, snippet: { text, length: 4 } }).split("\n");
    expect(lines[1]!.length).toBeLessThan(130);
    expect(lines[1]!.slice(lines[2]!.indexOf("^"), lines[2]!.lastIndexOf("^") + 1)).toBe("HERE");
  });
});

describe("exit codes", () => {
  it("are those that scripts rely on", () => {
    expect([EXIT_DONE, EXIT_BUG, EXIT_INPUT, EXIT_INFEASIBLE, EXIT_INTERRUPTED]).toEqual([0, 1, 2, 3, 130]);
  });
});
