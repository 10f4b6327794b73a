import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import {
  createCommandEvaluator,
  type AsyncAccuracyEvaluator,
  type CommandOptions,
} from "../../../src/accuracy/index.ts";
import { fullText, fullVision, prunedClip } from "../../fixtures/accuracy/models.ts";

const script = fileURLToPath(new URL("../../fixtures/accuracy/evaluator.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ecotile-command-"));
const model = (layers: number) => prunedClip({ ...fullText, layers }, fullVision);
let evaluator: AsyncAccuracyEvaluator | undefined;

function start(
  mode: string,
  options: Partial<CommandOptions> = {},
  ...rest: readonly string[]
): AsyncAccuracyEvaluator {
  evaluator = createCommandEvaluator({
    argv: [process.execPath, script, mode, ...rest],
    metric: "mine",
    retries: 0,
    timeoutMs: 20_000,
    graceMs: 200,
    ...options,
  });
  return evaluator;
}

afterEach(async () => {
  await evaluator?.close();
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("the command evaluator", () => {
  it("asks the program and reads its answer", async () => {
    const estimate = await start("plain").evaluate(model(8));
    expect(estimate).toEqual({ accuracy: 0.08, low: 0.04, high: 0.16, metric: "mine", extrapolation: [], nearest: "" });
  });

  it("hands over the fidelity, and takes the mean of repeated answers with its interval", async () => {
    const noisy = start("repeats", { fidelity: 0.25, repeats: 3, processes: 2 });
    expect(noisy.origin).toMatch(/fidelity 0.25, mean of 3 answers$/);
    const { accuracy, low, high, nearest } = await noisy.evaluate(model(6));
    // Answers 0.41, 0.42, 0.43: t of 2 degrees of freedom is 2.920.
    expect([accuracy, nearest]).toEqual([0.42, "fidelity 0.25"]);
    expect(high - low).toBeCloseTo((2 * 2.92 * 0.01) / Math.sqrt(3), 5);
    expect(() => start("plain", { fidelity: 0 })).toThrow(/fidelity must be above 0/);
  });

  it("asks once for equal models, whatever they are called, also while the first is under way", async () => {
    const counting = start("count");
    const [first, second] = await Promise.all([
      counting.evaluate(model(6)),
      counting.evaluate({ ...model(6), name: "x" }),
    ]);
    expect(second).toEqual(first);
    expect((await counting.evaluate(model(7))).nearest).toMatch(/ 2$/);
  });

  it("keeps several programs busy at once", async () => {
    const slow = start("slow", { processes: 3 });
    const answers = await Promise.all([6, 7, 8, 9, 10, 11].map((layers) => slow.evaluate(model(layers))));
    expect(answers.map(({ accuracy }) => accuracy)).toEqual([0.06, 0.07, 0.08, 0.09, 0.1, 0.11]);
    expect(new Set(answers.map(({ nearest }) => nearest)).size).toBe(3);
  });

  it("starts the program again after a crash, as often as retries allow", async () => {
    const flag = join(folder, "crashed");
    await expect(start("crash-once", { retries: 1 }, flag).evaluate(model(9))).resolves.toMatchObject({
      accuracy: 0.09,
    });
    rmSync(flag);
    await expect(start("crash-once", {}, flag).evaluate(model(9))).rejects.toMatchObject({
      code: "accuracy/command-ended",
    });
  });

  it("does not remember a failure", async () => {
    const flag = join(folder, "forgotten");
    const crashing = start("crash-once", {}, flag);
    await expect(crashing.evaluate(model(9))).rejects.toThrow("exit code 7");
    await expect(crashing.evaluate(model(9))).resolves.toMatchObject({ accuracy: 0.09 });
  });

  it.each([
    ["garbage", "accuracy/command-bad-reply"],
    ["range", "accuracy/command-bad-reply"],
    ["wrong-id", "accuracy/command-bad-reply"],
    ["refuse", "accuracy/command-refused"],
  ])("rejects what a program that is %s says", async (mode, code) => {
    await expect(start(mode).evaluate(model(9))).rejects.toMatchObject({ code });
  });

  it("limits the length of a line", async () => {
    await expect(start("long", { maxLineBytes: 4096 }).evaluate(model(9))).rejects.toMatchObject({
      code: "accuracy/command-line-too-long",
    });
  });

  it("keeps only the end of stderr", async () => {
    const failed: unknown = await start("noisy", { maxStderrBytes: 100 })
      .evaluate(model(9))
      .catch((error: unknown) => error);
    expect(String(failed)).toMatch(/out of memory$/);
    expect(String(failed).length).toBeLessThan(400);
  });

  it.each(["silent", "stubborn"])("ends a program that is %s when the time is over", async (mode) => {
    await expect(start(mode, { timeoutMs: 300 }).evaluate(model(9))).rejects.toMatchObject({
      code: "accuracy/command-timeout",
    });
  });

  it("ends what the program started, too", async () => {
    const file = join(folder, "child-pid");
    await expect(start("child", { timeoutMs: 2000 }, file).evaluate(model(9))).rejects.toThrow("no reply within 2 s");
    expect(existsSync(file)).toBe(true);
    await expect.poll(() => isAlive(Number(readFileSync(file, "utf8"))), { timeout: 5000 }).toBe(false);
  });

  it("rejects what waits when it is closed, and what comes later", async () => {
    const silent = start("silent");
    const waiting = expect(silent.evaluate(model(9))).rejects.toMatchObject({ code: "accuracy/command-closed" });
    await silent.close();
    await waiting;
    await expect(silent.evaluate(model(10))).rejects.toMatchObject({ code: "accuracy/command-closed" });
  });

  it("never goes through a shell", async () => {
    const missing = start("", { argv: ["no-such-program; echo", "$HOME"], retries: 5 });
    await expect(missing.evaluate(model(9))).rejects.toMatchObject({ code: "accuracy/command-not-started" });
  });

  it.each([
    { argv: [] },
    { argv: ["a\0b"] },
    { processes: 0 },
    { retries: -1 },
    { timeoutMs: 0 },
    { maxLineBytes: Infinity },
  ])("refuses %j", (options) => {
    expect(() => start("plain", options)).toThrow(RangeError);
  });
});
