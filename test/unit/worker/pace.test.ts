import { expect, test } from "vitest";
import { createPace } from "../../../src/worker/pace.ts";

/** Sizes of the chunks of a batch, when a task takes `each` ms. */
function chunks(workers: number, tasks: number, each: number): number[] {
  const pace = createPace(workers);
  pace.note(10, 10 * each);
  const sizes: number[] = [];
  for (let left = tasks; left > 0; left -= sizes.at(-1)!) sizes.push(pace.next(left));
  return sizes;
}

test("a worker that is alone gets a whole batch in one message", () => {
  expect(chunks(1, 32, 1.3)).toEqual([32]);
});

test("chunks of several workers shrink to what is worth a message, and at the end to what is left for each", () => {
  expect(chunks(2, 32, 1)).toEqual([8, 6, 5, 4, 4, 3, 1, 1]);
});

test("every worker gets some of a small batch, and tasks that take long go one by one", () => {
  expect(chunks(4, 4, 0.01)).toEqual([1, 1, 1, 1]);
  expect(chunks(2, 6, 10_000)).toEqual([1, 1, 1, 1, 1, 1]);
});

test("a chunk takes a quarter of a second at most; the first ones are small, so that something is known soon", () => {
  expect(Math.max(...chunks(1, 1000, 10))).toBe(25);
  expect(createPace(1).next(1000)).toBe(4);
});
