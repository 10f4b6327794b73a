import { expect, it } from "vitest";
import { attentionCycles } from "../../../src/evaluate/attention-kernel.ts";
import { kernelSeconds } from "../../../src/evaluate/operator-latency.ts";
import { loadHardware } from "../../../src/spec/index.ts";
import { readFixture } from "./rows.ts";

const size = (row: Readonly<Record<string, string>>, name: string): number => Number(row[name]);

it("attention kernels over 20 us, shapes that no constant was fitted to: median within 15 %, mean within 25 %, by engine", () => {
  const errors = readFixture("attention_bf16.csv").map((row) => {
    const hardware = loadHardware(row["card"]!);
    const isPrefill = row["phase"] === "prefill";
    const kv = size(row, "kv_heads");
    const tokens = size(row, "tokens");
    const group = size(row, "heads") / kv;
    const scores = {
      ...{
        batch: size(row, "batch") * kv,
        m: isPrefill ? group * tokens : group,
        n: tokens,
        k: size(row, "head_size"),
      },
      ...({ phase: isPrefill ? "prefill" : "decode", weightsAreParameters: false } as const),
      ...(isPrefill ? { causalQueries: tokens } : {}),
    };
    const seconds = attentionCycles(scores, hardware)! / hardware.clock + kernelSeconds("attention", hardware);
    const error = seconds / (size(row, "measured_us") * 1e-6) - 1;
    return { of: `${row["card"]} ${row["phase"]} ${row["engine"]}`, error: Math.abs(error) };
  });
  for (const of of new Set(errors.map((each) => each.of)))
    console.info(`${of}: ${summary(errors.filter((each) => each.of === of).map(({ error }) => error)).text}`);
  const pooled = summary(errors.map(({ error }) => error));
  console.info(`pooled: ${pooled.text}`);
  expect(pooled.median).toBeLessThanOrEqual(0.15);
  expect(pooled.mean).toBeLessThanOrEqual(0.25);
});

function summary(errors: readonly number[]) {
  const median = errors.toSorted((a, b) => a - b)[errors.length >> 1]!;
  const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return { median, mean, text: `${errors.length} rows, median ${percent(median)}, mean ${percent(mean)}` };
}
