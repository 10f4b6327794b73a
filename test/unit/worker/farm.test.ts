import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createFarm, type Farm, type FarmOptions } from "../../../src/worker/index.ts";

interface Task {
  readonly value: number;
  readonly fail?: "throw" | "exit" | "memory" | "hang" | "sleep";
  /** File that is made by the first run; later runs do not fail. */
  readonly once?: string;
}

const file = (name: string) => new URL(`../../fixtures/worker/${name}.mjs`, import.meta.url);
let farm: Farm<Task, number>;
const start = (options: Partial<FarmOptions> = {}) => {
  farm = createFarm({ workerFile: file("squares"), workers: 2, ...options });
  return farm;
};
afterEach(() => farm.destroy());

const numbers = (count: number): Task[] => Array.from({ length: count }, (_, value) => ({ value }));
const ok = (value: number) => ({ ok: true, value });
const squares = (count: number) => numbers(count).map(({ value }) => ok(value ** 2));

test("results come in the order of the tasks, for any chunk size, and all workers take part", async () => {
  start();
  for (const chunkSize of [1, 7, 1000]) expect(await farm.run(numbers(200), { chunkSize })).toEqual(squares(200));
  expect(await farm.run(numbers(200))).toEqual(squares(200));
  expect(await farm.run([])).toEqual([]);
  const counts = [...farm.taskCounts().values()];
  expect(counts.length).toBe(2);
  expect(counts.reduce((a, b) => a + b)).toBe(800);
  for (const count of counts) expect(count).toBeGreaterThan(0);
});

test("worker data arrives, results are reported as they come", async () => {
  start({ workerData: { offset: 1000 } });
  const seen = new Map<number, unknown>();
  const results = await farm.run(numbers(9), { chunkSize: 2, onResult: (i, result) => seen.set(i, result) });
  expect(results[3]).toEqual(ok(1009));
  expect([...seen.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(seen.get(3)).toEqual(results[3]);
});

test("what a task throws is a value with its code", async () => {
  const results = await start().run([{ value: 1 }, { value: 2, fail: "throw" }, { value: 3 }], { chunkSize: 3 });
  expect(results).toEqual([ok(1), { ok: false, code: "sim/too-large", message: "too large" }, ok(9)]);
  expect(farm.crashCount).toBe(0);
});

test.each(["exit", "memory"] as const)(
  "a task that kills its worker (%s) is named, all others are done",
  async (fail) => {
    start({ resourceLimits: { maxOldGenerationSizeMb: 32 } });
    const tasks = numbers(40).map((task) => (task.value === 13 ? { ...task, fail } : task));
    const results = await farm.run(tasks, { chunkSize: 5 });
    expect(results[13]).toMatchObject({ ok: false, code: "worker/crashed" });
    expect(results.filter((_, i) => i !== 13)).toEqual(squares(40).filter((_, i) => i !== 13));
    expect(farm.crashCount).toBe(2);
    expect(await farm.run(numbers(10))).toEqual(squares(10));
  },
);

test("a task that kills its worker only once is repeated", async () => {
  const directory = mkdtempSync(join(tmpdir(), "ecotile-farm-"));
  try {
    const tasks = numbers(8).map((task) =>
      task.value === 2 ? { ...task, fail: "exit" as const, once: join(directory, "x") } : task,
    );
    expect(await start({ workers: 1 }).run(tasks, { chunkSize: 4 })).toEqual(squares(8));
    expect(farm.crashCount).toBe(1);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("a hung worker is replaced after the time limit", async () => {
  const results = await start().run([{ value: 1, fail: "hang" }, { value: 2 }], { chunkSize: 1, timeoutMs: 500 });
  expect(results).toEqual([{ ok: false, code: "worker/crashed", message: expect.any(String) as string }, ok(4)]);
  expect(await farm.run(numbers(4))).toEqual(squares(4));
});

test("abort stops endless tasks at once, with the signal's reason, and the farm works on", async () => {
  start();
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const running = farm.run(
    numbers(6).map((task) => ({ ...task, fail: "hang" as const })),
    { chunkSize: 1, signal: controller.signal },
  );
  setTimeout(() => controller.abort(reason), 300);
  await expect(running).rejects.toBe(reason);
  await expect(farm.run(numbers(1), { signal: controller.signal })).rejects.toBe(reason);
  expect(await farm.run(numbers(10))).toEqual(squares(10));
});

test.each([1, 2])("a worker file that does not load is an error, not a wait (%i workers)", async (workers) => {
  start({ workerFile: file("broken"), workers });
  await expect(farm.run(numbers(20), { chunkSize: 1 })).rejects.toMatchObject({ code: "worker/cannot-start" });
});

test("destroy ends a run under way", async () => {
  start();
  const running = farm.run(
    numbers(4).map((task) => ({ ...task, fail: "hang" as const })),
    { chunkSize: 1 },
  );
  const outcome = expect(running).rejects.toMatchObject({ code: "worker/closed" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await farm.destroy();
  await outcome;
});
