import { Worker } from "node:worker_threads";

/** CPU time after which a call of the core has hung, s; the longest take tenths of one. On a busy machine the wall clock says little. */
const MOST_SECONDS = 60;
const LOOK_EVERY_MS = 500;

/**
 * Runs `cases` rows or a few more in a thread of its own.
 *
 * @param first    number of the machine that is begun with
 * @param onFault  called with what is wrong, as it is found: { what, machine, hardware, problem, result }, the records as texts
 * @param onStats  called with the counts so far, every few seconds
 * @returns        counts of rows, calls, searches and each status
 */
export async function runCore({ cases, seed, first = 0, onFault, onStats = () => {} }) {
  const total = {};
  const take = (stats) => {
    for (const [name, count] of Object.entries(stats)) total[name] = (total[name] ?? 0) + count;
    onStats(total);
  };
  for (let next = first; next !== null;) {
    next = await runFrom({ cases: cases - (total.rows ?? 0), seed, first: next, onFault, take });
  }
  return total;
}

/** One thread until it is through, or hangs. Resolves to the machine to go on with; null: through. */
function runFrom({ cases, seed, first, onFault, take }) {
  const shared = new SharedArrayBuffer(16);
  const [call, machine] = [new Float64Array(shared, 0, 1), new Float64Array(shared, 8, 1)];
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData: { cases, seed, first, shared } });
    let seen = 0;
    let cpu = process.cpuUsage();
    let next = null;
    const watch = setInterval(() => {
      const { user, system } = process.cpuUsage(cpu);
      if (call[0] !== seen || seen === 0) [seen, cpu] = [call[0], process.cpuUsage()];
      else if ((user + system) / 1e6 > MOST_SECONDS && next === null) {
        const what = `not back after ${MOST_SECONDS} s of CPU time`;
        onFault({ what, machine: machine[0], hardware: [], problem: [], result: null });
        next = machine[0] + 1;
        void worker.terminate();
      }
    }, LOOK_EVERY_MS);
    worker.on("message", ({ fault, stats }) => {
      if (fault !== undefined) onFault(fault);
      if (stats !== undefined) take(stats);
    });
    worker.once("error", reject);
    worker.once("exit", () => {
      clearInterval(watch);
      resolve(next);
    });
  });
}

/** Findings are of a kind if they differ in numbers alone. */
const kindOf = ({ what }) => what.replace(/\d[\d.e+-]*/g, "#");
const SHOWN_OF_A_KIND = 3;
const LEAST_REACHED = 0.2;

/** The same for the command line. See scripts/fuzz.mjs. */
export async function fuzz({ cases, seed, first }) {
  const kinds = new Map();
  const onFault = (fault) => {
    const kind = kindOf(fault);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (kinds.get(kind) > SHOWN_OF_A_KIND) return;
    const { what, machine, ...records } = fault;
    console.log(`FOUND ${what}\n  replay: npm run fuzz -- core --rows 1 --seed ${seed} --first ${machine}`);
    console.log(`  ${JSON.stringify(records)}`);
  };
  const reachedOf = ({ ok, tooSmall, rows }) => (ok + tooSmall) / rows;
  const textOf = (stats) => {
    const counts = Object.entries(stats).map(([name, count]) => `${count} ${name}`);
    return `${counts.join(", ")}; ${(100 * reachedOf(stats)).toFixed(1)} % reached a search or a walk`;
  };
  let shownAt = Date.now();
  const onStats = (stats) => {
    if (Date.now() - shownAt < 60_000) return;
    shownAt = Date.now();
    console.error(textOf(stats));
  };
  const stats = await runCore({ cases, seed, first, onFault, onStats });
  console.log(`seed ${seed}: ${textOf(stats)}`);
  for (const [kind, count] of kinds) console.log(`${count} times: ${kind}`);
  const findings = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  // One machine has too few rows for shares.
  if (stats.rows < 10_000 || reachedOf(stats) >= LEAST_REACHED) return findings;
  console.log(`FOUND fewer than ${100 * LEAST_REACHED} % of the rows reach a search or a walk`);
  return findings + 1;
}
