import * as z from "zod";
import { BY_HOUR, deploymentFields as f, gridOf } from "./deployment-schema.ts";
import type { Changeable, Deployment, Host } from "./deployment.ts";
import { oneOf } from "./fields.ts";
import { withGridHours } from "./grid-hours.ts";
import { regions } from "./regions.ts";
import type { Technology } from "./technology.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";

/** A grid by hour gives its intensities anew, since hours of use may have changed. */
const withDeployment = (specs: SpecSet, change: Partial<Deployment>): SpecSet => ({
  ...specs,
  deployment: withGridHours({ ...specs.deployment, ...change }),
});

/** Without what another field takes the place of. */
function without(specs: SpecSet, field: "duty" | "gridTrace"): SpecSet {
  const deployment: Changeable<Deployment> = { ...specs.deployment };
  if (field === "duty") delete deployment.duty;
  else delete deployment.gridTrace;
  return { ...specs, deployment };
}

/** A host with one field changed; of none before, one that takes and costs nothing. */
function withHost(specs: SpecSet, change: Partial<Host>): SpecSet {
  const { host = { power: 0, carbon: 0, devices: 1 } } = specs.deployment;
  return { ...specs, deployment: { ...specs.deployment, host: { ...host, ...change } } };
}

/** Of a region its row says it already: then nothing else can be said. */
function ofGiven(
  specs: SpecSet,
  change: Pick<Deployment, "gridBasis"> | Pick<Deployment, "gridKind">,
): SpecSet | Refusal {
  const row = regions().get(specs.deployment.region);
  if (row === undefined) return { ...specs, deployment: { ...specs.deployment, ...change } };
  const said = { gridBasis: row.basis, gridKind: row.kind };
  const isSaid = Object.entries(change).every(([field, value]) => said[field as keyof typeof said] === value);
  return isSaid ? specs : refusal(`is known of a region: ${row.name} is ${row.basis}, ${row.kind}`);
}

/** A grid of one intensity, instead of what there was. */
function withGrid(
  specs: SpecSet,
  grid: Pick<Deployment, "region" | "gridIntensity" | "gridSource">,
): SpecSet | Refusal {
  if ((specs.deployment.canWait ?? 0) > 0)
    return refusal(`cannot be set beside deployment.canWait, which needs ${BY_HOUR}`);
  const { gridIntensityOff, gridDay, gridTrace, gridCleanest, canWait, useFrom, gridBasis, gridKind, ...rest } =
    specs.deployment;
  void [gridIntensityOff, gridDay, gridTrace, gridCleanest, canWait, useFrom, gridBasis, gridKind];
  const deployment = { ...rest, ...grid };
  return { ...specs, deployment };
}

export const deploymentPaths: readonly SetPath[] = [
  setPath("deployment.region", "Region whose grid is used", "california", f.region, (specs, region) =>
    withGrid(specs, gridOf(region)),
  ),
  setPath("deployment.gridIntensity", "Instead of a region", "224 gCO2e/kWh", f.gridIntensity, (specs, gridIntensity) =>
    withGrid(specs, { region: "custom", gridIntensity, gridSource: "given by the user" }),
  ),
  setPath(
    "deployment.gridHours",
    "Grid by hour of the day, instead of a region: a CSV file, or 24 numbers in gCO2e/kWh",
    "[300, 290, 280, 270, 270, 280, 300, 310, 280, 240, 200, 170, 150, 140, 150, 170, 220, 290, 340, 350, 340, 330, 320, 310]",
    f.gridHours,
    (specs, gridDay) => withDeployment(without(specs, "gridTrace"), { gridDay }),
  ),
  setPath(
    "deployment.gridTrace",
    "Grid as it was, instead of a region: a CSV file of times, with #REGION where it has several",
    "examples/plan/grid-gb.csv",
    f.gridTrace,
    (specs, gridTrace) => withDeployment(specs, { gridTrace }),
  ),
  setPath(
    "deployment.canWait",
    "Share of the inferences that can wait for a cleaner slot of their day, with gridHours or gridTrace",
    "30 %",
    f.canWait,
    (specs, canWait) =>
      canWait > 0 && specs.deployment.gridDay === undefined
        ? refusal(`cannot be set without deployment.${BY_HOUR}`)
        : withDeployment(specs, { canWait }),
  ),
  setPath(
    "deployment.carbonPrice",
    "What CO2e costs; gives cost_carbon in that currency",
    "80 EUR/t",
    f.carbonPrice,
    (specs, carbonPrice) => withDeployment(specs, { carbonPrice }),
  ),
  setPath(
    "deployment.useFrom",
    "Hour of the day at which use begins, with gridHours or gridTrace",
    "8",
    f.useFrom,
    (specs, useFrom) =>
      specs.deployment.gridDay === undefined
        ? refusal(`cannot be set without deployment.${BY_HOUR}`)
        : withDeployment(specs, { useFrom }),
  ),
  setPath("deployment.lifetime", "Life of the device", "3 years", f.lifetime, (specs, lifetime) =>
    withDeployment(specs, { lifetime }),
  ),
  setPath("deployment.rate", "Inferences in hours of use", "1/s", f.rate, (specs, rate) =>
    withDeployment(without(specs, "duty"), { rate }),
  ),
  setPath(
    "deployment.duty",
    "Instead of a rate: share of the hours of use in which it is busy",
    "10 %",
    f.duty,
    (specs, duty) => withDeployment(specs, { duty, inferences: null }),
  ),
  setPath("deployment.hoursPerDay", "Hours of use a day", "6", f.hoursPerDay, (specs, hoursPerDay) =>
    withDeployment(specs, { hoursPerDay }),
  ),
  setPath(
    "deployment.inferences",
    "Inferences over the life, instead of rate and hours",
    "30000000",
    f.inferences,
    (specs, inferences) => withDeployment(without(specs, "duty"), { inferences }),
  ),
  setPath("deployment.batch", "Inputs in one inference", "1", f.batch, (specs, batch) =>
    withDeployment(specs, { batch }),
  ),
  setPath("deployment.class", "edge, or server: never off", "server", f.class, (specs, kind) => {
    const deployment: Changeable<Deployment> = { ...specs.deployment };
    if (kind === "server") deployment.class = kind;
    else delete deployment.class;
    return { ...specs, deployment };
  }),
  setPath("deployment.pue", "Energy of the site over that of its machines", "1.2", f.pue, (specs, pue) =>
    withDeployment(specs, { pue }),
  ),
  setPath(
    "deployment.share",
    "Share of device and host that is reserved for this work",
    "25 %",
    f.share,
    (specs, share) => withDeployment(specs, { share }),
  ),
  setPath("deployment.host.power", "Power of the host, without its devices", "800 W", f.hostPower, (specs, power) =>
    withHost(specs, { power }),
  ),
  setPath("deployment.host.carbon", "Embodied carbon of the host", "1000 kgCO2e", f.hostCarbon, (specs, carbon) =>
    withHost(specs, { carbon }),
  ),
  setPath("deployment.host.devices", "Devices that share the host", "8", f.hostDevices, (specs, devices) =>
    withHost(specs, { devices }),
  ),
  setPath(
    "deployment.gridBasis",
    "Of an intensity that is given: location or market",
    "location",
    f.gridBasis,
    (specs, gridBasis) => ofGiven(specs, { gridBasis }),
  ),
  setPath(
    "deployment.gridKind",
    "Of an intensity that is given: average or marginal",
    "average",
    f.gridKind,
    (specs, gridKind) => ofGiven(specs, { gridKind }),
  ),
];

export const PROFILES = ["published", "calibrated", "eco-chip", "3d-carbon"] as const;

/** The profile that a name stands for: a tool for packages prices dies and what joins them, everything else is calibrated. */
export function profileOf(name: (typeof PROFILES)[number]): Pick<Technology, "profile" | "packaging"> {
  return name === "published" || name === "calibrated" ? { profile: name } : { profile: "calibrated", packaging: name };
}

/** What `technology:` of a study and `--set technology.profile` take. */
export const profileField = oneOf(PROFILES);

/** A factor of the cost room; its range is checked where its meaning is known. */
export const factorField = z.number({ error: "must be a finite number" });

/** `technology.profile` and one path per factor of the cost room. */
export function technologyPaths(factors: readonly string[]): readonly SetPath[] {
  return [
    setPath("technology.profile", "Tables and charging rules", "calibrated", profileField, (specs, name) => ({
      ...specs,
      technology: { ...profileOf(name), factors: specs.technology.factors },
    })),
    ...factors.map((factor) =>
      setPath(`technology.${factor}`, "Factor of the cost model", "1", factorField, (specs, value) => ({
        ...specs,
        technology: { ...specs.technology, factors: { ...specs.technology.factors, [factor]: value } },
      })),
    ),
  ];
}
