import { existsSync, readFileSync } from "node:fs";
import { Argument, type Command } from "commander";
import { parse } from "yaml";
import { InputError } from "../errors/index.ts";
import { packageRoot } from "../package-root.ts";
import { printJson, printText, renderTable } from "./output.ts";
import { dataToStdout } from "./print.ts";

const KINDS = ["models", "hardware", "regions", "dram", "multipliers"] as const;
export type PresetKind = (typeof KINDS)[number];

interface Options {
  readonly resolved?: boolean;
  readonly json?: boolean;
}

export function addPresetsCommand(program: Command): void {
  program
    .command("presets")
    .description(
      "Lists the models, accelerators, regions, memories and multipliers that ship with ecotile, or prints one of them.",
    )
    .addArgument(new Argument("[kind]", "what to list; everything where left out").choices(KINDS))
    .argument("[name]", "a model or hardware preset: prints its file")
    .option("--resolved", "of hardware, a preset or a file: with every default written out, and its reason")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Examples:
  ecotile presets hardware
  ecotile presets hardware tpu-v1 > my-chip.yaml
  ecotile presets hardware my-chip.yaml --resolved`,
    )
    .action(presets);
}

async function presets(
  kind: PresetKind | undefined,
  name: string | undefined,
  { resolved, json }: Options,
): Promise<void> {
  if (kind === undefined || name === undefined) {
    if (resolved === true) throw new InputError("--resolved is of one chip: ecotile presets hardware NAME --resolved.");
    const kinds: readonly PresetKind[] = kind === undefined ? KINDS : [kind];
    const tables = await tablesOf(kinds);
    if (json === true) printJson(Object.fromEntries(kinds.map((each, i) => [each, rowsAsRecords(tables[i]!)])));
    else {
      const texts = kinds.map((each, i) => `${each}\n${renderTable(tables[i]!.head, tables[i]!.rows)}`);
      printText(texts.join("\n\n"), false);
    }
    return;
  }
  if (kind !== "models" && kind !== "hardware")
    throw new InputError(`${kind} have no files of their own; models and hardware have.`);
  if (resolved === true && kind !== "hardware") throw new InputError("--resolved is of hardware.");
  const { presetText, resolvedHardware } = await import("../spec/index.ts");
  const text = resolved === true ? resolvedHardware(name) : presetText(kind, name);
  if (json === true) printJson(parse(text));
  else dataToStdout(text);
}

/** What a kind of presets is listed as. */
export interface PresetTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function rowsAsRecords({ head, rows }: PresetTable): readonly Readonly<Record<string, string>>[] {
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ""])));
}

/** Tables as the build has made them, so that a list is shown without reading every preset; where there are none, made now. */
async function tablesOf(kinds: readonly PresetKind[]): Promise<readonly PresetTable[]> {
  if (existsSync(new URL("dist/src/presets.json", packageRoot))) {
    const text = readFileSync(new URL("dist/src/presets.json", packageRoot), "utf8");
    const built = JSON.parse(text) as Readonly<Record<PresetKind, PresetTable>>;
    return kinds.map((kind) => built[kind]);
  }
  const { PRESET_TABLES } = await import("./preset-tables.ts");
  return kinds.map((kind) => PRESET_TABLES[kind]());
}
