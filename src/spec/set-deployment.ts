import * as z from "zod";
import { BY_HOUR, deploymentFields as f, gridOf } from "./deployment-schema.ts";
import type { Changeable, Deployment } from "./deployment.ts";
import { oneOf } from "./fields.ts";
import { withGridHours } from "./grid-hours.ts";
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

/** A grid of one intensity, instead of what there was. */
function withGrid(
  specs: SpecSet,
  grid: Pick<Deployment, "region" | "gridIntensity" | "gridSource">,
): SpecSet | Refusal {
  if ((specs.deployment.canWait ?? 0) > 0)
    return refusal(`cannot be set beside deployment.canWait, which needs ${BY_HOUR}`);
  const { lifetime, rate, duty, hoursPerDay, inferences, batch, carbonPrice } = specs.deployment;
  const use = {
    ...{ lifetime, rate, hoursPerDay, inferences, batch },
    ...(duty === undefined ? {} : { duty }),
    ...(carbonPrice === undefined ? {} : { carbonPrice }),
  };
  return { ...specs, deployment: { ...grid, ...use } };
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
];

export const PROFILES = ["published", "calibrated"] as const;

/** What `technology:` of a study and `--set technology.profile` take. */
export const profileField = oneOf(PROFILES);

/** A factor of the cost room; its range is checked where its meaning is known. */
export const factorField = z.number({ error: "must be a finite number" });

/** `technology.profile` and one path per factor of the cost room. */
export function technologyPaths(factors: readonly string[]): readonly SetPath[] {
  return [
    setPath("technology.profile", "Tables and charging rules", "calibrated", profileField, (specs, profile) => ({
      ...specs,
      technology: { ...specs.technology, profile },
    })),
    ...factors.map((factor) =>
      setPath(`technology.${factor}`, "Factor of the cost model", "1", factorField, (specs, value) => ({
        ...specs,
        technology: { ...specs.technology, factors: { ...specs.technology.factors, [factor]: value } },
      })),
    ),
  ];
}
