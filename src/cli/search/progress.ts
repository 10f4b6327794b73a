import { SingleBar } from "cli-progress";
import { isQuiet } from "../print.ts";
import type { RunProgress } from "../../study/index.ts";

/** Where a search stands, on stderr: a bar on a terminal, a line every few seconds elsewhere. */
export interface RunDisplay {
  /** The first call starts the bar. */
  update(progress: RunProgress): void;
  stop(): void;
}

const SILENCE_MS = 5000;

export function createRunDisplay(): RunDisplay {
  if (isQuiet()) return { update: () => undefined, stop: () => undefined };
  const { isTTY } = process.stderr;
  let bar: SingleBar | null = null;
  let started = 0;
  return {
    update: (progress) => {
      const { format, done, total, evaluated, fields } = shown(progress);
      if (bar === null) {
        bar = new SingleBar({
          stream: process.stderr,
          noTTYOutput: !isTTY,
          notTTYSchedule: SILENCE_MS,
          gracefulExit: false,
          hideCursor: true,
          barsize: 24,
          format: `${isTTY ? "[{bar}] " : ""}{value}/{total} ${format}, {left}`,
        });
        started = performance.now();
        bar.start(total, done, { ...fields, left: "starting" });
        return;
      }
      const seconds = (performance.now() - started) / 1000;
      bar.update(done, { ...fields, left: timeLeft(evaluated, total - done, seconds) });
    },
    stop: () => {
      bar?.stop();
      bar = null;
    },
  };
}

/** What a bar shows; `evaluated`: what was not kept from before. */
interface Shown {
  readonly format: string;
  readonly done: number;
  readonly total: number;
  readonly evaluated: number;
  readonly fields: Readonly<Record<string, number>>;
}

function shown(progress: RunProgress): Shown {
  if (progress.kind === "chips") {
    const { chipCount: done, keptCount, frontSize: front, total } = progress;
    const format = "hardware points, front {front} so far";
    return { format, done, total, evaluated: done - keptCount, fields: { front } };
  }
  const { trialCount: done, maxTrials: total, evaluatedCount: evaluated, feasibleCount: feasible } = progress;
  const fields = { feasible, front: progress.frontSize, hypervolume: Number(progress.hypervolume.toPrecision(5)) };
  const format = "designs, {feasible} feasible, front {front}, hypervolume {hypervolume}";
  return { format, done, total, evaluated, fields };
}

/** What was kept from before costs nothing, so the rate is that of what was done here, in `seconds`. */
function timeLeft(evaluatedCount: number, leftCount: number, seconds: number): string {
  if (evaluatedCount === 0) return "replaying";
  const rate = evaluatedCount / seconds;
  const left = Math.ceil(leftCount / rate);
  const clock = left >= 60 ? `${Math.floor(left / 60)} min ${left % 60} s` : `${left} s`;
  return `${rate < 10 ? rate.toPrecision(2) : rate.toFixed(0)}/s, ${clock} left`;
}
