/*
 * Damaged folders of runs: front.json, front.csv, study.yaml and trials.db are changed, cut, exchanged or taken away, and then
 * reported, explained, compared and gone on with. Nothing may end with exit 1, a stack trace or a signal, hang, or print NaN.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { makeReferences } from "./references.mjs";

const CHILD = fileURLToPath(new URL("./child.mjs", import.meta.url));
/** No case takes longer, also on a busy machine. */
const HUNG_MS = 120_000;

/** Runs cases from `first` on until the end, or until the process ends. @returns { next, found } */
async function runCases(references, first, last, seed) {
  const child = spawn(process.execPath, [CHILD, references, String(first), String(last), String(seed)], {
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => (stderr = `${stderr}${chunk}`.slice(-2000)));
  child.stdout.resume();
  let present = null;
  let isDone = false;
  const found = [];
  let watch;
  const rewind = () => {
    clearTimeout(watch);
    watch = setTimeout(() => child.kill("SIGKILL"), HUNG_MS);
  };
  rewind();
  createInterface({ input: child.stdio[3] }).on("line", (line) => {
    rewind();
    const message = JSON.parse(line);
    if ("begins" in message) present = message;
    if ("ends" in message) isDone = true;
    if ("found" in message)
      found.push({
        number: message.found,
        text: `${present.run}, ${present.what}\n  ${message.command}: ${message.fault}`,
      });
  });
  const signal = await new Promise((resolve) => child.on("close", (code, name) => resolve(name ?? `exit ${code}`)));
  clearTimeout(watch);
  if (isDone) return { next: last, found };
  if (present === null) throw new Error(`no case was begun (${signal}): ${stderr}`);
  found.push({
    number: present.begins,
    text: `${present.run}, ${present.what}\n  ended or hung: ${signal}: ${stderr}`,
  });
  return { next: present.begins + 1, found };
}

/**
 * Damages as many folders and reads each.
 *
 * @returns what was found, each with its case
 */
export async function runFolders({ cases, seed, first = 0 }) {
  const references = mkdtempSync(join(tmpdir(), "ecotile-references-"));
  try {
    makeReferences(references);
    const found = [];
    for (let at = first; at < first + cases;) {
      const part = await runCases(references, at, first + cases, seed);
      found.push(...part.found);
      at = part.next;
    }
    return found;
  } finally {
    rmSync(references, { recursive: true, force: true });
  }
}

/** The same for the command line. See scripts/fuzz.mjs. */
export async function fuzz({ cases, seed, first }) {
  const found = await runFolders({ cases, seed, first });
  for (const { number, text } of found)
    console.log(`FOUND ${text}\n  replay: npm run fuzz -- folders --cases 1 --seed ${seed} --first ${number}`);
  console.log(`${cases} damaged folders, ${found.length} findings`);
  return found.length;
}
