import { describe, expect, test } from "vitest";
import { createStrategy, STRATEGY_NAMES, strategyChecks, type Strategy } from "../../src/search/index.ts";

for (const name of STRATEGY_NAMES)
  describe(`strategy ${name}`, () => {
    for (const check of strategyChecks((options) => createStrategy(name, options))) test(check.name, check.run);
  });

describe("the checks find what is wrong", () => {
  const failing = (create: Parameters<typeof strategyChecks>[0]): readonly string[] =>
    strategyChecks(create).flatMap(({ name, run }) => {
      try {
        run();
        return [];
      } catch (error) {
        return [`${name}: ${(error as Error).message}`];
      }
    });

  test("with the first point again and again", () => {
    const stuck: Strategy = {
      name: "Stuck!",
      suggest: (count) => Array.from({ length: count }, () => ({ x: 0, y: 0, kind: "a" })),
      update: () => undefined,
    };
    const found = failing(() => stuck).join("\n");
    expect(found).toContain('"Stuck!" is no name');
    expect(found).toContain("trials 0 and 1 are the same point");
    expect(found).toContain("the seed makes no difference");
  });

  test("with points that do not depend on the seed alone", () => {
    const restless = failing((options) =>
      createStrategy("random", { ...options, seed: Math.floor(Math.random() * 1e9) }),
    );
    expect(restless.join("\n")).toContain("one seed gave two courses");
  });
});
