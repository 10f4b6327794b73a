import { disclosureOf, type Disclosure, type Evaluation } from "../evaluate/index.ts";
import type { Known } from "../metrics/index.ts";
import { renderTable } from "./output.ts";

export const REPORT_KINDS = ["sci", "cci", "ghg"] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

const number = (value: Known): number | null => (typeof value === "number" ? value : null);

/** A figure under its key; beside a null what it is at least. */
function keyed(key: string, value: Known): Readonly<Record<string, number | null>> {
  const bound = typeof value === "number" || value.atLeast === undefined ? {} : { [`${key}_at_least`]: value.atLeast };
  return { [key]: number(value), ...bound };
}

/** The document of `simulate --report`: every figure, whichever report is asked for. */
export function disclosureJson(evaluation: Evaluation, report: ReportKind): Readonly<Record<string, unknown>> {
  const of = disclosureOf(evaluation);
  const { design } = evaluation;
  const unknown = [of.embodied, of.operational].flatMap((each) =>
    typeof each === "number" ? [] : (each.missing ?? [{ part: "carbon", reason: each.reason }]),
  );
  return {
    ...{ report, model: design.model.name, hardware: design.hardware.name },
    ...keyed("sci_gCO2e_per_inference", of.sci_g),
    ...(of.sciPerToken_g === null ? {} : keyed("sci_gCO2e_per_token", of.sciPerToken_g)),
    cci_gCO2e_per_EFLOP: { embodied: number(of.cci_g.embodied), operational: number(of.cci_g.operational) },
    ...keyed("scope2_kgCO2e", of.operational),
    ...keyed("scope3_kgCO2e", of.embodied),
    energy_kWh: number(of.energy_kWh),
    ...{ inferences: of.inferences, tokens: of.tokens, EFLOP: of.exaOperations, pue: of.pue, share: of.share },
    ...{ grid: of.grid, grid_intensity_gCO2e_per_kWh: design.deployment.gridIntensity },
    ...{ grid_source: design.deployment.gridSource, boundary: of.boundary },
    ...(unknown.length === 0 ? {} : { unknown }),
  };
}

/** The same for people. */
export function disclosureText(evaluation: Evaluation, report: ReportKind): string {
  const of = disclosureOf(evaluation);
  const { model, hardware, deployment } = evaluation.design;
  return [
    `${TITLES[report]}: ${model.name} on ${hardware.name}`,
    renderTable(["", "", "how"], rowsOf(of, report)),
    `Grid: ${deployment.region}, ${Number(deployment.gridIntensity.toPrecision(6))} gCO2e/kWh (${of.grid}; ${deployment.gridSource}).`,
    ...of.boundary.map((line) => `Boundary, ${line}.`),
  ].join("\n");
}

const TITLES: Readonly<Record<ReportKind, string>> = {
  sci: "Software carbon intensity (ISO/IEC 21031)",
  cci: "Compute carbon intensity",
  ghg: "Greenhouse Gas Protocol",
};

function shown(value: Known, unit: string): string {
  if (typeof value === "number") return `${Number(value.toPrecision(5))} ${unit}`;
  return value.atLeast === undefined
    ? `unknown: ${value.reason}`
    : `at least ${Number(value.atLeast.toPrecision(5))} ${unit}`;
}

function rowsOf(of: Disclosure, report: ReportKind): readonly (readonly string[])[] {
  const energy = ["energy", shown(of.energy_kWh, "kWh"), `over the life, PUE ${of.pue}`];
  const [use, made] = [shown(of.operational, "kgCO2e"), shown(of.embodied, "kgCO2e")];
  if (report === "ghg")
    return [
      ["scope 2", use, `purchased electricity, ${of.grid}`],
      ["scope 3", made, "categories 1 and 2: purchased and capital goods, cradle to gate"],
      energy,
    ];
  if (report === "cci")
    return [
      [
        "embodied",
        shown(of.cci_g.embodied, "gCO2e/EFLOP"),
        `${made} over ${Number(of.exaOperations.toPrecision(5))} EFLOP`,
      ],
      ["operational", shown(of.cci_g.operational, "gCO2e/EFLOP"), `${use}, 2 operations a MAC`],
      energy,
    ];
  return [
    ["SCI", shown(of.sci_g, "gCO2e/inference"), `(O + M) / R, R = ${of.inferences} inferences`],
    ...(of.sciPerToken_g === null ? [] : [["SCI", shown(of.sciPerToken_g, "gCO2e/token"), `R = ${of.tokens} tokens`]]),
    ["O", use, "energy of the life × grid"],
    ["M", made, `TE · TS · RS: TS 1 (the whole life), RS ${of.share}`],
    energy,
  ];
}
