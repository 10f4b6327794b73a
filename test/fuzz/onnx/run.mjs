/*
 * Damaged ONNX files: bytes changed, cut out, doubled and put in; lengths and numbers of fields made large; nodes, operands, sizes and
 * attributes exchanged. Whatever is in a file, it is refused in words, or gives a list of operators that a model file holds; in time and memory.
 */
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

/** CPU time after which a case counts as hung, s, and memory of the whole process that no case may reach, MB. */
const MOST_SECONDS = 20;
const MOST_MEGABYTES = 512;
const LOOK_EVERY_MS = 100;

/**
 * Runs `cases` cases of a seed from number `first` on; prints a line for each finding. See scripts/fuzz.mjs.
 *
 * @returns the number of findings
 */
export async function fuzz({ cases, seed, first }) {
  const counts = {};
  let findings = 0;
  let most = 0;
  const tell = (at, what) => {
    findings += 1;
    console.log(`FOUND ${what}\n  replay: npm run fuzz -- onnx --seed ${seed} --first ${at} --cases 1`);
  };
  const see = (bytes) => (most = Math.max(most, bytes));
  let next = first;
  while (next < first + cases) next = await runFrom({ next, end: first + cases, seed, counts, tell, see });
  const megabytes = Math.ceil(most / 1024 / 1024);
  if (megabytes >= MOST_MEGABYTES) tell(first, `the process took ${megabytes} MB`);
  const parts = Object.entries(counts)
    .sort()
    .map(([outcome, count]) => `${count} ${outcome}`);
  console.log(`${cases} cases of seed ${seed}, ${megabytes} MB at most: ${findings} findings\n  ${parts.join(", ")}`);
  return findings;
}

/** One worker until it is through, hangs or dies. @returns the case with which the next one begins */
function runFrom({ next, end, seed, counts, tell, see }) {
  return new Promise((resolve) => {
    const shared = new SharedArrayBuffer(4);
    const at = new Int32Array(shared);
    at[0] = next;
    const worker = new Worker(fileURLToPath(new URL("worker.mjs", import.meta.url)), {
      workerData: { next, end, seed, shared },
      resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
    });
    let isOver = false;
    const finish = (begin) => {
      if (isOver) return;
      isOver = true;
      clearInterval(timer);
      void worker.terminate().then(() => resolve(begin));
    };
    let cpu = process.cpuUsage();
    let seen = next;
    const timer = setInterval(() => {
      see(process.memoryUsage.rss());
      if (at[0] !== seen) {
        seen = at[0];
        cpu = process.cpuUsage();
        return;
      }
      const { user, system } = process.cpuUsage(cpu);
      if ((user + system) / 1e6 < MOST_SECONDS) return;
      tell(seen, `no answer after ${MOST_SECONDS} s of CPU time`);
      finish(seen + 1);
    }, LOOK_EVERY_MS);
    worker.on("message", ({ finding, outcomes }) => {
      if (finding !== undefined) tell(finding.at, finding.what);
      for (const [outcome, count] of Object.entries(outcomes ?? {})) counts[outcome] = (counts[outcome] ?? 0) + count;
    });
    worker.on("error", (error) => {
      tell(at[0], `the process died: ${error.code ?? ""} ${error.message}`);
      finish(at[0] + 1);
    });
    worker.on("exit", () => {
      see(process.memoryUsage.rss());
      finish(end);
    });
  });
}
