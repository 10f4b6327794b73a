import { Argument, type Command } from "commander";
import { BENCHES, machine } from "./bench/index.ts";
import { printJson, printText } from "./output.ts";

const NAMES = Object.keys(BENCHES) as (keyof typeof BENCHES)[];

export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .description("Measure the simulator on this machine: cold start, mapping searches, a whole model.")
    .addArgument(new Argument("[names...]", "which benches").choices(NAMES).default(NAMES, "all"))
    .option("--json", "one JSON document on stdout, each bench as its lines")
    .addHelpText("after", "\nTakes about half a minute. Example:\n  ecotile bench core model")
    .action((names: readonly (keyof typeof BENCHES)[], { json }: { readonly json?: boolean }) => {
      if (json === true) {
        const benches = Object.fromEntries(names.map((name) => [name, [...BENCHES[name]()]]));
        printJson({ machine: machine(), benches });
        return;
      }
      printText(machine(), false);
      for (const name of names) for (const line of BENCHES[name]()) printText(line, false);
    });
}
