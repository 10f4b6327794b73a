import { SingleBar } from "cli-progress";

/** Where an exact search stands, on stderr. */
export interface ExactProgress {
  readonly update: (done: number, frontSize: number) => void;
  stop(): void;
}

const SILENCE_MS = 5000;

export function startExactProgress(hardwareCount: number): ExactProgress {
  const { isTTY } = process.stderr;
  const bar = new SingleBar({
    stream: process.stderr,
    noTTYOutput: !isTTY,
    notTTYSchedule: SILENCE_MS,
    gracefulExit: false,
    hideCursor: true,
    barsize: 24,
    format: `${isTTY ? "[{bar}] " : ""}{value}/{total} hardware points, front {front} so far`,
  });
  bar.start(hardwareCount, 0, { front: 0 });
  return { update: (done, front) => bar.update(done, { front }), stop: () => bar.stop() };
}
