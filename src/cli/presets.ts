import { Argument, type Command } from "commander";
import { dramChoices, dramTypes } from "../cost/index.ts";
import { listPresets, loadHardware, loadModel, regions, soldDrams } from "../spec/index.ts";
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
      ["type", "dies of Gbit", "data bits of a die", "at most", "capacity GB", "GB/s", "pJ/bit", "kgCO2e/GB"],
      [...soldDrams().values()].map(({ name, densities, dieWidths, largestCount }) => {
        const choices = dramChoices(name);
        const [first, last] = [choices[0]!, choices.at(-1)!];
        const { energyPerBit, carbonPerGB } = dramTypes().get(name)!;
        const gigabytes = [first, last].map(({ capacity_B }) => String(capacity_B / 2 ** 30));
        const rates = [first.bandwidth_Bps[0], last.bandwidth_Bps[1]].map((rate) => String(rate / 1e9));
        return [
          name,
          densities.join(" "),
          dieWidths.join(" "),
          `${largestCount} dies`,
          gigabytes.join(" to "),
          rates.join(" to "),
          String(energyPerBit),
          carbonPerGB === null ? "not published" : String(carbonPerGB),
        ];
      }),
    ),
};
