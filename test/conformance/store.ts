import { describe, expect, test } from "vitest";
import type { Trial, TrialStore } from "../../src/search/index.ts";

export interface StoreUnderTest {
  readonly store: TrialStore;
  /** Opens what was stored again, after `close`; missing: the store does not outlive the process. */
  readonly reopen?: () => TrialStore;
}

const trial = (number: number, gain = number / 3): Trial => ({
  number,
  point: { "array.rows": 32 * number, kind: "systolic", fused: number % 2 === 0 },
  outcome: { kind: "evaluated", metrics: { gain, latency_s: 0.1 + number * 1e-17, carbon: 5e-324 } },
});
const failed: Trial = {
  number: 7,
  point: {},
  outcome: { kind: "infeasible", constraint: "local buffer", by: 0.30000000000000004, unit: "B" },
};

/** What every store must do to keep the trials of a study. Call it from a test file; `create` gives an empty store. */
export function storeConformance(name: string, create: () => StoreUnderTest): void {
  describe(`store ${name}`, () => {
    test("starts empty and gives back what it was given, bit for bit and in order of number", async () => {
      const { store } = create();
      expect(await store.trials()).toEqual([]);
      await store.append([failed, trial(2)]);
      await store.append([trial(0)]);
      expect(JSON.stringify(await store.trials())).toBe(JSON.stringify([trial(0), trial(2), failed]));
      await store.close();
    });

    test("keeps metrics that are not finite", async () => {
      const { store } = create();
      const odd = [NaN, Infinity, -Infinity].map((gain, number) => trial(number, gain));
      await store.append(odd);
      expect(await store.trials()).toEqual(odd);
      await store.close();
    });

    test("storing a trial again changes nothing, another one under its number is refused", async () => {
      const { store } = create();
      await store.append([trial(1)]);
      await store.append([trial(1), trial(2)]);
      await expect((async () => store.append([trial(2, 99)]))()).rejects.toThrow("trial 2 is stored already");
      expect(await store.trials()).toEqual([trial(1), trial(2)]);
      await store.close();
    });

    test("appends all or nothing", async () => {
      const { store } = create();
      await store.append([trial(5)]);
      await expect((async () => store.append([trial(3), trial(4), trial(5, 99)]))()).rejects.toThrow("trial 5");
      await expect((async () => store.append([trial(3), trial(3, 99)]))()).rejects.toThrow("trial 3");
      expect(await store.trials()).toEqual([trial(5)]);
      await store.append([]);
      await store.append([trial(3)]);
      expect(await store.trials()).toEqual([trial(3), trial(5)]);
      await store.close();
    });

    test("takes a batch of ten thousand", async () => {
      const { store } = create();
      const many = Array.from({ length: 10_000 }, (_, number) => trial(number));
      await store.append(many);
      expect((await store.trials()).length).toBe(10_000);
      await store.close();
    });

    test("gives the same after it was closed and opened again", async () => {
      const { store, reopen } = create();
      await store.append([trial(0), failed]);
      const before = JSON.stringify(await store.trials());
      await store.close();
      if (reopen === undefined) return;
      const again = reopen();
      expect(JSON.stringify(await again.trials())).toBe(before);
      await again.append([trial(1)]);
      expect((await again.trials()).length).toBe(3);
      await again.close();
    });
  });
}
