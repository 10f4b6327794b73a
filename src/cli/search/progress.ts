import { SingleBar } from "cli-progress";
import { isQuiet } from "../print.ts";
import type { StudyProgress } from "../../search/index.ts";

/** Where a search stands, on stderr: a bar on a terminal, a line every few seconds elsewhere. */
export interface ProgressDisplay {
  update(progress: StudyProgress): void;
  stop(): void;
}

const SILENCE_MS = 5000;

export function startProgress(maxTrials: number): ProgressDisplay {
  if (isQuiet()) return { update: () => undefined, stop: () => undefined };
  const { isTTY } = process.stderr;
  const bar = new SingleBar({
    stream: process.stderr,
    noTTYOutput: !isTTY,
    notTTYSchedule: SILENCE_MS,
    gracefulExit: false,
    hideCursor: true,
    barsize: 24,
    format: `${isTTY ? "[{bar}] " : ""}{value}/{total} designs, {feasible} feasible, front {front}, hypervolume {hypervolume}, {left}`,
  });
  const started = performance.now();
  bar.start(maxTrials, 0, { feasible: 0, front: 0, hypervolume: 0, left: "starting" });
  return {
    update: ({ trialCount, feasibleCount, frontSize, hypervolume, evaluatedCount, maxTrials: most }) => {
      const seconds = (performance.now() - started) / 1000;
      bar.update(trialCount, {
        feasible: feasibleCount,
        front: frontSize,
        hypervolume: Number(hypervolume.toPrecision(5)),
        left: timeLeft(evaluatedCount, most - trialCount, seconds),
      });
    },
    stop: () => bar.stop(),
  };
}

/** What was kept from before costs nothing, so the rate is that of what was done here, in `seconds`. */
export function timeLeft(evaluatedCount: number, leftCount: number, seconds: number): string {
  if (evaluatedCount === 0) return "replaying";
  const rate = evaluatedCount / seconds;
  const left = Math.ceil(leftCount / rate);
  const clock = left >= 60 ? `${Math.floor(left / 60)} min ${left % 60} s` : `${left} s`;
  return `${rate < 10 ? rate.toPrecision(2) : rate.toFixed(0)}/s, ${clock} left`;
}
