import { SingleBar } from "cli-progress";
import { isQuiet } from "../../print.ts";
import { timeLeft } from "../progress.ts";
import type { EnumerationProgress } from "./enumerate.ts";

/** Where an exact search stands, on stderr. */
export interface ExactProgress {
  readonly update: (progress: EnumerationProgress) => void;
  stop(): void;
}

const SILENCE_MS = 5000;

export function startExactProgress(chipCount: number): ExactProgress {
  if (isQuiet()) return { update: () => undefined, stop: () => undefined };
  const { isTTY } = process.stderr;
  const bar = new SingleBar({
    stream: process.stderr,
    noTTYOutput: !isTTY,
    notTTYSchedule: SILENCE_MS,
    gracefulExit: false,
    hideCursor: true,
    barsize: 24,
    format: `${isTTY ? "[{bar}] " : ""}{value}/{total} hardware points, front {front} so far, {left}`,
  });
  const started = performance.now();
  bar.start(chipCount, 0, { front: 0, left: "starting" });
  return {
    update: ({ chipCount: done, keptCount, frontSize }) => {
      const seconds = (performance.now() - started) / 1000;
      bar.update(done, { front: frontSize, left: timeLeft(done - keptCount, chipCount - done, seconds) });
    },
    stop: () => bar.stop(),
  };
}
