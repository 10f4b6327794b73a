import * as z from "zod";
import { deploymentFields as f, gridOf } from "./deployment-schema.ts";
import type { Deployment } from "./deployment.ts";
import { oneOf } from "./fields.ts";
import { withGridHours } from "./grid-hours.ts";
import { refusal, setPath, type SetPath, type SpecSet } from "./settings.ts";

/** A grid by hour gives its intensities anew, since hours of use may have changed. */
const withDeployment = (specs: SpecSet, change: Partial<Deployment>): SpecSet => ({
  ...specs,
  deployment: withGridHours({ ...specs.deployment, ...change }),
});

/** What else says how often it is used takes the place of the share of time. */
function withoutDuty(specs: SpecSet): SpecSet {
  const { duty, ...deployment } = specs.deployment;
  return duty === undefined ? specs : { ...specs, deployment };
}

/** A grid of one intensity, instead of what there was. */
function withGrid(specs: SpecSet, grid: Pick<Deployment, "region" | "gridIntensity" | "gridSource">): SpecSet {
  const { lifetime, rate, duty, hoursPerDay, inferences, batch } = specs.deployment;
  const use = { lifetime, rate, hoursPerDay, inferences, batch, ...(duty === undefined ? {} : { duty }) };
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
    (specs, gridDay) => withDeployment(specs, { gridDay }),
  ),
  setPath(
    "deployment.useFrom",
    "Hour of the day at which use begins, with gridHours",
    "8",
    f.useFrom,
    (specs, useFrom) =>
      specs.deployment.gridDay === undefined
        ? refusal("cannot be set without deployment.gridHours")
        : withDeployment(specs, { useFrom }),
  ),
  setPath("deployment.lifetime", "Life of the device", "3 years", f.lifetime, (specs, lifetime) =>
    withDeployment(specs, { lifetime }),
  ),
  setPath("deployment.rate", "Inferences in hours of use", "1/s", f.rate, (specs, rate) =>
    withDeployment(withoutDuty(specs), { rate }),
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
    (specs, inferences) => withDeployment(withoutDuty(specs), { inferences }),
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
