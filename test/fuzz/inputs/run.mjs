// Input files: models, hardware, studies, settings, CSV of products, models and hours, configurations of other programs. Whatever
// is in them, the program says what is wrong (exit code 2), or gives finite numbers of the right sign, in time.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

/** CPU time after which a case counts as hung, s. Wall-clock time says little on a machine that others use. */
const MOST_SECONDS = 30;
const HEAP_MEGABYTES = 2048;
const MOST_SHOWN = 1500;
const LOOK_EVERY_MS = 200;

/** What has been found before: each file is fed again, by the kind that its name begins with. */
export function foundInputs() {
  const folder = new URL("found/", import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .map((name) => ({ name, kind: name.split(".")[0], text: readFileSync(new URL(name, folder), "utf8") }));
}

/**
 * Runs `cases` cases of a seed from number `first` on, and before number 0 those that were found before; prints a line for each
 * finding and a table of what came out. See scripts/fuzz.mjs.
 *
 * @returns the number of findings
 */
export async function fuzz({ cases, seed, first }) {
  const scratch = mkdtempSync(join(tmpdir(), "ecotile-fuzz-"));
  const kept = foundInputs();
  const counts = {};
  let findings = 0;
  const tell = ({ at, kind, what, input }) => {
    findings += 1;
    const replay =
      at < kept.length ? `--cases 0 (found/${kept[at].name})` : `--seed ${seed} --first ${at - kept.length} --cases 1`;
    console.log(`FOUND ${kind}: ${what}\n  replay: npm run fuzz -- inputs ${replay}\n  input: ${shown(input)}`);
  };
  let next = first === 0 ? 0 : kept.length + first;
  const end = kept.length + first + cases;
  while (next < end) next = await runFrom({ next, end, seed, kept, scratch, counts, tell });
  rmSync(scratch, { recursive: true, force: true });
  const others = first === 0 ? ` and ${kept.length} kept ones` : "";
  console.log(`${cases} cases of seed ${seed}${others}: ${findings} findings`);
  for (const [kind, outcomes] of Object.entries(counts).sort()) {
    const parts = Object.entries(outcomes)
      .sort()
      .map(([outcome, count]) => `${count} ${outcome}`);
    console.log(`  ${kind}: ${parts.join(", ")}`);
  }
  return findings;
}

const shown = (input) => {
  const text = JSON.stringify(input);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}… (${text.length} characters)` : text;
};

/** One worker until it is through, hangs or dies. @returns the case with which the next one begins */
function runFrom({ next, end, seed, kept, scratch, counts, tell }) {
  return new Promise((resolve) => {
    const shared = new SharedArrayBuffer(8);
    const at = new Int32Array(shared);
    at[0] = next;
    const worker = new Worker(fileURLToPath(new URL("worker.mjs", import.meta.url)), {
      workerData: { next, end, seed, kept, scratch, shared },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
    });
    let last = { at: next, input: "", kind: "start" };
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
      if (at[0] !== seen) {
        seen = at[0];
        cpu = process.cpuUsage();
        return;
      }
      const { user, system } = process.cpuUsage(cpu);
      if ((user + system) / 1e6 < MOST_SECONDS) return;
      tell({ ...last, at: seen, what: `no answer after ${MOST_SECONDS} s of CPU time` });
      finish(seen + 1);
    }, LOOK_EVERY_MS);
    worker.on("message", (message) => {
      if (message.begin) last = message;
      else if (message.finding) tell(message);
      else if (message.counts) {
        for (const [kind, outcomes] of Object.entries(message.counts)) {
          counts[kind] ??= {};
          for (const [outcome, count] of Object.entries(outcomes))
            counts[kind][outcome] = (counts[kind][outcome] ?? 0) + count;
        }
      }
    });
    worker.on("error", (error) => {
      tell({ ...last, at: at[0], what: `the process died: ${error.code ?? ""} ${error.message}` });
      finish(at[0] + 1);
    });
    worker.on("exit", () => finish(end));
  });
}
