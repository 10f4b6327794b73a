import { describe, expect, it } from "vitest";
import { columnsNamed, openCsv, ProblemSink, readCsvText, type CsvRow } from "../../../src/csv/index.ts";
import { SpecError } from "../../../src/errors/index.ts";

/** Rows as `line: a=1 b=2`, read as a whole, and in pieces of every size up to 7, which must agree. */
async function read(text: string): Promise<readonly string[]> {
  const whole = await outcome(() => {
    const { header, rows } = readCsvText(text, "x.csv");
    return shown(header.columns, rows);
  });
  for (let size = 1; size <= 7; size++) {
    const streamed = await outcome(async () => {
      const sink = new ProblemSink("x.csv");
      const { header, rows } = await openCsv(piecesOf(text, size), sink);
      const all: CsvRow[] = [];
      for await (const row of rows) all.push(row);
      sink.throwAny();
      return shown(header.columns, all);
    });
    expect(streamed).toEqual(whole);
  }
  return whole;
}

const piecesOf = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));

function shown(columns: readonly string[], rows: readonly CsvRow[]): readonly string[] {
  return [columns.join(" "), ...rows.map(({ line, cells }) => `${line}: ${Object.values(cells).join("|")}`)];
}

async function outcome(act: () => readonly string[] | Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    return error.problems.map(({ line, code, message }) => `${line ?? "-"} ${code} ${message}`);
  }
}

describe("CSV as the tools of the field write it", () => {
  it.each<readonly [string, string, readonly string[]]>([
    ["plain", "a,b\n1,2\n", ["a b", "2: 1|2"]],
    ["a byte-order mark, CRLF, no last end of line", "\u{feff}a,b\r\n1,2\r\n3,4", ["a b", "2: 1|2", "3: 3|4"]],
    ["ends of lines of old", "a,b\r1,2\r3,4\r", ["a b", "2: 1|2", "3: 3|4"]],
    ["quotes, and lines within them", 'a,b\n"1,""x""","2\n3"\n4,5\n', ["a b", '3: 1,"x"|2\n3', "4: 4|5"]],
    ["blanks around cells, blank lines", "a , b\n\n 1 ,2 \n   \n3,4\n", ["a b", "3: 1|2", "5: 3|4"]],
    ["a comma at the end of header and rows", "Layer,M,\r\nfc1,4,\r\nfc2,5,", ["Layer M", "2: fc1|4", "3: fc2|5"]],
    ["a comma at the end of rows, or of the header, alone", "a,b,\n1,2\n", ["a b", "2: 1|2"]],
    ["a comma at the end of rows alone", "a,b\n1,2,\n3,4,,,\n", ["a b", "2: 1|2", "3: 3|4"]],
    ["comments", "# shapes\na,b\n1,2\n# more\n\n3,4\n#5,6\n", ["a b", "3: 1|2", "6: 3|4"]],
    ["a # inside a cell, or in quotes", 'a,b\nx#1,#2\n"#3",4\n', ["a b", "2: x#1|#2", "3: #3|4"]],
    ["keys of JavaScript", "__proto__,constructor\n1,2\n", ["__proto__ constructor", "2: 1|2"]],
    ["no rows", "a,b\n", ["a b"]],
  ])("%s", async (_, text, expected) => {
    expect(await read(text)).toEqual(expected);
  });

  it.each<readonly [string, string, readonly string[]]>([
    ["empty", "", ["- csv/unreadable The file is empty; its first line must name the columns."]],
    ["comments alone", "# a\n#b\n", ["- csv/unreadable The file is empty; its first line must name the columns."]],
    ["a column without a name", "a,,b\n1,2,3\n", ["1 csv/unreadable A column has no name."]],
    ["commas alone", ",,\n1,2,3\n", ["1 csv/unreadable The header names no column."]],
    ["a doubled column", "a,b,a\n1,2,3\n", ['1 csv/unreadable There are two columns named "a".']],
    [
      "rows of another length",
      "#\na,b\n1\n1,2\n1,2,3\n",
      ["3 csv/unreadable The row has 1 cells, the header 2.", "5 csv/unreadable The row has 3 cells, the header 2."],
    ],
    [
      "an open quote",
      'a,b\n1,2\n"1,2\n3,4\n',
      ["3 csv/unreadable A quote is opened in this row or below and never closed."],
    ],
    [
      "text behind a quote",
      'a,b\n"1"x,2\n',
      ["2 csv/unreadable A cell of this row or of one below goes on behind its closing quote."],
    ],
    [
      "a quote inside a cell",
      'a,b\n1"x",2\n',
      ["2 csv/unreadable A cell of this row or of one below has a quote but does not begin with it."],
    ],
  ])("%s is said by line", async (_, text, expected) => {
    expect(await read(text)).toEqual(expected);
  });

  it("an open quote does not collect the rest of a large file", async () => {
    const text = `a,b\n"1,2\n${"3,4\n".repeat(500_000)}`;
    const problems = await outcome(() => (readCsvText(text, "x.csv"), []));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain("has more than 1048576 bytes; is a quote in it not closed?");
  });

  it("stops behind a hundred problems", async () => {
    let taken = 0;
    function* pieces(): Generator<string> {
      yield "a,b\n";
      for (let i = 0; i < 1e6; i++, taken++) yield "1\n";
    }
    const sink = new ProblemSink("x.csv");
    const { rows } = await openCsv(pieces(), sink);
    const all = async (): Promise<void> => {
      for await (const row of rows) expect(row).toBeUndefined();
    };
    await expect(all()).rejects.toThrow(/^more than 100 problems; the first 100:\nx\.csv:2:1 /);
    expect(taken).toBeLessThan(100_000);
    expect(sink.problems).toHaveLength(101);
  });
});

describe("columns by name", () => {
  const named = (columns: readonly string[], known: readonly string[]) => {
    const sink = new ProblemSink("x.csv");
    const found = Object.fromEntries(columnsNamed({ columns, line: 1 }, known, sink));
    return [found, ...sink.problems.map(({ message }) => message)];
  };
  it("as written, else in other letters", () => {
    expect(named(["Layer", "M", "n"], ["m", "n", "k"])).toEqual([{ m: "M", n: "n" }]);
    expect(named(["M", "m"], ["m"])).toEqual([{ m: "m" }]);
    expect(named(["Batch", "BATCH"], ["batch"])).toEqual([
      { batch: "Batch" },
      "The columns Batch, BATCH all mean batch: keep one of them.",
    ]);
  });
});
