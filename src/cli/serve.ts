import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { EXIT_BUG, InputError, systemReason } from "../errors/index.ts";
import { serve } from "../serve/index.ts";
import { failureOf } from "./failure.ts";
import { dataToStdout, standardInputBytes, stdoutDrained } from "./print.ts";

interface Options {
  readonly allowFiles?: string;
  readonly allowCommand?: boolean;
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("Answers other programs: JSON-RPC 2.0 on standard input and output, one object a line.")
    .option("--allow-files <dir>", "let requests name files of this folder (default: presets and data only)")
    .option("--allow-command", "let a study's accuracy command run (default: refused)")
    .option("--json", "no change: lines of JSON are all it prints")
    .addHelpText(
      "after",
      `
Example:
  ecotile serve < requests.jsonl

A request is one line, for example
{"jsonrpc":"2.0","id":1,"method":"evaluate","params":{"model":"bert-mini","hardware":"catransformers-22nm","designs":[{"array.rows":64}]}}

Methods: hello, evaluate, gemm; open, ask, tell, outcomes, front, close (docs/serve.md). Every line is answered by one
line, in order; a line that is wrong is answered with an error. It ends with its input, and opens no port.`,
    )
    .action(runServe);
}

async function runServe({ allowFiles, allowCommand }: Options): Promise<void> {
  await serve(
    standardInputBytes(),
    { write: dataToStdout, drained: stdoutDrained },
    {
      filesFolder: allowFiles === undefined ? null : folderOf(allowFiles),
      areCommandsAllowed: allowCommand === true,
      failureOf: (error) => {
        const { code, text } = failureOf(error);
        return { isOurs: code === EXIT_BUG, text };
      },
    },
  );
}

function folderOf(folder: string): string {
  try {
    const path = realpathSync(resolve(folder));
    if (statSync(path).isDirectory()) return path;
  } catch (cause) {
    throw new InputError(`--allow-files ${folder} cannot be read: ${systemReason(cause)}.`);
  }
  throw new InputError(`--allow-files ${folder} is no folder.`);
}
