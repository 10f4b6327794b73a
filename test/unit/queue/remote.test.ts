import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import type { Job } from "bullmq";
import { createRemoteAccuracy, readServer } from "../../../src/queue/index.ts";
import { loadSearchStudy } from "../../../src/study/index.ts";

/** One job as a server shows it: each look reads the next of these, and its state, asked for by itself, is that of the last. */
const looks: Partial<Job>[] = [];
let removed = 0;

vi.mock("../../../src/queue/connection.ts", async (original) => ({
  ...(await original<object>()),
  openQueuePackages: () => {
    const connection = { set: () => Promise.resolve(), del: () => Promise.resolve(), disconnect: () => undefined };
    class Queue {
      #job: object | undefined;
      on(): void {}
      close(): Promise<void> {
        return Promise.resolve();
      }
      add(name: string, data: unknown): Promise<void> {
        this.#job = { name, data };
        return Promise.resolve();
      }
      getJob(): Promise<unknown> {
        if (this.#job === undefined) return Promise.resolve(undefined);
        const shown = looks.length > 1 ? looks.shift() : looks[0];
        const remove = (): Promise<void> => Promise.resolve(void (removed += 1));
        const state = looks[0]!.failedReason === undefined ? "completed" : "failed";
        return Promise.resolve({ ...this.#job, ...shown, remove, getState: () => Promise.resolve(state) });
      }
    }
    return Promise.resolve({ bullmq: { Queue }, connect: () => connection });
  },
}));

const study = loadSearchStudy(
  join(fileURLToPath(new URL("../../..", import.meta.url)), "examples/command-accuracy.yaml"),
  {},
);
const ask = async () => {
  const remote = await createRemoteAccuracy(study, readServer("redis://127.0.0.1:1", undefined), () => undefined);
  try {
    return await remote.evaluate(study.specs.model, {});
  } finally {
    await remote.close();
  }
};

it("an answer that comes while its job is looked at is taken at the next look", async () => {
  const { metric } = study.accuracy!;
  const answer = { accuracy: 0.5, low: 0.4, high: 0.6, metric, extrapolation: [], nearest: "" };
  looks.splice(0, looks.length, { returnvalue: null }, { returnvalue: answer, finishedOn: 1 });
  await expect(ask()).resolves.toMatchObject({ accuracy: 0.5 });
  expect(removed).toBe(1);
});

it("so is a failure, with its reason", async () => {
  const failedReason = "accuracy/command-timeout: it took a minute";
  looks.splice(0, looks.length, {}, { failedReason, finishedOn: 1 });
  await expect(ask()).rejects.toThrow("it took a minute");
});
