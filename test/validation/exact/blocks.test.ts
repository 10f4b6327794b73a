import { expect, test } from "vitest";
import { createDecomposition } from "../../../src/evaluate/index.ts";
import { chipBlocks, costsOfFront, createExactEnumerator, createExactMerger } from "../../../src/search/index.ts";
import { enumerationOptions } from "../../../src/study/exact/tasks.ts";
import { decompositionRequest } from "../../../src/study/exact/split-space.ts";
import { partOfPublished } from "./subspace.ts";

/** Enough chips for three rounds, few models. */
const part = partOfPublished({
  "model.text.layers": [6, 12],
  "model.vision.layers": [6, 9, 12],
  "array.rows": [32, 64, 128, 256],
  "array.cols": [2, 4, 8, 16, 32],
  cores: [1, 2],
});
/** A limit that some designs meet only when they are mapped for latency. */
const study = {
  ...part,
  constraints: [{ metric: "latency_s", comparison: "<=" as const, limit: 0.02, text: "latency <= 20 ms" }],
};
const request = decompositionRequest(study);
const context = { request, objectives: study.objectives, constraints: study.constraints };
const options = enumerationOptions(context);
const enumeratorOf = () => createExactEnumerator(createDecomposition(request), options);

test("what a block brings depends on the block and the rounds before it, not on what else its worker has done", async () => {
  const rounds = chipBlocks(request.hardware.length);
  expect(rounds.every((blocks) => blocks.length > 0)).toBe(true);
  const merger = createExactMerger(options.objectives);
  let looks = 0;
  for (const blocks of rounds) {
    const known = costsOfFront(merger.result().front, options);
    const one = enumeratorOf();
    one.learn(known);
    const parts = [];
    for (const { chips } of blocks) parts.push(await one.run({ points: chips }));
    const other = enumeratorOf();
    other.learn(known);
    for (const [i, { chips }] of [...blocks.entries()].reverse())
      expect(await other.run({ points: chips })).toEqual(parts[i]);
    parts.forEach(merger.add);
    looks += parts.reduce((sum, { secondLooks }) => sum + secondLooks.length, 0);
  }
  expect(looks).toBeGreaterThan(0);
});
