import { useText } from "../deployment-text.ts";
import { modelledArea, usageSeconds } from "../../cost/index.ts";
import type { Evaluation } from "../../evaluate/index.ts";
import { formatMapping } from "../../mapping/format.ts";
import { renderTable } from "../output.ts";
import type { Hardware } from "../../spec/index.ts";
import { hardwareLabel, towersLabel } from "../../study/labels.ts";
import type { Explanation } from "./explanation.ts";
import { titleOf } from "./stored-run.ts";

const MOST_OPERATORS = 8;

/** From the grams to the joules, to the counters, to the mapping, to the rows of the tables. */
export function explanationText(explanation: Explanation, operatorName: string | null): string {
  const { trial, evaluation } = explanation;
  const { design } = evaluation;
  const { deployment, technology } = design;
  const point = Object.entries(trial.point).map(([path, value]) => `${path} = ${value}`);
  return [
    `${titleOf(trial)}: ${hardwareLabel(design)}; ${towersLabel(design.model)}`,
    ...(point.length === 0 ? [] : [`Set by the search: ${point.join(", ")}`]),
    `Technology profile ${technology.packaging ?? technology.profile}; ${deployment.region}, ${deployment.gridIntensity} gCO2e/kWh (${deployment.gridSource})`,
    `Use: ${useText(deployment)}`,
    "",
    carbonText(explanation),
    "",
    ...siliconText(explanation),
    ...areaText(explanation),
    evaluation.energy.total === null
      ? `Energy of one inference unknown: ${evaluation.energy.reason}`
      : `Energy of one inference ${(1e3 * evaluation.energy.total).toPrecision(4)} mJ: what was counted × what one costs`,
    energyTable(explanation),
    "",
    operatorsText(explanation, operatorName),
    "",
    "Factors, those that move the total most first; each can be changed with technology.<factor> in the study, or --set",
    factorTable(explanation),
    "",
    "Rows of the tables that the numbers stand on",
    rowTable(explanation),
    ...rulesText(explanation),
  ].join("\n");
}

function carbonText({ evaluation, intervals, embodied, power }: Explanation): string {
  const { operational } = evaluation;
  const total = evaluation.carbon_total_kgCO2e;
  if (total === null) return `Total carbon unknown: ${reasonOf(evaluation)}`;
  const range = intervals.carbon_total_kgCO2e;
  const over =
    range === null || "reason" in range
      ? "over unknown ranges"
      : `${kilograms(range.low)} to ${kilograms(range.high)} over the ranges`;
  const head = `Total carbon ${kilograms(total)} kgCO2e, ${over} of the factors`;
  if (evaluation.embodied.total === null || operational.total === null) return head;
  const how = equations(evaluation, embodied, power);
  const rows = [
    ["embodied", kilograms(evaluation.embodied.total), percent(evaluation.embodied.total / total), ""],
    ...partRows(evaluation.embodied.parts, total, how),
    ["operational", kilograms(operational.total), percent(operational.total / total), operational.policy],
    ...partRows(operational.parts, total, how),
    ["always on", kilograms(operational.alwaysOnTotal), "", "operational, if the same device were never switched down"],
  ];
  return `${head}\n${renderTable(["part", "kgCO2e", "share", "how"], rows)}`;
}

/** What is stated of a chip, and what the model would say instead. */
function siliconText({ evaluation: { design } }: Explanation): readonly string[] {
  const { silicon } = design.hardware;
  if (silicon === undefined) return [];
  const modelled = modelledArea(design.hardware, design.technology);
  const model = modelled.total === null ? `unknown: ${modelled.reason}` : `${modelled.total.toPrecision(4)} mm2`;
  const { dieArea, unitsMade, package: type, board, statedOf } = silicon;
  const rows = [
    [
      "die area",
      dieArea === undefined
        ? "modelled"
        : statedOf === undefined
          ? "stated"
          : "stated, then scaled by the model as settings change it",
      `the model alone: ${model}`,
    ],
    [
      "cores made",
      unitsMade === undefined ? "assumed" : "stated",
      unitsMade === undefined
        ? "the whole die must work"
        : "some of them may be broken: shares of the die assumed (coreShare, wholeShare)",
    ],
    [
      "package",
      type === undefined ? "assumed" : "stated",
      type === undefined ? "one IC of any size" : "type stated, area and energy modelled",
    ],
    ["board", board === undefined ? "left out" : "stated", "board, cooler, connectors, assembly"],
  ];
  return ["What is known of the chip", renderTable(["of the chip", "is", "how"], rows), ""];
}

/** The die by component. */
function areaText({ evaluation: { area }, components }: Explanation): readonly string[] {
  if (area.total === null || components === null) return [];
  const { total } = area;
  const rows = Object.entries(area.parts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, mm2]) => [name, mm2.toPrecision(4), percent(mm2 / total), (components[name] ?? 0).toPrecision(4)]);
  return [`Die ${total.toPrecision(4)} mm2`, renderTable(["component", "mm2", "share", "embodied kgCO2e"], rows), ""];
}

function partRows(
  parts: Readonly<Record<string, number>>,
  total: number,
  how: Readonly<Record<string, string>>,
): readonly (readonly string[])[] {
  return Object.entries(parts).map(([name, value]) => [
    `  ${name}`,
    kilograms(value),
    percent(value / total),
    how[name] ?? "",
  ]);
}

/** The equation of each part with its numbers. */
function equations(
  { operational, energy, design }: Evaluation,
  terms: Explanation["embodied"],
  power: Explanation["power"],
): Readonly<Record<string, string>> {
  const use: Record<string, string> = {};
  if (operational.total !== null && energy.total !== null && power !== null) {
    const grid = `${operational.inferenceIntensity ?? operational.gridIntensity} gCO2e/kWh`;
    const hours = usageSeconds(design.deployment);
    const of = (die: number, dram: number, seconds: number, intensity: number): string =>
      `(die ${(1e3 * die).toPrecision(4)} mW + DRAM ${(1e3 * dram).toPrecision(4)} mW) × ${Math.round(seconds / 3600)} h × ${intensity} gCO2e/kWh`;
    const offIntensity = operational.gridIntensity * offShareOf(design.deployment);
    use["inference"] = `${operational.inferences} × ${(1e3 * energy.total).toPrecision(4)} mJ × ${grid}`;
    use["idleInUse"] = of(power.idleDie_W, power.idleDram_W, hours.use, operational.gridIntensity);
    use["offHours"] = of(power.offDie_W, power.offDram_W, hours.off, offIntensity);
  }
  if (terms === null) return use;
  const count = terms.dies === 1 ? "" : `${terms.dies} × `;
  const others = terms.otherDies.map(({ name, dies }) => ` + ${dies} × ${name}`).join("");
  const die = `${count}${terms.chargedArea_cm2.toPrecision(4)} cm2 of wafer / yield ${terms.dieYield.toPrecision(4)}${harvestText(design.hardware)}${others}`;
  return {
    ...use,
    dieEnergy: `${die} × ${terms.energyPerArea} kWh/cm2 × ${terms.fabIntensity} gCO2e/kWh`,
    dieGas: `${die} × ${terms.gasPerArea.toPrecision(4)} gCO2e/cm2`,
    dieMaterial: `${die} × ${terms.materialPerArea} gCO2e/cm2`,
    dram: `${terms.dramGB} GB × ${terms.dramCarbonPerGB} kgCO2e/GB / yield ${terms.dramYield}`,
    package:
      terms.packageArea_cm2 === null
        ? "one IC of any size"
        : `${terms.packageArea_cm2.toPrecision(4)} cm2 of package, ${design.hardware.silicon!.package!}`,
    ...(terms.joints === null ? {} : jointEquations(terms.joints)),
    ...(terms.interposer === null
      ? {}
      : {
          interposer: `${terms.interposer.area_cm2.toPrecision(4)} cm2 × ${terms.interposer.carbonPerArea} kgCO2e/cm2 of good interposer`,
        }),
    ...(terms.boardCarbon === null ? {} : { board: "as stated: board, cooler, connectors, assembly" }),
  };
}

/** What joins the dies; what is lost with a failed bond is in the yields. */
function jointEquations(
  joints: NonNullable<NonNullable<Explanation["embodied"]>["joints"]>,
): Readonly<Record<string, string>> {
  return {
    bonding: "bonds by area, and vias through dies under others",
    ...(joints.interposer === 0 ? {} : { interposer: "under the dies, by its area" }),
    ...(joints.design === null ? {} : { design: "runs of the design tools over the dies that are made" }),
  };
}

/** How many cores of a die may be broken. */
function harvestText({ silicon, cores }: Hardware): string {
  return silicon?.unitsMade === undefined ? "" : ` (${cores} of ${silicon.unitsMade} cores must work)`;
}

/** Grid of the hours without use against that of the hours of use; 1 where one intensity holds for all. */
function offShareOf({ gridIntensity, gridIntensityOff }: Evaluation["design"]["deployment"]): number {
  return gridIntensityOff === undefined || gridIntensity === 0 ? 1 : gridIntensityOff / gridIntensity;
}

function reasonOf({ embodied, operational }: Evaluation): string {
  const reasons = [embodied, operational].flatMap((each) => (each.total === null ? [each.reason] : []));
  return [...new Set(reasons)].join("; ");
}

function energyTable({ lines }: Explanation): string {
  const rows = [...lines]
    .sort((a, b) => b.energy_J - a.energy_J)
    .map(({ level, what, count, unit, each_pJ, energy_J, carbon_kgCO2e }) => [
      ...[level, what, String(count), unit, each_pJ.toPrecision(4)],
      ...[(1e3 * energy_J).toPrecision(4), grams(carbon_kgCO2e)],
    ]);
  return renderTable(["level", "what", "count", "of", "pJ each", "mJ", "gCO2e over the life"], rows);
}

function operatorsText({ operators }: Explanation, operatorName: string | null): string {
  const shown = operators.slice(0, MOST_OPERATORS);
  const rows = shown.map(({ operator, energy_J, carbon_kgCO2e }) => [
    operator.name,
    String(operator.count),
    String(operator.count * operator.cycles),
    (1e3 * energy_J).toPrecision(4),
    grams(carbon_kgCO2e),
    operator.bound_by,
  ]);
  const picked =
    operators.find(({ operator }) => operator.name === operatorName) ??
    operators.find(({ operator }) => operator.gemm?.kind === "mapped");
  const gemm = picked?.operator.gemm;
  const mapping =
    gemm?.kind === "mapped"
      ? [`Mapping of ${picked!.operator.name}, tiles m × n × k`, formatMapping(gemm.mapping)]
      : picked === undefined
        ? []
        : [`${picked.operator.name} is vector work: it has no mapping.`];
  const head = `Operators, the ${shown.length} largest of ${operators.length}; --operator NAME shows the mapping of another`;
  const columns = ["operator", "runs", "cycles", "mJ", "gCO2e over the life", "bound by"];
  return [head, renderTable(columns, rows), "", ...mapping].join("\n");
}

function factorTable({ factors }: Explanation): string {
  const rows = factors.map(({ name, value, low, high, unit, source, year, swing_kgCO2e }) => [
    ...[name, String(value), String(low), String(high), unit],
    ...[swing_kgCO2e === 0 ? "-" : kilograms(swing_kgCO2e), String(year), source],
  ]);
  return renderTable(["factor", "value", "low", "high", "unit", "moves kgCO2e by", "year", "source"], rows);
}

function rowTable({ rows }: Explanation): string {
  const lines = rows.map(({ table, name, at, value, low, high, unit, year, source }) => [
    `${table} ${name}`,
    Object.entries(at)
      .map(([key, each]) => `${key} ${each}`)
      .join(", "),
    ...[value, low, high].map((each) => (each === null ? "unknown" : String(each))),
    ...[unit, String(year), source],
  ]);
  return renderTable(["row", "at", "value", "low", "high", "unit", "year", "source"], lines);
}

function rulesText({ rules }: Explanation): readonly string[] {
  if (rules.length === 0) return [];
  const listed = rules.map(({ name, description }) => `  ${name}: ${description}`);
  return ["", "Charging rules of the reference estimator that this profile follows", ...listed];
}

function grams(kgCO2e: number | null): string {
  return kgCO2e === null ? "unknown" : (1e3 * kgCO2e).toPrecision(4);
}

function kilograms(value: number): string {
  return value.toPrecision(4);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
