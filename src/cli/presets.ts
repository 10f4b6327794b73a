import { Argument, type Command } from "commander";
import { dramChoices, dramTypes } from "../cost/index.ts";
import { parse } from "yaml";
import {
  exactMultiplier,
  listPresets,
  loadHardware,
  loadModel,
  multipliers,
  presetText,
  regions,
  resolvedHardware,
  soldDrams,
} from "../spec/index.ts";
import { InputError } from "./failure.ts";
import { printJson, printText, renderTable } from "./output.ts";
import { dataToStdout } from "./print.ts";

const KINDS = ["models", "hardware", "regions", "dram", "multipliers"] as const;
type Kind = (typeof KINDS)[number];

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

function presets(kind: Kind | undefined, name: string | undefined, { resolved, json }: Options): void {
  if (kind === undefined || name === undefined) {
    if (resolved === true) throw new InputError("--resolved is of one chip: ecotile presets hardware NAME --resolved.");
    const kinds: readonly Kind[] = kind === undefined ? KINDS : [kind];
    if (json === true) printJson(Object.fromEntries(kinds.map((each) => [each, rowsAsRecords(TABLES[each]())])));
    else {
      const texts = kinds.map((each) => `${each}\n${renderTable(TABLES[each]().head, TABLES[each]().rows)}`);
      printText(texts.join("\n\n"), false);
    }
    return;
  }
  if (kind !== "models" && kind !== "hardware")
    throw new InputError(`${kind} have no files of their own; models and hardware have.`);
  if (resolved === true && kind !== "hardware") throw new InputError("--resolved is of hardware.");
  const text = resolved === true ? resolvedHardware(name) : presetText(kind, name);
  if (json === true) printJson(parse(text));
  else dataToStdout(text);
}

interface PresetTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function rowsAsRecords({ head, rows }: PresetTable): readonly Readonly<Record<string, string>>[] {
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i] ?? ""])));
}

const TABLES: Readonly<Record<Kind, () => PresetTable>> = {
  models: () =>
    tableOf(
      ["name", "what it is"],
      listPresets("models").map((name) => [name, loadModel(name).description]),
    ),
  hardware: () =>
    tableOf(
      ["name", "what it is"],
      listPresets("hardware").map((name) => [name, loadHardware(name).description]),
    ),
  regions: () =>
    tableOf(
      ["name", "gCO2e/kWh", "is", "source"],
      [...regions().values()].map(({ name, intensity, basis, kind, source, vintage }) => [
        name,
        String(intensity),
        `${basis}, ${kind}`,
        `${source} (${vintage})`,
      ]),
    ),
  dram: () =>
    tableOf(
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
          `${Number(carbonPerGB.value.toPrecision(3))} (${Number(carbonPerGB.low.toPrecision(3))} to ${Number(carbonPerGB.high.toPrecision(3))})${carbonPerGB.isEstimate ? ", estimate by die area" : ""}`,
        ];
      }),
    ),
  multipliers: () =>
    tableOf(
      ["name", "signed", "area of exact", "energy of exact", "delay ns", "mean error", "worst error", "wrong products"],
      [...multipliers().values()].map((circuit) => {
        const exact = exactMultiplier(circuit);
        const of = (key: "area" | "power"): string => `${((100 * circuit[key]) / exact[key]).toFixed(1)} %`;
        const error = (value: number): string => `${Number((100 * value).toPrecision(4))} %`;
        return [
          ...[circuit.name, circuit.signed ? "yes" : "no", of("area"), of("power"), String(circuit.delay)],
          ...[error(circuit.meanError), error(circuit.worstError), error(circuit.errorRate)],
        ];
      }),
    ),
};

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): PresetTable {
  return { head, rows };
}
