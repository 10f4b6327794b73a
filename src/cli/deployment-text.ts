import { inferencesOverLife } from "../cost/index.ts";
import type { Deployment } from "../spec/index.ts";

const SECONDS_PER_YEAR = 365 * 86_400;

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** The life in years, in days where it is shorter. */
function lifeText(seconds: number): string {
  const years = seconds / SECONDS_PER_YEAR;
  return years >= 1 ? `${short(years)} ${years === 1 ? "year" : "years"}` : `${short(365 * years)} days`;
}

/**
 * What every figure of carbon rests on: "california, 224 gCO2e/kWh, 3 years, 1 inference/s for 6 h a day: 23652000 inferences".
 */
export function deploymentText(deployment: Deployment): string {
  const { region, gridIntensity, lifetime, rate, hoursPerDay, inferences } = deployment;
  const grid = `${region}, ${short(gridIntensity)} gCO2e/kWh`;
  const use =
    inferences === null
      ? `${short(rate)} ${rate === 1 ? "inference" : "inferences"}/s for ${short(hoursPerDay)} h a day: ${inferencesText(deployment)}`
      : `${inferencesText(deployment)} in ${short(hoursPerDay)} h a day`;
  return `${grid}, ${lifeText(lifetime)}, ${use}`;
}

function inferencesText(deployment: Deployment): string {
  return `${Number(inferencesOverLife(deployment).toPrecision(9))} inferences`;
}
