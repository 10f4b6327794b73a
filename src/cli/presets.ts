import { Argument, type Command } from "commander";
import { DRAM_TYPES, listPresets, loadHardware, loadModel, regions } from "../spec/index.ts";
import { printText, renderTable } from "./output.ts";

const KINDS = ["models", "hardware", "regions", "dram"] as const;
type Kind = (typeof KINDS)[number];

export function addPresetsCommand(program: Command): void {
  program
    .command("presets")
    .description("Lists the models, accelerators, regions and memories that ship with ecotile.")
    .addArgument(new Argument("[kind]", "what to list; everything where left out").choices(KINDS))
    .addHelpText("after", "\nExample:\n  ecotile presets hardware")
    .action((kind: Kind | undefined) => {
      const kinds: readonly Kind[] = kind === undefined ? KINDS : [kind];
      printText(kinds.map((each) => `${each}\n${TABLES[each]()}`).join("\n\n"), false);
    });
}

const TABLES: Readonly<Record<Kind, () => string>> = {
  models: () =>
    renderTable(
      ["name", "what it is"],
      listPresets("models").map((name) => [name, loadModel(name).description]),
    ),
  hardware: () =>
    renderTable(
      ["name", "what it is"],
      listPresets("hardware").map((name) => [name, loadHardware(name).description]),
    ),
  regions: () =>
    renderTable(
      ["name", "gCO2e/kWh", "source"],
      [...regions().values()].map(({ name, intensity, source, vintage }) => [
        name,
        String(intensity),
        `${source} (${vintage})`,
      ]),
    ),
  dram: () =>
    renderTable(
      ["type"],
      DRAM_TYPES.map((type) => [String(type)]),
    ),
};
