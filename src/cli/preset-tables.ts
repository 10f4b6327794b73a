import { dramChoices, dramTypes } from "../cost/index.ts";
import {
  exactMultiplier,
  listPresets,
  loadHardware,
  loadModel,
  multipliers,
  regions,
  soldDrams,
} from "../spec/index.ts";
import type { PresetKind, PresetTable } from "./presets.ts";

/** What ships with the package, by kind. */
export const PRESET_TABLES: Readonly<Record<PresetKind, () => PresetTable>> = {
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
