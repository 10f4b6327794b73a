import { cpuUsage } from "node:process";

/**
 * Power of one busy core, W: the default of Green Algorithms for a CPU core of any kind (Lannelongue, Grealey and Inouye, Advanced Science
 * 8(12), 2021). Memory, idle parts and cooling are not in it.
 */
const CORE_W = 12;
/** The published search, as CATransformers states it (arXiv 2505.01386): GPU hours of fine-tuning and search. */
const PUBLISHED_KG = 57;

/** Seconds of CPU that the process and its threads have used so far. */
export function cpuSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}

/**
 * What a search has cost itself:  CPU time · power · intensity of the study's grid.
 *
 * @param seconds       CPU time
 * @param gridIntensity gCO2e/kWh
 */
export function ownFootprintText(seconds: number, gridIntensity: number, hasCommand: boolean): string {
  const grams = ((seconds * CORE_W) / 3.6e6) * gridIntensity;
  const rest = hasCommand ? "; the accuracy command's own work is not in it" : "";
  return `This search itself: ${shown(seconds)} s of CPU at ${CORE_W} W a core and ${shown(gridIntensity)} gCO2e/kWh, ${shown(grams)} gCO2e (the published search: ${PUBLISHED_KG} kg)${rest}.`;
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));
