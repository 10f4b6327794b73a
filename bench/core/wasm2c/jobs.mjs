import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as abi from "../../../dist/assembly/abi.js";

/** A call of the core: hardware record, problem records, and result records as they stand before it (Float64Array each). */
export function jobOf(hardware, problems, results) {
  return { count: problems.length / abi.IN_FIELDS, hardware, problems, results };
}

/** The call that an instance of the core has just been given, `count` problems, as a job; no mapping given. */
export function lastCall(core, count) {
  const problems = core.problems.slice(0, count * abi.IN_FIELDS);
  return jobOf(core.hardware.slice(0, abi.HW_FIELDS), problems, new Float64Array(count * abi.RES_FIELDS));
}

/** Runs all jobs on the WebAssembly core, `call` evaluate or scoreOnly; the bytes of all result records where they are asked for. */
export function runOnCore(core, jobs, call, areWanted = false) {
  const found = [];
  for (const { count, hardware, problems, results } of jobs) {
    core.hardware.set(hardware);
    core.problems.set(problems);
    core.results.set(results);
    core[call](count);
    if (areWanted) found.push(Buffer.from(core.results.slice(0, count * abi.RES_FIELDS).buffer));
  }
  return Buffer.concat(found);
}

/** Writes jobs where main.c reads them. */
export function writeJobs(path, jobs) {
  const parts = jobs.flatMap(({ count, hardware, problems, results }) => [[count], hardware, problems, results]);
  const all = [[jobs.length], ...parts].map((part) => Buffer.from(Float64Array.from(part).buffer));
  writeFileSync(path, Buffer.concat(all));
}

/** Runs the jobs in a file on a program; CPU seconds of `repeats` passes, and the bytes of all result records. */
export function runOnC(program, call, path, repeats, folder) {
  const results = join(folder, "results");
  const { status, stdout, stderr } = spawnSync(program, [call, path, results, String(repeats)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ended with ${String(status)}: ${stderr}`);
  return { seconds: Number(stdout), results: readFileSync(results) };
}

/** Sum of one field over all result records. */
export function sumOf(results, field) {
  const rows = new Float64Array(results.buffer, results.byteOffset, results.byteLength / 8);
  let sum = 0;
  for (let at = field; at < rows.length; at += abi.RES_FIELDS) sum += rows[at];
  return sum;
}

/** The first result record that differs, in words; undefined where all bytes are equal. */
export function firstDifference(expected, found) {
  if (expected.equals(found)) return undefined;
  if (expected.length !== found.length) return `${found.length} bytes of results, not ${expected.length}`;
  const at = [...expected.keys()].find((i) => expected[i] !== found[i]);
  const cell = Math.floor(at / 8);
  const values = [expected, found].map((bytes) => bytes.readDoubleLE(cell * 8));
  const place = `problem ${Math.floor(cell / abi.RES_FIELDS)}, field ${cell % abi.RES_FIELDS}`;
  return `${place}: ${values[0]} in V8, ${values[1]} in C`;
}
