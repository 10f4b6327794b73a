// A program for `accuracy: { evaluator: command }`: one JSON line in, one JSON line out, until stdin ends.
// This one makes its accuracies up, so that the example runs anywhere in seconds. In its place, prune the published
// weights to the given shape, fine-tune on your GPUs and measure: only `measure` changes. What it writes to stderr is shown
// where it fails. Answer { id, error: "why" } for a model that cannot be had.
import { createInterface } from "node:readline";

/** Saturates with the number of parameters, in fractions; "low" and "high" should hold 90 % of repetitions. */
function measure({ vision }) {
  const { layers, hidden, ffn, heads, headSize } = vision;
  const perLayer = ffn.map((inner, i) => 2 * hidden * inner + 4 * hidden * heads[i] * headSize);
  const parameters = perLayer.reduce((sum, count) => sum + count, 0);
  const accuracy = 0.84 - 0.42 / Math.sqrt(parameters / 1e6) - 0.25 / layers;
  return { accuracy, low: accuracy - 0.004, high: accuracy + 0.004 };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, model } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id, ...measure(model) })}\n`);
}
