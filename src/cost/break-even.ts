/** Carbon of a design at rest and as it is used. */
export interface CarbonLine {
  /** kgCO2e before first use. */
  readonly embodied: number;
  /** kgCO2e per second of life under one usage profile. */
  readonly operationalPerSecond: number;
}

/**
 * Life after which two designs have caused equal carbon, s:  t = (E_b − E_a) / (o_a − o_b)
 *
 * @returns 0 where they start equal, null where one is below the other for ever
 */
export function breakEvenTime(a: CarbonLine, b: CarbonLine): number | null {
  const ahead = b.embodied - a.embodied;
  const rate = a.operationalPerSecond - b.operationalPerSecond;
  if (ahead === 0) return 0;
  if (rate === 0) return null;
  const time = ahead / rate;
  return time > 0 ? time : null;
}
