import { expect, test } from "vitest";
import { createRandom } from "../../../src/random/index.ts";
import { createSpace } from "../../../src/search/index.ts";
import { createDesignEvaluator, designContext } from "../../../src/worker/index.ts";
import { bruteForce, enumerated, partOfPublished } from "./subspace.ts";

// Seconds that are added up tower by tower may be above the limit that their sum in cycles just meets.

const part = partOfPublished({
  "model.text.layers": [6, 7, 8, 9, 10, 11, 12],
  "model.vision.layers": [6, 7, 8, 9, 10, 11, 12],
  "array.rows": [32, 128],
});

test("designs that lie exactly on their latency limit are taken, those a cycle beyond are not", async () => {
  const evaluator = createDesignEvaluator(designContext({ ...part, constraints: [] }));
  const space = createSpace(part.space);
  const random = createRandom(7);
  const latencyAt = (i: number): number => {
    const outcome = evaluator.outcome(space.decode(space.genesAt(BigInt(i))));
    if (outcome.kind !== "evaluated") throw new Error("not evaluated");
    return outcome.metrics["latency_s"]!;
  };
  const { clock } = part.specs.hardware;
  for (let n = 0; n < 6; n += 1) {
    const latency = latencyAt(random.below(Number(space.size)));
    for (const limit of [latency, (Math.round(latency * clock) - 1) / clock]) {
      const constraints = [{ metric: "latency_s", comparison: "<=", limit, text: "latency" }] as const;
      const study = { ...part, constraints, mapping: { ...part.mapping, objective: "latency" as const } };
      const brute = bruteForce(study);
      const { front, result } = await enumerated(study, false);
      expect(front.map(({ key }) => key).sort()).toEqual(brute.front.map(({ key }) => key).sort());
      const feasible = brute.outcomes.filter(
        (outcome) => outcome.kind === "evaluated" && outcome.metrics["latency_s"]! <= limit,
      );
      expect(result.feasibleCount).toBe(feasible.length);
    }
  }
});
