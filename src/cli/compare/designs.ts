import { existsSync } from "node:fs";
import { dieArea, embodiedCarbon } from "../../cost/index.ts";
import { writeCsv } from "../../csv/index.ts";
import { escapeJson, InputError } from "../../errors/index.ts";
import { metricsOf } from "../../evaluate/index.ts";
import { metricLabel, shownNumber } from "../../report/metric-labels.ts";
import { loadHardware, listPresets, pesOf, PLAIN_TECHNOLOGY, type Hardware, type ModelSpec } from "../../spec/index.ts";
import { BASELINE, openRun, trialNamed } from "../explain/stored-run.ts";
import { renderTable } from "../output.ts";
import { dataToStdout, toStderr, toStdout } from "../print.ts";
import { differingFields, type FieldRow } from "./fields.ts";

/** What designs cost, in the order in which they are compared. */
export const COSTS = [
  "latency_s",
  "utilisation",
  "peak_TOPS",
  "energy_total_J",
  "area_mm2",
  "carbon_embodied_kgCO2e",
  "carbon_operational_kgCO2e",
  "carbon_total_kgCO2e",
] as const;

/** "Latency (ms)". */
export function metricTitle(metric: string): string {
  const { title, unit } = metricLabel(metric);
  return unit === "" ? title : `${title} (${unit})`;
}

/** "× 2.79": the second over the first; "-" where one is not known. */
export function ratioText(first: number | null | undefined, second: number | null | undefined): string {
  if (typeof first !== "number" || typeof second !== "number" || first === 0) return "-";
  return `× ${(second / first).toPrecision(3)}`;
}

/** A design of a run, or a chip by itself, beside others. */
interface Item {
  readonly label: string;
  readonly hardware: Hardware;
  /** Null: a chip. */
  readonly model: ModelSpec | null;
  /** By the keys of results; null: not known. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

const DESIGN = new RegExp(`^(.+):(\\d+|${BASELINE})$`);

/** Whether what is to be compared are designs (`DIR:TRIAL`) or chips (presets and files) rather than runs. */
export function areDesignsOrChips(names: readonly string[]): boolean {
  return names.some((name) => DESIGN.test(name) || isChip(name));
}

const isChip = (name: string): boolean =>
  listPresets("hardware").includes(name) || (/\.(ya?ml|json)$/i.test(name) && existsSync(name));

/**
 * Sets designs of runs, chips, or both side by side: fields in which they differ, and what they cost.
 *
 * @throws InputError for a name that is neither; what opening a run or a file throws
 */
export function printDesigns(names: readonly string[], format: "table" | "csv" | "json"): void {
  if (names.length < 2) throw new InputError("--compare needs two designs or chips, or more.");
  const items = names.map(itemOf);
  const fields = rowsOf(items);
  const known = COSTS.filter((metric) => items.some(({ metrics }) => typeof metrics[metric] === "number"));
  const labels = items.map(({ label }) => label);
  if (format === "table") {
    const costs = known.map((metric) => [
      metricTitle(metric),
      ...items.map(({ metrics }) => shownNumber(metric, metrics[metric])),
      ...(items.length === 2 ? [ratioText(items[0]!.metrics[metric], items[1]!.metrics[metric])] : []),
    ]);
    const head = ["what it costs", ...labels, ...(items.length === 2 ? ["second / first"] : [])];
    const differing = fields.length === 0 ? "They are equal." : renderTable(["what differs", ...labels], fields);
    toStdout(`${differing}\n${renderTable(head, costs)}\n`);
    return;
  }
  if (format === "csv") {
    const costs = COSTS.map((metric) => [metric, ...items.map(({ metrics }) => metrics[metric])]);
    dataToStdout(writeCsv(["field", ...labels], [...fields, ...costs]));
    return;
  }
  const document = {
    format: 1,
    differences: fields.map(([field, ...values]) => ({ field, values })),
    items: items.map(({ label, hardware, model, metrics }) => ({
      ...{ label, hardware: hardware.name, model: model?.name ?? null },
      ...Object.fromEntries(COSTS.map((metric) => [metric, metrics[metric] ?? null])),
    })),
  };
  dataToStdout(`${escapeJson(JSON.stringify(document, null, 2))}\n`);
}

function rowsOf(items: readonly Item[]): readonly FieldRow[] {
  const hardware = differingFields(items.map((item) => item.hardware));
  const models = items.flatMap(({ model }) => (model === null ? [] : [model]));
  const model = models.length === items.length ? differingFields(models) : [];
  return [...hardware, ...model.map(([path, ...values]): FieldRow => [`model.${path}`, ...values])];
}

function itemOf(name: string): Item {
  const [, folder = "", trial = ""] = DESIGN.exec(name) ?? [];
  if (folder === "") {
    if (!isChip(name))
      throw new InputError(
        `"${name}" is no design (DIR:TRIAL, for example runs/night:17 or runs/night:${BASELINE}) and no chip (a preset or a file).`,
      );
    return chipOf(name);
  }
  const run = openRun(folder);
  if (run.change !== null) toStderr(`${run.change}\n`);
  const { point } = trialNamed(run, trial, folder);
  const { hardware, model } = run.specsOf(point);
  const evaluation = run.evaluate(point);
  const metrics = evaluation.kind === "infeasible" ? {} : metricsOf(evaluation);
  return { label: name, hardware, model, metrics };
}

/** A chip has a peak, an area and the carbon of its making, whatever runs on it. */
function chipOf(name: string): Item {
  const hardware = loadHardware(name);
  const area = dieArea(hardware, PLAIN_TECHNOLOGY);
  const metrics = {
    peak_TOPS: (2 * pesOf(hardware) * hardware.clock) / 1e12,
    area_mm2: area.total,
    carbon_embodied_kgCO2e: embodiedCarbon(area, hardware, PLAIN_TECHNOLOGY).total,
  };
  return { label: hardware.name, hardware, model: null, metrics };
}
