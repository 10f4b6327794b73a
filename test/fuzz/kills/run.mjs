/*
 * Kills searches with kill −9 at random moments of their time, goes on with 1, 2 and 3 workers in turn, and asks that all files are
 * those of a search that nobody disturbed, that what was kept is still there, and that of an exact search no more is made anew
 * than the blocks that were under way: one a worker.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { drawsOf } from "../draws.mjs";

const Database = createRequire(import.meta.url)("libsql");
const MAIN = fileURLToPath(new URL("../../../dist/bundle/cli/main.js", import.meta.url));
const STUDY = fileURLToPath(new URL("../../fixtures/search/kills.yaml", import.meta.url));
const FILES = ["study.yaml", "front.csv", "front.json", "report.html"];
const STRATEGIES = ["exact", "nsga2"];
const WORKERS = 2;

/** Starts a search. */
function search(folder, strategy, workers, ...more) {
  const options = ["--out", folder, "--strategy", strategy, "--workers", String(workers), ...more];
  const child = spawn(process.execPath, [MAIN, "search", STUDY, ...options], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, stderr })));
  return { child, ended };
}

/** Rows of trials and blocks that a store holds, by table and number. */
function rowsOf(folder) {
  const file = join(folder, "trials.db");
  if (!existsSync(file)) return new Map();
  const db = new Database(file);
  try {
    const rows = ["trial", "block"].flatMap((table) => {
      const isThere = db.prepare("SELECT count(*) FROM sqlite_master WHERE name = ?").raw().get(table)[0] > 0;
      return isThere
        ? db
            .prepare(`SELECT * FROM ${table} ORDER BY number`)
            .raw()
            .all()
            .map((row) => [table, ...row])
        : [];
    });
    return new Map(rows.map((row) => [`${row[0]} ${row[1]}`, JSON.stringify(row)]));
  } finally {
    db.close();
  }
}

/** Chips whose first look is kept. */
function chipsIn(rows) {
  const blocks = [...rows].flatMap(([key, row]) => (key.startsWith("block") ? [JSON.parse(JSON.parse(row)[2])] : []));
  return blocks.filter(({ kind }) => kind === "first").reduce((sum, { chips }) => sum + chips.length, 0);
}

/** @returns what is wrong with a run that was killed and gone on with; null: nothing */
function faultOf(folder, reference, kept, { code, stderr }) {
  if (code !== 0) return `the search that goes on ends with ${code}: ${stderr.trim().split("\n").at(-1)}`;
  for (const name of FILES)
    if (!readFileSync(join(folder, name)).equals(readFileSync(join(reference, name)))) return `${name} differs`;
  const [now, whole] = [rowsOf(folder), rowsOf(reference)];
  for (const [key, row] of kept) if (now.get(key) !== row) return `${key} was lost or changed`;
  for (const [key, row] of whole) if (now.get(key) !== row) return `${key} is not that of the undisturbed search`;
  return null;
}

/**
 * Kills as many searches by each strategy, and goes on with them.
 *
 * @param onKill  called with what came of each: { strategy, text, fault }; fault null: the same bytes
 */
export async function runKills({ cases, seed, onKill }) {
  const directory = mkdtempSync(join(tmpdir(), "ecotile-kills-"));
  const draws = drawsOf(seed);
  try {
    for (const strategy of STRATEGIES) {
      const reference = join(directory, `${strategy}-reference`);
      const started = performance.now();
      const { code, stderr } = await search(reference, strategy, WORKERS).ended;
      if (code !== 0) throw new Error(`${strategy}: the undisturbed search ends with ${code}: ${stderr}`);
      const time = performance.now() - started;
      for (let kill = 0; kill < cases; kill += 1) {
        const folder = join(directory, `${strategy}-${kill}`);
        // Often enough after the start, which takes a good part of the time.
        const moment = time * (draws.chance(0.2) ? draws.real() : 0.4 + 0.6 * draws.real());
        const { kept, shown, resumed, workers } = await killOnce(folder, strategy, moment, kill);
        const chips = chipsIn(kept);
        const lost = chips < shown ? `${shown} chips were shown as done, ${chips} were kept` : null;
        const fault = lost ?? faultOf(folder, reference, kept, resumed);
        const what = strategy === "exact" ? `${chips} chips kept` : `${kept.size} trials kept`;
        const when = `kill ${kill} at ${moment.toFixed(0)} of ${time.toFixed(0)} ms`;
        onKill({
          strategy,
          fault,
          text: `${strategy}, ${when}, ${what}, on with ${workers} workers: ${fault ?? "same bytes"}`,
        });
        rmSync(folder, { recursive: true, force: true });
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Kills one search, and goes on with it. @returns what was kept before it went on, and how many chips were shown as done */
async function killOnce(folder, strategy, moment, kill) {
  const killed = search(folder, strategy, WORKERS);
  await Promise.race([sleep(moment), killed.ended]);
  killed.child.kill("SIGKILL");
  const { stderr } = await killed.ended;
  const shown = Number([...stderr.matchAll(/(\d+)\/\d+ hardware points/g)].at(-1)?.[1] ?? 0);
  const kept = rowsOf(folder);
  const workers = 1 + (kill % 3);
  const resumed = await search(folder, strategy, workers, ...(existsSync(folder) ? ["--resume"] : [])).ended;
  return { kept, shown, resumed, workers };
}

/** The same for the command line. See scripts/fuzz.mjs; moments are not the same each time. */
export async function fuzz({ cases, seed }) {
  let found = 0;
  await runKills({
    cases,
    seed,
    onKill: ({ text, fault }) => {
      if (fault !== null) found += 1;
      console.log(`${fault === null ? "" : "FOUND "}${text}`);
    },
  });
  return found;
}
