import { expect, it } from "vitest";
import { linesByRoom, linesOfCode } from "../../scripts/lines-of-code.mjs";
import { root } from "./files.ts";

it.each<readonly [string, number]>([
  ["", 0],
  ["\n\n// a\n/* b\n c */\n", 0],
  ["const a = 1; // b\n", 1],
  ["/** a */ const b = 1;\n", 1],
  ["/**\n * @param x of a\n */\nfunction a(x: number) {\n  // b\n\n  return x;\n}\n", 3],
  ["const a = `1\n\n3`;\n", 3],
  ['const a = "// no comment";\nconst b = "/*";\n/* c */\nconst d = "*/";\n', 3],
  ["const a = [\n  1, // one\n  // two\n];\n", 3],
])("%j has %d lines of code", (text, lines) => {
  expect(linesOfCode(text)).toBe(lines);
});

it("every room is counted", () => {
  const rooms = new Map(linesByRoom(root));
  for (const room of ["src/cli", "src/sim", "src/*.ts", "assembly", "test"])
    expect(rooms.get(room), room).toBeGreaterThan(10);
});
