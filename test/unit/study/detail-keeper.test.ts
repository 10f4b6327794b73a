import { expect, test } from "vitest";
import { createDetailKeeper } from "../../../src/study/detail-keeper.ts";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { loadStudy } from "../../../src/spec/index.ts";
import { createDesignEvaluator, designContext, sentResult } from "../../../src/worker/index.ts";
import { smallStudy } from "../../validation/search/cli.ts";

const study = loadStudy(smallStudy, FACTOR_NAMES);
const evaluator = createDesignEvaluator(designContext(study));

test("a detail that a worker has sent is read as it was, and only while its design is on the front", () => {
  const detail = evaluator.detail({})!;
  const sent = sentResult({ outcome: null, detail }).detail;
  const keeper = createDetailKeeper([{ metric: "latency_s", direction: "min" }], []);
  const at = (latency_s: number) => ({ kind: "evaluated", metrics: { latency_s } }) as const;
  keeper.add({ a: 2 }, at(2), sent);
  keeper.add({ a: 3 }, at(3), sent);
  keeper.add({ a: 1 }, at(1), null);
  expect(keeper.get({ a: 2 })).toEqual(detail);
  expect(keeper.get({ a: 3 })).toBeNull();
  expect(keeper.get({ a: 1 })).toBeNull();
});
