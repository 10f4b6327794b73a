// Writes the layout of the core's records, assembly/abi.ts, for hosts that read neither TypeScript nor this repository:
// dist/assembly/abi.json and dist/assembly/ecotile.h. Names, indices and meanings come from abi.ts; units and values stand here.
import { readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";

const root = new URL("../", import.meta.url);
const text = readFileSync(new URL("assembly/abi.ts", root), "utf8");
const abi = await import(new URL("dist/assembly/abi.js", root));

/** The comment in front of each constant, or behind it, as one line. */
function comments() {
  const source = ts.createSourceFile("abi.ts", text, ts.ScriptTarget.Latest, true);
  const plain = (from, to) =>
    text
      .slice(from, to)
      .replace(/^\/\*\*?|\*\/$|^\/\/\s?/g, "")
      .replace(/^\s*\* ?/gm, "")
      .replace(/\s+/g, " ")
      .trim();
  return new Map(
    source.statements.filter(ts.isVariableStatement).map((statement) => {
      const name = statement.declarationList.declarations[0].name.text;
      const before = ts
        .getLeadingCommentRanges(text, statement.pos)
        ?.findLast(({ kind }) => kind === ts.SyntaxKind.MultiLineCommentTrivia);
      const isOwn = before !== undefined && text.startsWith("/**", before.pos);
      const behind = ts.getTrailingCommentRanges(text, statement.end)?.[0];
      const parts = [
        isOwn ? plain(before.pos, before.end) : "",
        behind === undefined ? "" : plain(behind.pos, behind.end),
      ];
      return [name, parts.filter((part) => part !== "").join(" ")];
    }),
  );
}

const enumeration = (...prefixes) =>
  Object.fromEntries(Object.entries(abi).filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix))));
const OPERANDS = { INPUT: abi.INPUT, WEIGHT: abi.WEIGHT, OUTPUT: abi.OUTPUT };
const DATAFLOWS = {
  WEIGHT_STATIONARY: abi.WEIGHT_STATIONARY,
  OUTPUT_STATIONARY: abi.OUTPUT_STATIONARY,
  INPUT_STATIONARY: abi.INPUT_STATIONARY,
};
const ORDERS = ["mnk", "mkn", "nmk", "nkm", "kmn", "knm"];

/** Unit of each field's value, and what its numbers stand for; `bits`: bit i stands for value i. A field that is not here is a count. */
const PORT = ["bytes", "cycles", "bytes", "cycles", "flag", "cycles"];
const FIELDS = {
  HW_MULTICAST: { unit: "flag" },
  HW_ARRAY_KIND: { unit: "code", values: enumeration("KIND_") },
  HW_UNROLL: { unit: "code", values: enumeration("UNROLL_") },
  HW_DATAFLOWS: { unit: "bits", values: DATAFLOWS },
  HW_SKEW: { unit: "code", values: enumeration("SKEW_") },
  HW_OVERLAP: { unit: "code", values: enumeration("OVERLAP_") },
  HW_DRAIN: { unit: "code", values: enumeration("DRAIN_") },
  HW_REGISTER_WORDS: { unit: "words" },
  HW_REGISTER_HOLDS: { unit: "bits", values: OPERANDS },
  ...Object.fromEntries(
    ["INPUT", "WEIGHT", "ACCUMULATOR", "OUTPUT"].map((of) => [`HW_${of}_BYTES`, { unit: "bytes" }]),
  ),
  HW_INNER_SPLIT: { unit: "code", values: enumeration("SPLIT_") },
  HW_INNER_SIZE: { unit: "bytes" },
  HW_INNER_DOUBLE: { unit: "flag" },
  HW_ARRAY_PORT: { units: PORT },
  HW_HAS_OUTER: { unit: "flag" },
  HW_OUTER_SPLIT: { unit: "code", values: enumeration("SPLIT_") },
  HW_OUTER_SIZE: { unit: "bytes" },
  HW_OUTER_DOUBLE: { unit: "flag" },
  HW_INNER_PORT: { units: PORT },
  HW_OUTER_PORT: { units: PORT },
  HW_ARRAY_BLOCK: { unit: "bytes" },
  HW_INNER_BLOCK: { unit: "bytes" },
  HW_OUTER_BLOCK: { unit: "bytes" },
  HW_ENERGY_MAC: { unit: "pJ" },
  HW_ENERGY_CYCLE: { unit: "pJ" },
  HW_ENERGY_TRAFFIC: { unit: "pJ/byte" },
  HW_DIRECT: { unit: "flag" },
  HW_ARRAY_LATENCY: { unit: "cycles" },
  HW_OUTER_PASSED: { unit: "bits", values: OPERANDS },
  HW_ARRAY_PORTS: { unit: "code", values: enumeration("SPLIT_") },
  HW_ARRAY_READS: { units: ["bytes", "cycles", "bytes", "cycles"] },
  HW_INNER_PORTS: { unit: "code", values: enumeration("SPLIT_") },
  HW_INNER_READS: { units: ["bytes", "cycles", "bytes", "cycles"] },
  IN_SHARED_B: { unit: "flag" },
  IN_OBJECTIVE: { unit: "code", values: enumeration("OBJECTIVE_") },
  IN_EFFORT: { unit: "code", values: enumeration("EFFORT_") },
  IN_GIVEN_MAPPING: { unit: "flag" },
  IN_RESIDENT: { unit: "bits", values: OPERANDS },
  IN_RESERVED: { unit: "bytes" },
  IN_EVERY_TILE: { unit: "flag" },
  RES_STATUS: { unit: "code", values: enumeration("STATUS_") },
  RES_LEVEL: { unit: "code" },
  RES_NEEDED: { unit: "bytes" },
  RES_AVAILABLE: { unit: "bytes" },
  ...Object.fromEntries(
    [
      "CYCLES",
      "COMPUTE",
      "STALL_OUTER",
      "STALL_INNER",
      "STALL_ARRAY",
      "FIRST_FILL",
      "LAST_DRAIN",
      "ROOF_COMPUTE",
      "ROOF_OUTER",
      "ROOF_ARRAY",
      "BOUND",
    ].map((of) => [`RES_${of}`, { unit: "cycles" }]),
  ),
  RES_ENERGY: { unit: "pJ" },
  RES_ELEMENTS: { unit: "elements" },
  RES_TRAFFIC: { unit: "bytes" },
  MAP_OUTER_ORDER: { unit: "code", values: Object.fromEntries(ORDERS.map((order, i) => [order, i])) },
  MAP_INNER_ORDER: { unit: "code", values: Object.fromEntries(ORDERS.map((order, i) => [order, i])) },
  MAP_DATAFLOW: { unit: "code", values: DATAFLOWS },
  MAP_OUTER_DOUBLE: { unit: "bits", values: OPERANDS },
  MAP_INNER_DOUBLE: { unit: "bits", values: OPERANDS },
  MAP_BYPASS: { unit: "flag" },
  MAP_KEPT: { unit: "bits", values: OPERANDS },
};

/** Of fields that stand in abi.ts below a comment for several. */
const MEANINGS = {
  HW_CORES: "Cores of the chip.",
  HW_ARRAY_KIND: "What the processing elements (PEs) are.",
  HW_ROWS: "Rows of PEs of an array.",
  HW_COLS: "Columns of PEs of an array.",
  HW_UNROLL: "Whether rows and columns unroll one dimension each, or any part of several.",
  HW_SKEW: "Whether a fold takes the skew of the whole array, or of the part that it uses.",
  HW_OVERLAP: "What of the next fold may begin before a fold has ended.",
  HW_DRAIN: "Whether results leave beside the next fold, or are shifted out before it.",
  HW_INPUT_BYTES: "Bytes of an element of the first operand.",
  HW_WEIGHT_BYTES: "Bytes of an element of the second operand.",
  HW_ACCUMULATOR_BYTES: "Bytes of a partial sum.",
  HW_OUTPUT_BYTES: "Bytes of an element of the result.",
  HW_INNER_SIZE:
    "Sizes of the inner buffer: input, weight, output; of what shares a memory the first alone. Infinity: unlimited.",
  HW_OUTER_SIZE:
    "Sizes of the outer buffer: input, weight, output; of what shares a memory the first alone. Infinity: unlimited.",
  HW_OUTER_DOUBLE: "1: tiles of the outer buffer may be double buffered.",
  HW_ARRAY_PORT: "Port between inner buffer and array: bytes and cycles of reads, of writes, shared.",
  HW_INNER_PORT: "Port that fills the inner buffers: bytes and cycles of reads, of writes, shared, latency.",
  HW_OUTER_PORT: "Port that fills the outer buffer: bytes and cycles of reads, of writes, shared, latency.",
  HW_ARRAY_BLOCK: "Whole accesses of so many bytes at the array port; 0: in proportion.",
  HW_INNER_BLOCK: "The same at the inner port.",
  HW_OUTER_BLOCK: "The same at the outer port.",
  HW_ENERGY_MAC: "Energy of a multiply-accumulate.",
  HW_ENERGY_CYCLE: "Energy of a cycle, above idle, for as long as the product runs.",
  HW_ENERGY_TRAFFIC: "Energy of a byte of each column of RES_TRAFFIC.",
  IN_BATCH: "Products of one size: C[b,m,n] = A[b,m,k] * B[b,k,n].",
  IN_M: "Rows of A and C.",
  IN_N: "Columns of B and C.",
  IN_K: "Columns of A, rows of B.",
  IN_OBJECTIVE: "What a search makes least.",
  IN_EFFORT: "How far a search goes.",
  RES_STATUS: "What became of the row.",
  RES_NEEDED: "STATUS_TOO_SMALL: bytes of the smallest tile; STATUS_BAD_*: the record.",
  RES_AVAILABLE: "STATUS_TOO_SMALL: bytes that there are; STATUS_BAD_*: the rule.",
  RES_CYCLES: "Cycles of the whole product.",
  RES_COMPUTE: "Cycles of the array alone, skew included.",
  RES_STALL_OUTER: "Cycles that the array waits for the outer port.",
  RES_STALL_INNER: "Cycles that the array waits for the inner port.",
  RES_STALL_ARRAY: "Cycles that the array waits for its own port.",
  RES_FIRST_FILL: "Cycles until the array begins.",
  RES_LAST_DRAIN: "Cycles from the array's end to the last result's arrival.",
  RES_ROOF_COMPUTE: "Cycles that the array is busy at least, whatever the mapping.",
  RES_ROOF_OUTER: "Cycles that the outer port is busy at least, whatever the mapping.",
  RES_ROOF_ARRAY: "Cycles that the array's edge is busy at least, whatever the mapping.",
  RES_SCORED: "Candidates that the search scored.",
  RES_WALKED: "Mappings that the search walked.",
  MAP_CORES: "Cores that share out batch, m, n and k.",
  MAP_PACKED: "Batch elements that each array works on side by side.",
  MAP_INNER_TILE: "m, n, k of the tile of the inner buffer.",
  MAP_INNER_ORDER: "Order of the loops around inner tiles, outermost first.",
  MAP_OUTER_ORDER: "Order of the loops around outer tiles, outermost first.",
  MAP_DATAFLOW: "Operand that the array holds.",
  MAP_REGISTER_TILE: "m, n, k of the words that registers hold.",
  MAP_ROWS: "m, n, k unrolled over the rows.",
  MAP_COLS: "m, n, k unrolled over the columns.",
};
const meanings = new Map([...comments(), ...Object.entries(MEANINGS)]);
/** Values that a host may leave as they are in a record of zeros; the others have no default. */
const DEFAULTS = new Set([
  "IN_SHARED_B",
  "IN_OBJECTIVE",
  "IN_EFFORT",
  "IN_GIVEN_MAPPING",
  "IN_RESIDENT",
  "IN_RESERVED",
  "IN_EVERY_TILE",
  "HW_MULTICAST",
  "HW_DIRECT",
  "HW_OUTER_PASSED",
  "HW_ARRAY_PORTS",
  "HW_INNER_PORTS",
]);

function record(fields, ...prefixes) {
  const names = Object.keys(abi).filter(
    (name) => prefixes.some((prefix) => name.startsWith(prefix)) && !name.endsWith("_FIELDS"),
  );
  const starts = names.map((name) => [name, abi[name]]).sort((a, b) => a[1] - b[1]);
  return {
    fields,
    bytes: 8 * fields,
    layout: starts.map(([name, index], i) => {
      const { unit = "count", units, values } = FIELDS[name] ?? {};
      const count = (starts[i + 1]?.[1] ?? fields) - index;
      return {
        ...{ name, index, count },
        ...(units === undefined ? { unit } : { units }),
        ...(values === undefined ? {} : { values }),
        ...(DEFAULTS.has(name) ? { default: 0 } : {}),
        meaning: meanings.get(name) ?? "",
      };
    }),
  };
}

/** As abi.ts has them. */
const inOrder = [...comments().keys()];
const unknown = [...Object.keys(FIELDS), ...Object.keys(MEANINGS)].filter((name) => abi[name] === undefined);
if (unknown.length > 0) throw new Error(`abi.ts has no ${unknown.join(", ")}`);

const records = {
  hardware: record(abi.HW_FIELDS, "HW_"),
  problem: record(abi.IN_FIELDS, "IN_"),
  result: record(abi.RES_FIELDS, "RES_", "MAP_"),
};
const inRecords = new Set(Object.values(records).flatMap(({ layout }) => layout.map(({ name }) => name)));
const constants = Object.fromEntries(
  Object.entries(abi)
    .filter(([name]) => !inRecords.has(name))
    .map(([name, value]) => [name, { value, meaning: meanings.get(name) ?? "" }]),
);
const layout = { version: abi.ABI_VERSION, element: "little-endian IEEE 754 binary64", records, constants };
writeFileSync(new URL("dist/assembly/abi.json", root), `${JSON.stringify(layout, null, 1)}\n`);

/** An int where C has one of that size, else a double that reads back the same. */
const literal = (value) =>
  Number.isInteger(value) && Math.abs(value) < 2 ** 31
    ? String(value)
    : /[.e]/.test(String(value))
      ? String(value)
      : `${value}.0`;
const line = (name, value) => {
  const meaning = (meanings.get(name) ?? "").replaceAll("*/", "* /");
  return `${meaning === "" ? "" : `/* ${meaning} */\n`}#define ECOTILE_${name} ${literal(value)}`;
};
writeFileSync(
  new URL("dist/assembly/ecotile.h", root),
  `/* Layout of the records of ecotile's core, ABI ${abi.ABI_VERSION}. Every field is one little-endian double. Generated from assembly/abi.ts. */
#ifndef ECOTILE_H
#define ECOTILE_H

${inOrder.map((name) => line(name, abi[name])).join("\n")}

#endif
`,
);
