import { OBJECTIVE_EDP, OBJECTIVE_ENERGY, OBJECTIVE_LATENCY } from "../abi";
import { energyCycle } from "../hardware";

let objective: i32 = 0;

export function setObjective(value: i32): void {
  objective = value;
}

/**
 * What the search minimises, from time (cycles) and dynamic energy (pJ): cycles, energy, their product, or energy
 * plus the power above idle over the time (carbon: the grid's intensity is a common factor).
 */
export function score(time: f64, dynamic: f64): f64 {
  if (objective == OBJECTIVE_LATENCY) return time;
  if (objective == OBJECTIVE_ENERGY) return dynamic;
  if (objective == OBJECTIVE_EDP) return time * dynamic;
  return dynamic + energyCycle * time;
}

/** Longest time (cycles) with which a mapping of this dynamic energy scores no more than `limit`, or a little longer. */
export function timeWithin(limit: f64, dynamic: f64): f64 {
  if (objective == OBJECTIVE_ENERGY) return Infinity;
  let time: f64 = limit;
  if (objective == OBJECTIVE_EDP) time = limit / dynamic;
  else if (objective != OBJECTIVE_LATENCY) time = (limit - dynamic) / energyCycle;
  return time * (1 + 1e-9) + 1;
}

/** Whether the objective depends on energy, other than between equals. */
export function isEnergyCounted(): bool {
  return objective != OBJECTIVE_LATENCY;
}

/** Whether the objective depends on time at all. */
export function isTimeCounted(): bool {
  return objective != OBJECTIVE_ENERGY;
}

/** Decides between equal scores. */
export function secondScore(time: f64, dynamic: f64): f64 {
  return objective == OBJECTIVE_LATENCY ? dynamic : time;
}

/** Share of the score that is gained where a mapping of these scores takes but `time`, with the same energy. */
export function gainOfTime(first: f64, second: f64, time: f64): f64 {
  if (objective == OBJECTIVE_LATENCY) return 1 - time / first;
  if (objective == OBJECTIVE_ENERGY) return 0;
  if (objective == OBJECTIVE_EDP) return 1 - time / second;
  return (energyCycle * (second - time)) / first;
}
