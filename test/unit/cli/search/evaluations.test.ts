import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, expect, test } from "vitest";
import { createDesignFarm } from "../../../../src/study/evaluations.ts";
import { FACTOR_NAMES } from "../../../../src/cost/index.ts";
import { createRandomStrategy, createSpace } from "../../../../src/search/index.ts";
import { loadStudy } from "../../../../src/spec/index.ts";
import { createDesignEvaluator, designContext } from "../../../../src/worker/index.ts";
import { smallStudy } from "../../../validation/search/cli.ts";

const directory = mkdtempSync(join(tmpdir(), "ecotile-fault-"));
afterAll(() => rmSync(directory, { recursive: true }));

const study = loadStudy(smallStudy, FACTOR_NAMES);
const context = designContext(study);
const points = createRandomStrategy({
  space: createSpace(study.space),
  seed: 1,
  objectives: [],
  constraints: [],
}).suggest(24);
const expected = points.map(createDesignEvaluator(context).outcome);

// A limit of time that garbage collection can take away is none.
setFlagsFromString("--expose_gc");
const collect = runInNewContext("gc") as () => void;

test.each(["exit", "hang"])(
  "a worker that fails (%s) is replaced, and its batch repeated: the same outcomes",
  async (mode) => {
    const faulty = { ...context, fault: { mode, file: join(directory, mode) } };
    const farm = createDesignFarm(faulty, 2, null, {
      workerFile: new URL("../../../fixtures/worker/faulty-design.mjs", import.meta.url),
      // Long enough that a busy machine does not take a slow worker for a hung one.
      hungMs: 15_000,
    });
    const collecting = setInterval(collect, 500);
    try {
      const reported = new Map<number, unknown>();
      const outcomes = await farm.evaluateBatch(points, 0, {
        signal: new AbortController().signal,
        report: (position, outcome) => reported.set(position, outcome),
      });
      expect(outcomes).toEqual(expected);
      expect(points.map((_, i) => reported.get(i))).toEqual(expected);
      expect(farm.crashCount).toBe(1);
    } finally {
      clearInterval(collecting);
      await farm.destroy();
    }
  },
  180_000,
);
