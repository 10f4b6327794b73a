import * as abi from "../abi";
import * as hardware from "../hardware";

export let chosen: i32 = 0;
/** Energy that every mapping of the problem takes, pJ, or less. */
let leastEnergy: f64 = 0;

export function choose(value: i32): void {
  chosen = value;
}

export function setLeastEnergy(value: f64): void {
  leastEnergy = value;
}

/** Most that the time of a mapping is raised for its energy, as a share: of near-ties the one with less energy is better. */
const TIE: f64 = 1e-4;

/**
 * What the search minimises, from time (cycles) and dynamic energy (pJ). With E = dynamic energy + power above idle × time, which the grid's intensity
 * turns into carbon: E; E × time; or, for latency, time × (1 + 1e-4 × (1 − least E / E)). Never less for more time, or more energy.
 */
export function score(time: f64, dynamic: f64): f64 {
  const energy: f64 = dynamic + hardware.energyCycle * time;
  if (chosen == abi.OBJECTIVE_LATENCY) {
    return energy > leastEnergy ? time * (1 + TIE * (1 - leastEnergy / energy)) : time;
  }
  return chosen == abi.OBJECTIVE_EDP ? time * energy : energy;
}

/** Longest time (cycles) with which a mapping of this dynamic energy scores no more than `limit`, or a little longer. */
export function timeWithin(limit: f64, dynamic: f64): f64 {
  let time: f64 = limit;
  if (chosen == abi.OBJECTIVE_EDP) {
    // The root of energyCycle · t² + dynamic · t = limit, in the form that has no difference in it.
    time = (2 * limit) / (dynamic + Math.sqrt(dynamic * dynamic + 4 * hardware.energyCycle * limit));
  } else if (chosen != abi.OBJECTIVE_LATENCY) {
    if (hardware.energyCycle == 0) return Infinity;
    time = (limit - dynamic) / hardware.energyCycle;
  }
  return time * (1 + 1e-9) + 1;
}

/** Whether the objective depends on energy, other than between near-ties. */
export function isEnergyCounted(): bool {
  return chosen != abi.OBJECTIVE_LATENCY;
}

/** Whether the objective depends on time at all. */
export function isTimeCounted(): bool {
  return chosen == abi.OBJECTIVE_LATENCY || chosen == abi.OBJECTIVE_EDP || hardware.energyCycle > 0;
}

/** Whether a share of time is as large a share of the score. */
export function isTimeFactor(): bool {
  return chosen == abi.OBJECTIVE_LATENCY || chosen == abi.OBJECTIVE_EDP;
}

/** Decides between equal scores. */
export function secondScore(time: f64, dynamic: f64): f64 {
  return chosen == abi.OBJECTIVE_LATENCY ? dynamic : time;
}

/** Share of the score that is gained where a mapping of these scores takes but `time`, with the same energy. */
export function gainOfTime(first: f64, second: f64, time: f64): f64 {
  if (chosen == abi.OBJECTIVE_LATENCY) return 1 - time / first;
  const saved: f64 = hardware.energyCycle * (second - time);
  if (chosen == abi.OBJECTIVE_EDP) return 1 - ((first / second - saved) * time) / first;
  return saved / first;
}
