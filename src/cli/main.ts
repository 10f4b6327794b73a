#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { EXIT_DONE, EXIT_INPUT } from "../errors/index.ts";
import { addAccuracyCommand } from "./accuracy.ts";
import { addBenchCommand } from "./bench.ts";
import { addExplainCommand } from "./explain.ts";
import { addGemmCommand } from "./gemm.ts";
import { addImportCommand } from "./import.ts";
import { packageVersion } from "./package-version.ts";
import { addPresetsCommand } from "./presets.ts";
import { guardStandardStreams, toStderr, toStdout } from "./print.ts";
import { addReportCommand } from "./report.ts";
import { addSchemaCommand } from "./schema.ts";
import { addSearchCommand } from "./search.ts";
import { addSimulateCommand } from "./simulate.ts";
import { reportFailure } from "./failure.ts";

const program = new Command("ecotile")
  .description("Search transformer models and the accelerators they run on together, for the least total carbon.")
  .version(packageVersion())
  .exitOverride()
  .showHelpAfterError("(--help lists what there is)")
  .configureOutput({ writeOut: toStdout, writeErr: toStderr });

for (const add of [
  addSimulateCommand,
  addGemmCommand,
  addPresetsCommand,
  addSchemaCommand,
  addImportCommand,
  addSearchCommand,
  addReportCommand,
  addExplainCommand,
  addAccuracyCommand,
  addBenchCommand,
])
  add(program);
for (const command of program.commands) for (const each of [command, ...command.commands]) each.exitOverride();

guardStandardStreams();
try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT_DONE : EXIT_INPUT;
  else process.exitCode = reportFailure(error);
}
