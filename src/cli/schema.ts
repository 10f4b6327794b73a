import { Argument, type Command } from "commander";
import { accuracyColumns } from "../accuracy/index.ts";
import { FACTOR_NAMES } from "../cost/index.ts";
import { hardwareJsonSchema, listSetPaths, modelJsonSchema, studyJsonSchema } from "../spec/index.ts";
import { printJson, printText, renderTable } from "./output.ts";

const KINDS = ["study", "hardware", "model"] as const;

export function addSchemaCommand(program: Command): void {
  program
    .command("schema")
    .description("JSON Schema of a file kind; without one, the paths that --set and studies take.")
    .addArgument(new Argument("[kind]", "kind of file").choices(KINDS))
    .addHelpText("after", "\nExamples:\n  ecotile schema\n  ecotile schema hardware > hardware.schema.json")
    .action((kind: (typeof KINDS)[number] | undefined) => {
      if (kind === "study") printJson(studyJsonSchema(FACTOR_NAMES));
      else if (kind === "hardware") printJson(hardwareJsonSchema());
      else if (kind === "model") printJson({ ...modelJsonSchema(), "x-accuracy-columns": accuracyColumns });
      else printText(renderTable(["path", "example", "meaning"], pathRows()), false);
    });
}

function pathRows(): readonly (readonly string[])[] {
  return listSetPaths(FACTOR_NAMES).map(({ path, example, description }) => [path, example, description]);
}
