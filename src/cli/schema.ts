import { Argument, type Command } from "commander";
import { accuracyColumns } from "../accuracy/index.ts";
import { FACTOR_NAMES, factorCatalogue } from "../cost/index.ts";
import {
  hardwareJsonSchema,
  listSetPaths,
  modelJsonSchema,
  packageJsonSchema,
  studyJsonSchema,
} from "../spec/index.ts";
import { planJsonSchema } from "../plan/index.ts";
import { serviceJsonSchema } from "../service/index.ts";
import { printJson, printText, renderTable } from "./output.ts";

const KINDS = ["study", "hardware", "model", "plan", "service", "package"] as const;

export function addSchemaCommand(program: Command): void {
  program
    .command("schema")
    .description("JSON Schema of a file kind; without one, the paths that --set and studies take.")
    .addArgument(new Argument("[kind]", "kind of file").choices(KINDS))
    .option("--json", "the paths as one JSON document; a schema is one")
    .addHelpText("after", "\nExamples:\n  ecotile schema\n  ecotile schema hardware > hardware.schema.json")
    .action((kind: (typeof KINDS)[number] | undefined, { json }: { readonly json?: boolean }) => {
      if (kind === "study") printJson(studyJsonSchema(FACTOR_NAMES, factorNotes()));
      else if (kind === "plan") printJson(planJsonSchema());
      else if (kind === "service") printJson(serviceJsonSchema());
      else if (kind === "hardware") printJson(hardwareJsonSchema());
      else if (kind === "package") printJson(packageJsonSchema());
      else if (kind === "model") printJson({ ...modelJsonSchema(), "x-accuracy-columns": accuracyColumns });
      else if (json === true)
        printJson({ paths: pathRows().map(([path, example, meaning]) => ({ path, example, meaning })) });
      else printText(renderTable(["path", "example", "meaning"], pathRows()), false);
    });
}

/** Of factors whose default follows from a type or a node: one of the values there. */
const BY_TABLE: Readonly<Record<string, number>> = { dramCarbonPerGB: 0.184, defectDensity: 0.15 };

/** Each factor with its unit and a value that it has. */
function factorNotes(): ReadonlyMap<string, { readonly description: string; readonly example: string }> {
  return new Map(
    [...factorCatalogue().values()].map(({ name, unit, description, calibrated, published }) => {
      const values = [calibrated, published].flatMap((row) => [row?.value, row?.low, row?.high]);
      const example = values.find((value) => typeof value === "number") ?? BY_TABLE[name] ?? 1;
      return [name, { description: unit === "1" ? description : `${description}, ${unit}`, example: String(example) }];
    }),
  );
}

function pathRows(): readonly (readonly string[])[] {
  return listSetPaths(FACTOR_NAMES, factorNotes()).map(({ path, example, description }) => [
    path,
    example,
    description,
  ]);
}
