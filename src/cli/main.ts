#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { EXIT_DONE, EXIT_INPUT } from "../errors/index.ts";
import { reportFailure } from "./failure.ts";
import { packageVersion } from "../package-root.ts";
import { beQuiet, guardStandardStreams, toStderr, toStdout } from "./print.ts";
import { beWide } from "./width.ts";

type Add = (program: Command) => void;

/** Commands in the order of the help. Each is loaded where it is named, all of them only for the list. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  simulate: async () => (await import("./simulate.ts")).addSimulateCommand,
  sweep: async () => (await import("./sweep.ts")).addSweepCommand,
  gemm: async () => (await import("./gemm.ts")).addGemmCommand,
  init: async () => (await import("./init.ts")).addInitCommand,
  presets: async () => (await import("./presets.ts")).addPresetsCommand,
  schema: async () => (await import("./schema.ts")).addSchemaCommand,
  import: async () => (await import("./import.ts")).addImportCommand,
  search: async () => (await import("./search.ts")).addSearchCommand,
  merge: async () => (await import("./merge.ts")).addMergeCommand,
  status: async () => (await import("./status.ts")).addStatusCommand,
  evaluate: async () => (await import("./evaluate.ts")).addEvaluateCommand,
  serve: async () => (await import("./serve.ts")).addServeCommand,
  report: async () => (await import("./report.ts")).addReportCommand,
  explain: async () => (await import("./explain.ts")).addExplainCommand,
  plan: async () => (await import("./plan.ts")).addPlanCommand,
  accuracy: async () => (await import("./accuracy.ts")).addAccuracyCommand,
  completion: async () => (await import("./completion.ts")).addCompletionCommand,
  bench: async () => (await import("./bench.ts")).addBenchCommand,
};

const program = new Command("ecotile")
  .description("Search transformer models and the accelerators they run on together, for the least total carbon.")
  .version(packageVersion())
  .exitOverride()
  .showHelpAfterError("(--help lists what there is)")
  .configureOutput({ writeOut: toStdout, writeErr: toStderr });

const [, , first = ""] = process.argv;
// What completes the others knows all of them.
const named = Object.hasOwn(COMMANDS, first) && first !== "completion" ? [COMMANDS[first]!] : Object.values(COMMANDS);
const isOfProgram = first === "--version" || first === "-V";
for (const load of isOfProgram ? [] : named) (await load())(program);

for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
  command.exitOverride();
  if (command.commands.length > 0) continue;
  command.option("--wide", "lines as long as they are, whatever the terminal's width");
  command.option("--quiet", "results and errors only, no word of how it goes");
}
program.hook("preAction", (_, action) => {
  const { wide, quiet } = action.opts<{ readonly wide?: boolean; readonly quiet?: boolean }>();
  if (wide === true) beWide();
  if (quiet === true) beQuiet();
});

guardStandardStreams();
try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT_DONE : EXIT_INPUT;
  else process.exitCode = reportFailure(error);
}
