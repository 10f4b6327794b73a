import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadStudy, runStudy } from "../../dist/src/index.js";

const FEW = 500;
const MANY = 4000;
/** Ticks of the kernel's clock a second, as /proc counts them on every Linux. */
const TICKS = 100;

/** Seconds of CPU of the main thread; null where the system does not tell threads apart. */
function mainThreadSeconds() {
  try {
    const text = readFileSync(`/proc/self/task/${process.pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return null;
  }
}

/** CPU so far of the main thread, and of all others. */
function secondsSoFar() {
  const { user, system } = process.cpuUsage();
  const main = mainThreadSeconds();
  return { main, others: (user + system) / 1e6 - main };
}

/**
 * What a trial takes of the main thread and of a worker, from trial FEW to the last one of a search, so that neither start nor report is in it.
 * What the main thread does is done one trial after the other, so that any number of workers is at most so much faster than one:
 *
 *   limit = (main + worker) / main
 */
export async function threads() {
  if (mainThreadSeconds() === null) return ["CPU by thread is told on Linux alone"];
  const study = loadStudy(new URL("../../examples/clip-vit-b16.yaml", import.meta.url).pathname);
  const { search: settings } = study;
  const folder = mkdtempSync(join(tmpdir(), "ecotile-threads-"));
  const seen = [];
  await runStudy(
    { ...study, search: { ...settings, strategy: "nsga2", trials: MANY } },
    {
      ...{ folder, workers: 1 },
      onProgress: ({ trialCount }) => trialCount >= FEW && seen.push({ trialCount, ...secondsSoFar() }),
    },
  );
  rmSync(folder, { recursive: true });
  const [few, many] = [seen[0], seen.at(-1)];
  const each = (of) => ((of(many) - of(few)) / (many.trialCount - few.trialCount)) * 1e6;
  const [main, others] = [each(({ main }) => main), each(({ others }) => others)];
  return [
    `nsga2, trials ${few.trialCount} to ${many.trialCount} in batches of ${settings.batch}, one worker: ${main.toFixed(0)} us of the main thread a trial, ${others.toFixed(0)} us of the others; at most ${((main + others) / main).toFixed(1)} × one worker`,
  ];
}
