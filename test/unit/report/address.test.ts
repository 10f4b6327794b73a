import { expect, test } from "vitest";
import { partsOfEdits, editsOf } from "../../../src/live/state.ts";
import {
  hashOfParts,
  isShown,
  partsOfHash,
  partsOfView,
  PLAIN_VIEW,
  viewOfParts,
  type Schema,
  type View,
} from "../../../src/report/page/address.ts";

const schema: Schema = {
  metrics: ["accuracy", "latency_s"],
  parameters: new Map([
    ["cores", ["1", "2", "4"]],
    ["localBuffer.size", ["64 KiB", "a&b=c"]],
  ]),
  designs: new Set(["baseline", "7"]),
};
const view: View = {
  ...{ x: "latency_s", y: null, colour: "accuracy", picked: "7", slice: ["cores", "latency_s"] },
  filters: new Map([
    ["latency_s", { kind: "range", low: 1e-7, high: Infinity }],
    ["accuracy", { kind: "range", low: -Infinity, high: 0.5 }],
    ["localBuffer.size", { kind: "values", values: ["a&b=c"] }],
  ]),
};

test("a view comes back from its address, beside what the controls have changed", () => {
  const edits = new Map([["deployment.duty", "20 %"]]);
  const hash = hashOfParts(partsOfView(view), partsOfEdits(edits));
  const parts = partsOfHash(hash);
  expect(viewOfParts(parts.view, schema)).toEqual(view);
  expect(editsOf(hash)).toEqual(edits);
  expect(parts.others).toEqual(partsOfEdits(edits));
  expect(viewOfParts(partsOfHash("").view, schema)).toEqual(PLAIN_VIEW);
  expect(hashOfParts([], [])).toBe("");
});

test("what names nothing of the run, lies outside it or is too long is left out", () => {
  const hostile = encodeURIComponent("</script><img src=x>");
  for (const part of [
    ...["view.x=nothing", "view.x", "view.pick=8", `view.pick=${hostile}`, "view.%E0%A4%A=1", "view.x=%E0%A4%A"],
    ...["view.range.latency_s=2..1", "view.range.latency_s=a..b", "view.range.cores=1..2", "view.range.latency_s=1"],
    ...[
      'view.in.cores=["3"]',
      "view.in.cores=1",
      "view.in.cores={",
      'view.in.__proto__=["1"]',
      `view.in.${hostile}=[]`,
    ],
    ...['view.slice=["cores"]', 'view.slice=["x","latency_s"]', "view.slice=1", `view.${hostile}=1`],
  ])
    expect(viewOfParts([part], schema), part).toEqual(PLAIN_VIEW);
  const long = `#view.pick=7&${"x".repeat(1_000_000)}`;
  expect(partsOfHash(long)).toEqual({ view: [], others: [] });
});

test("a design is shown where every filter holds; what it has no value of does not", () => {
  const filters: View["filters"] = new Map([
    ["latency_s", { kind: "range", low: 1, high: 2 }],
    ["cores", { kind: "values", values: ["1", "4"] }],
  ]);
  const of = (latency_s: number | null, cores?: number) =>
    isShown({ metrics: { latency_s }, point: cores === undefined ? {} : { cores } }, filters);
  expect([of(1, 1), of(2, 4), of(2.1, 4), of(1, 2), of(null, 1), of(1)]).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
  expect(isShown({ metrics: {}, point: {} }, new Map())).toBe(true);
});
