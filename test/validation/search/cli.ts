import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readSqliteStore } from "../../../src/store/index.ts";

export const repository = fileURLToPath(new URL("../../..", import.meta.url));
export const smallStudy = join(repository, "test/fixtures/search/small.yaml");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts the built command line. */
export function startCli(args: readonly string[], options: { readonly uid?: number } = {}): Running {
  const child = spawn(process.execPath, [join(repository, "dist/bundle/cli/main.js"), ...args], {
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text.stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, ...text })));
  return { child, ended };
}

export function runCli(...args: readonly string[]): Promise<Ended> {
  return startCli(args).ended;
}

/** Waits until a running search has stored some trials. @returns how many; 0: it ended before */
export async function storedTrials(folder: string, running: Running): Promise<number> {
  const file = join(folder, "trials.db");
  for (;;) {
    if (running.child.exitCode !== null) return 0;
    const count = existsSync(file) ? countOf(file) : 0;
    if (count > 0) return count;
    await sleep(2);
  }
}

/** Trials in a store that another process is writing; 0 where it is not ready. */
function countOf(file: string): number {
  try {
    return readSqliteStore(file).trials.length;
  } catch {
    return 0;
  }
}

/**
 * ms that a search may take to end after Ctrl-C. On a quiet machine it is less than one second; one that does not stop goes on until it
 * is done, which its exit code tells, or for minutes.
 */
export const MOST_TO_END_MS = 5000;

export function frontFiles(folder: string): readonly string[] {
  return ["front.csv", "front.json"].map((name) => readFileSync(join(folder, name), "utf8"));
}
