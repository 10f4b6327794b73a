import { describe, expect, it } from "vitest";
import type { AccuracyEstimate, AccuracyEvaluator, AsyncAccuracyEvaluator } from "../../src/accuracy/index.ts";
import type { ModelSpec } from "../../src/spec/model.ts";

/** What every accuracy evaluator must do; call it with a fresh evaluator and models that it accepts. */
export function accuracyEvaluatorConformance(
  name: string,
  create: () => AccuracyEvaluator | AsyncAccuracyEvaluator,
  models: readonly ModelSpec[],
): void {
  const withEvaluator = async (use: (evaluator: AccuracyEvaluator | AsyncAccuracyEvaluator) => Promise<void>) => {
    const evaluator = create();
    try {
      await use(evaluator);
    } finally {
      if ("close" in evaluator) await evaluator.close();
    }
  };
  const all = async (evaluator: AccuracyEvaluator | AsyncAccuracyEvaluator): Promise<readonly AccuracyEstimate[]> =>
    Promise.all(models.map(async (model) => evaluator.evaluate(model)));

  describe(`accuracy evaluator ${name}`, () => {
    it("gives a fraction inside its interval, with a metric", () =>
      withEvaluator(async (evaluator) => {
        for (const { accuracy, low, high, metric } of await all(evaluator)) {
          expect(low).toBeGreaterThanOrEqual(0);
          expect(accuracy).toBeGreaterThanOrEqual(low);
          expect(high).toBeGreaterThanOrEqual(accuracy);
          expect(high).toBeLessThanOrEqual(1);
          expect(metric).not.toBe("");
        }
      }));

    it("gives equal models equal estimates, in any order", () =>
      withEvaluator(async (evaluator) => {
        const first = await all(evaluator);
        const again = await Promise.all(
          [...models].reverse().map(async (model) => evaluator.evaluate(structuredClone(model))),
        );
        expect([...again].reverse()).toEqual(first);
      }));

    it("does not change the model", () =>
      withEvaluator(async (evaluator) => {
        const before = structuredClone(models);
        await all(evaluator);
        expect(models).toEqual(before);
      }));

    it("says where its numbers come from", () =>
      withEvaluator(async (evaluator) => {
        expect(evaluator.origin).not.toBe("");
        expect(typeof evaluator.isMonotoneInTowerScores).toBe("boolean");
      }));
  });
}
