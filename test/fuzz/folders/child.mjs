/*
 * Reads damaged folders, one after the other, by the commands that users have, in one process: node child.mjs REFERENCES FIRST LAST
 * SEED. Says on descriptor 3 which case it begins, and what it has found. What ends the process is found by the parent.
 */
import { Command, CommanderError } from "commander";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addExplainCommand } from "../../../dist/src/cli/explain.js";
import { reportFailure } from "../../../dist/src/cli/failure.js";
import { addReportCommand } from "../../../dist/src/cli/report.js";
import { addSearchCommand } from "../../../dist/src/cli/search.js";
import { drawsOf } from "../draws.mjs";
import { damage } from "./mutate.mjs";
import { REFERENCES } from "./references.mjs";

const [references, first, last, seed] = process.argv.slice(2);
const say = (message) => writeSync(3, `${JSON.stringify(message)}\n`);

class Exit extends Error {
  constructor(code) {
    super(`exit ${code}`);
    this.code = code;
  }
}
process.exit = (code) => {
  throw new Exit(code);
};

/** A search that a changed study makes long is stopped as by Ctrl-C. */
const LONG_MS = 30_000;

/** Runs one command as `ecotile` does. @returns { code, out, err } */
async function ecotile(args) {
  const text = { out: "", err: "" };
  const real = [process.stdout.write, process.stderr.write];
  process.stdout.write = (chunk) => ((text.out += Buffer.from(chunk).toString()), true);
  process.stderr.write = (chunk) => ((text.err += Buffer.from(chunk).toString()), true);
  process.exitCode = undefined;
  const program = new Command("ecotile").exitOverride();
  for (const add of [addReportCommand, addExplainCommand, addSearchCommand]) add(program);
  for (const command of program.commands) command.exitOverride();
  const stop = setTimeout(() => process.emit("SIGINT", "SIGINT"), LONG_MS);
  let code;
  try {
    await program.parseAsync(args, { from: "user" });
    code = process.exitCode ?? 0;
  } catch (error) {
    code = error instanceof Exit ? error.code : error instanceof CommanderError ? 2 : reportFailure(error);
  } finally {
    clearTimeout(stop);
    [process.stdout.write, process.stderr.write] = real;
    process.exitCode = undefined;
  }
  return { code, ...text };
}

/** What nobody should read; scripts of a page are programs, its data is not. */
function oddWordIn(text) {
  const said = text.replace(/<script(?![^>]*json)[^>]*>[\s\S]*?<\/script>/g, "");
  return /\b(NaN|undefined|Infinity|\[object Object\])\b/.exec(said)?.[0];
}

const INTERRUPTED = 130;
const CODES = [0, 2, 3, INTERRUPTED];

/** @returns what is wrong with how a command has ended; null: nothing */
function faultOf({ code, out, err }, page = "") {
  if (!CODES.includes(code)) return `exit ${code}: ${err.slice(-600)}`;
  if (/\n\s+at .*:\d+:\d+/.test(err)) return `a stack trace: ${err.slice(-600)}`;
  if (code !== 0 && err.trim() === "") return `exit ${code} without a word`;
  const odd = oddWordIn(out) ?? oddWordIn(page);
  if (odd === undefined) return null;
  const text = oddWordIn(out) === undefined ? page : out;
  return `prints ${odd}: …${text.slice(Math.max(0, text.indexOf(odd) - 120), text.indexOf(odd) + 40)}…`;
}

const FILES = ["study.yaml", "front.csv", "front.json", "report.html"];
const CHARTS = ["front", "pairs", "parallel", "convergence", "carbon", "roofline"];

/** By who reads the files that are damaged, in most of the ways that there are. */
async function readsOf(draws, folder, names) {
  const other = join(references, draws.pick(REFERENCES).name);
  const trial = () => String(draws.whole(0, 12));
  const format = (...of) => ["--format", draws.pick(of)];
  const ofFront = [
    ["report", folder],
    ["report", folder, "--format", "svg", "--chart", draws.pick(CHARTS)],
    ["report", folder, ...format("csv", "json", "parquet")],
    [
      "report",
      "--compare",
      ...(draws.chance(0.5) ? [folder, other] : [other, folder]),
      ...format("csv", "json", "svg"),
    ],
  ];
  const ofTrials = [
    ["explain", folder, trial(), ...(draws.chance(0.5) ? ["--json"] : [])],
    draws.chance(0.5)
      ? ["explain", folder, "--draws", "2"]
      : ["explain", folder, trial(), "--against", "baseline", "--draws", "3"],
    ["search", join(folder, "study.yaml"), "--dry-run"],
  ];
  const isOfFront = names.some((name) => name.startsWith("front"));
  const isOfTrials = names.some((name) => !name.startsWith("front"));
  const faults = [];
  for (const args of [...(isOfFront ? ofFront : []), ...(isOfTrials ? ofTrials : [])]) {
    const page = join(folder, "report.html");
    const done = await ecotile(args);
    const isPage = args[0] === "report" && args.length === 2 && done.code === 0;
    const fault = faultOf(done, isPage ? readFileSync(page, "utf8") : "");
    if (fault !== null) faults.push([args.map((arg) => (arg === folder ? "DIR" : arg)).join(" "), fault]);
  }
  return faults;
}

/** Goes on with a run. Where its trials are whole, or gone, the files must come out as they were. */
async function resumeOf(draws, folder, reference, { name, what }) {
  const isOwn = draws.chance(0.5);
  const study = isOwn ? join(folder, "study.yaml") : reference.study;
  const done = await ecotile([
    "search",
    study,
    "--out",
    folder,
    "--strategy",
    reference.strategy,
    "--resume",
    "--workers",
    "1",
  ]);
  const command = `search ${isOwn ? "DIR/study.yaml" : "STUDY"} --out DIR --resume`;
  const fault = faultOf(done);
  if (fault !== null) return [[command, fault]];
  const isWhole =
    name.startsWith("front") || (name === "study.yaml" && !isOwn) || (name === "trials.db" && what === "gone");
  if (!isWhole || what === "a folder" || done.code === INTERRUPTED) return [];
  if (done.code !== reference.code)
    return [[command, `exit ${done.code} though the trials are whole: ${done.err.slice(-300)}`]];
  const differs = FILES.find(
    (file) => !readFileSync(join(folder, file)).equals(readFileSync(join(reference.folder, file))),
  );
  return differs === undefined ? [] : [[command, `${differs} differs from that of the undisturbed run`]];
}

for (let number = Number(first); number < Number(last); number += 1) {
  const draws = drawsOf(Number(seed), number);
  const reference = draws.pick(REFERENCES);
  const folder = join(mkdtempSync(join(tmpdir(), "ecotile-fuzz-")), "run");
  try {
    const whole = { ...reference, folder: join(references, reference.name) };
    cpSync(whole.folder, folder, { recursive: true });
    const others = REFERENCES.filter(({ name }) => name !== reference.name).map(({ name }) => join(references, name));
    const done = Array.from({ length: draws.chance(0.85) ? 1 : 2 }, () => safely(() => damage(draws, folder, others)));
    const what = done.map(({ name, what }) => `${name}: ${what}`).join("; ");
    say({ begins: number, run: reference.name, what });
    const faults = await readsOf(
      draws,
      folder,
      done.map(({ name }) => name),
    );
    if (draws.chance(0.35))
      faults.push(...(await resumeOf(draws, folder, whole, done.length === 1 ? done[0] : { name: "", what: "" })));
    for (const [command, fault] of faults) say({ found: number, command, fault });
  } finally {
    rmSync(join(folder, ".."), { recursive: true, force: true });
  }
}
say({ ends: true });
process.removeAllListeners("exit");
process.kill(process.pid, "SIGTERM");

function safely(act) {
  try {
    return act();
  } catch (error) {
    // A second damage may not find what the first has taken away.
    return { name: "", what: `nothing: ${error.message}` };
  }
}
