import { inferencesOverLife } from "../cost/index.ts";
import type { Deployment } from "../spec/index.ts";
import { SECONDS_PER_YEAR } from "../units/index.ts";

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** The life in years, in days where it is shorter. */
function lifeText(seconds: number): string {
  const years = seconds / SECONDS_PER_YEAR;
  return years >= 1 ? `${short(years)} ${years === 1 ? "year" : "years"}` : `${short(365 * years)} days`;
}

/**
 * What every figure of carbon rests on: "3 years, 1 inference/s for 6 h a day: 23652000 inferences".
 *
 * @param isOfDesign whether it is the deployment of one evaluated design, whose latency says what a share of time comes to
 */
export function useText(deployment: Deployment, isOfDesign = true): string {
  const { canWait = 0 } = deployment;
  const waits =
    canWait === 0 ? "" : `, of which ${short(100 * canWait)} % can wait for the cleanest hours of their day`;
  return `${timesText(deployment, isOfDesign)}${waits}`;
}

function timesText(deployment: Deployment, isOfDesign: boolean): string {
  const { lifetime, rate, duty, hoursPerDay, inferences } = deployment;
  const life = lifeText(lifetime);
  const count = `${Number(inferencesOverLife(deployment).toPrecision(9))} inferences`;
  const perSecond = `${short(rate)} ${rate === 1 ? "inference" : "inferences"}/s`;
  if (duty !== undefined) {
    const busy = `busy ${short(100 * duty)} % of ${short(hoursPerDay)} h a day`;
    return isOfDesign ? `${life}, ${busy}, ${perSecond} then: ${count}` : `${life}, ${busy}`;
  }
  if (inferences !== null) return `${life}, ${count} in ${short(hoursPerDay)} h a day`;
  return `${life}, ${perSecond} for ${short(hoursPerDay)} h a day: ${count}`;
}

/** The same with the grid before it: "california, 224 gCO2e/kWh, 3 years, …". */
export function deploymentText(deployment: Deployment, isOfDesign = true): string {
  const { region, gridIntensity } = deployment;
  return `${region}, ${short(gridIntensity)} gCO2e/kWh, ${useText(deployment, isOfDesign)}`;
}
