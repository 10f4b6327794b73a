import { Command, CommanderError } from "commander";
import { EXIT_DONE, EXIT_INPUT } from "../errors/index.ts";
import { addListed, builtList, COMMANDS } from "./commands.ts";
import { packageVersion } from "../package-root.ts";
import { beQuiet, guardStandardStreams, toStderr, toStdout } from "./print.ts";
import { beWide } from "./width.ts";

const program = new Command("ecotile")
  .description("Search transformer models and the accelerators they run on together, for the least total carbon.")
  .version(packageVersion())
  .exitOverride()
  .showHelpAfterError("(--help lists what there is)")
  .configureOutput({ writeOut: toStdout, writeErr: toStderr });

const [, , first = ""] = process.argv;
const isOfProgram = ["--version", "-V"].includes(first);
const isList = ["", "help", "--help", "-h"].includes(first) && process.argv.length <= 3;
const listed = isList ? builtList() : null;
// What completes the others knows all of them.
const named = Object.hasOwn(COMMANDS, first) && first !== "completion" ? [COMMANDS[first]!] : Object.values(COMMANDS);
if (listed !== null) addListed(program, listed);
else for (const load of isOfProgram ? [] : named) (await load())(program);

for (const command of listed === null ? program.commands.flatMap((each) => [each, ...each.commands]) : []) {
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
  else process.exitCode = (await import("./failure.ts")).reportFailure(error);
}
