import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { packageRoot } from "../package-root.ts";

type Add = (program: Command) => void;

/** Commands in the order of the help. Each is loaded where it is named, all of them only for the list. */
export const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  simulate: async () => (await import("./simulate.ts")).addSimulateCommand,
  service: async () => (await import("./service.ts")).addServiceCommand,
  explore: async () => (await import("./explore.ts")).addExploreCommand,
  sweep: async () => (await import("./sweep.ts")).addSweepCommand,
  gemm: async () => (await import("./gemm.ts")).addGemmCommand,
  package: async () => (await import("./package.ts")).addPackageCommand,
  init: async () => (await import("./init.ts")).addInitCommand,
  presets: async () => (await import("./presets.ts")).addPresetsCommand,
  schema: async () => (await import("./schema.ts")).addSchemaCommand,
  import: async () => (await import("./import.ts")).addImportCommand,
  export: async () => (await import("./export.ts")).addExportCommand,
  search: async () => (await import("./search.ts")).addSearchCommand,
  worker: async () => (await import("./worker.ts")).addWorkerCommand,
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

/** A command as the list of all of them shows it. */
export interface Listed {
  readonly name: string;
  /** `<study.yaml>`, `[kind] [name]`. */
  readonly words: string;
  readonly description: string;
  readonly hasOptions: boolean;
}

/** What the list shows of commands that have been added. */
export function listOf(program: Command): readonly Listed[] {
  return program.commands.map((command) => ({
    name: command.name(),
    words: command.registeredArguments.map((each) => wordOf(each)).join(" "),
    description: command.description(),
    // Those of all commands are among them; a command of commands has none of its own.
    hasOptions: command.commands.length === 0,
  }));
}

function wordOf(argument: Command["registeredArguments"][number]): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** The list as the build has made it, so that it can be shown without loading every command; null: there is none. */
export function builtList(): readonly Listed[] | null {
  if (!existsSync(new URL("dist/src/commands.json", packageRoot))) return null;
  return JSON.parse(readFileSync(new URL("dist/src/commands.json", packageRoot), "utf8")) as readonly Listed[];
}

/** Commands that are there to be listed. */
export function addListed(program: Command, commands: readonly Listed[]): void {
  for (const { name, words, description, hasOptions } of commands) {
    const command = program.command(`${name} ${words}`.trim()).description(description);
    if (hasOptions) command.option("--json");
  }
}
