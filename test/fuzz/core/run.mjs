import { Worker } from "node:worker_threads";
import * as abi from "../../../dist/assembly/abi.js";

/** A call of the core that takes so long has hung; the longest take tenths of a second. */
const MOST_MS = 120_000;
const SHARED = 16 + 8 * (abi.HW_FIELDS + abi.MAX_BATCH * (abi.IN_FIELDS + abi.RES_FIELDS));

/** Runs `cases` rows or a few more in a thread of its own; resolves to counts, and what is wrong. */
export function runCore({ cases, seed }) {
  const shared = new SharedArrayBuffer(SHARED);
  const began = new Float64Array(shared, 0, 1);
  const records = new Float64Array(shared, 8, (SHARED - 8) / 8);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.mjs", import.meta.url), { workerData: { cases, seed, shared } });
    const watch = setInterval(() => {
      if (began[0] === 0 || Date.now() - began[0] < MOST_MS) return;
      clearInterval(watch);
      const hang = { what: `not back in ${MOST_MS / 1000} s`, seed, records: Array.from(records, String) };
      void worker.terminate().then(() => resolve({ stats: { rows: 0, faults: 1 }, faults: [hang] }));
    }, 500);
    worker.once("message", (result) => {
      clearInterval(watch);
      resolve(result);
    });
    worker.once("error", (error) => {
      clearInterval(watch);
      reject(error);
    });
  });
}

/** The same for the command line. */
export async function fuzzCore(options) {
  const { stats, faults } = await runCore(options);
  const reached = (stats.ok + stats.tooSmall) / stats.rows;
  const text = JSON.stringify({ ...options, ...stats, reached, found: faults }, null, 1);
  return { text, isGood: stats.faults === 0 && reached >= 0.2 };
}
