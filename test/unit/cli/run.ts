import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
export const MAIN = join(root, "dist/bundle/cli/main.js");

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line, from the repository's root. */
export function ecotile(...args: readonly string[]): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}

/** What a run printed as its one JSON document. */
export function json(run: Run): Record<string, unknown> {
  if (run.stdout === "") throw new Error(`no output; stderr: ${run.stderr}`);
  return JSON.parse(run.stdout) as Record<string, unknown>;
}

export const scratch = mkdtempSync(join(tmpdir(), "ecotile-cli-"));

export function scratchFile(name: string, text: string | Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

export const settings = (...texts: readonly string[]): readonly string[] => texts.flatMap((text) => ["--set", text]);
