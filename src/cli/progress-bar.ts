import { SingleBar } from "cli-progress";
import { isQuiet } from "./print.ts";

/** How far a command is, on stderr: a bar on a terminal, a line every few seconds elsewhere, nothing where it is to be quiet. */
export interface ProgressBar {
  step(): void;
  /** Whether enough time has passed for a look at signals and the screen. */
  isDue(): boolean;
  stop(): void;
}

const SILENCE_MS = 5000;
const LOOK_MS = 50;
/** What is over sooner needs no bar. */
const PATIENCE_MS = 300;

export function startBar(total: number, what: string): ProgressBar {
  const { isTTY } = process.stderr;
  const started = performance.now();
  let count = 0;
  let looked = started;
  let bar: SingleBar | null = null;
  const begin = (): SingleBar => {
    const made = new SingleBar({
      stream: process.stderr,
      noTTYOutput: !isTTY,
      notTTYSchedule: SILENCE_MS,
      gracefulExit: false,
      hideCursor: true,
      clearOnComplete: isTTY,
      barsize: 24,
      format: `${isTTY ? "[{bar}] " : ""}{value}/{total} ${what}, {rate}/s`,
    });
    made.start(total, 0, { rate: "-" });
    return made;
  };
  return {
    step: () => {
      count += 1;
      const now = performance.now();
      if (isQuiet() || now - started < PATIENCE_MS) return;
      if (!isTTY && now - started < SILENCE_MS) return;
      bar ??= begin();
      bar.update(count, { rate: (count / ((now - started) / 1000)).toPrecision(3) });
    },
    isDue: () => {
      const now = performance.now();
      if (now - looked < LOOK_MS) return false;
      looked = now;
      return true;
    },
    stop: () => bar?.stop(),
  };
}
