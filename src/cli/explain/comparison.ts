import { breakEvenTime, type CarbonLine } from "../../cost/index.ts";
import { SECONDS_PER_YEAR } from "../../units/index.ts";
import { drawDesigns, quantileOf, type PricedDesign } from "./draws.ts";
import { titleOf } from "./stored-run.ts";

/** Two designs of one study, in kgCO2e; differences are the first less the second. */
export interface Comparison {
  readonly titles: readonly [string, string];
  readonly embodied: readonly [number, number];
  /** Per year of life. */
  readonly operationalPerYear: readonly [number, number];
  readonly total: readonly [number, number];
  /** 90 % of the draws; null: no draw leaves both known. */
  readonly difference: { readonly low: number | null; readonly nominal: number; readonly high: number | null };
  /** Years after which both have caused equal carbon; null: one is below the other for ever. */
  readonly breakEven_years: number | null;
  readonly lifetime_years: number;
  readonly draws: number;
  readonly seed: number;
  /** Draws in which the first has less total carbon. */
  readonly firstIsLess: number;
}

/** Null where the carbon of one of them is not known. */
export function compare(first: PricedDesign, second: PricedDesign, draws: number, seed: number): Comparison | null {
  const [a, b] = [carbonOf(first), carbonOf(second)];
  if (a === null || b === null) return null;
  const [one, two] = drawDesigns([first, second], { objectives: [], constraints: [] }, null, draws, seed);
  const differences = one!.totals.map((total, i) => {
    const other = two!.totals[i]!;
    return total === null || other === null ? null : total - other;
  });
  const { lifetime } = first.pricing.design.deployment;
  const line = ({ embodied, operational }: Carbon): CarbonLine => ({
    embodied,
    operationalPerSecond: operational / lifetime,
  });
  const seconds = breakEvenTime(line(a), line(b));
  const years = lifetime / SECONDS_PER_YEAR;
  const total = (of: Carbon): number => of.embodied + of.operational;
  return {
    titles: [titleOf(first.trial), titleOf(second.trial)],
    embodied: [a.embodied, b.embodied],
    operationalPerYear: [a.operational / years, b.operational / years],
    total: [total(a), total(b)],
    difference: {
      low: quantileOf(differences, 0.05),
      nominal: total(a) - total(b),
      high: quantileOf(differences, 0.95),
    },
    breakEven_years: seconds === null ? null : seconds / SECONDS_PER_YEAR,
    lifetime_years: years,
    draws,
    seed,
    firstIsLess: differences.filter((difference) => difference !== null && difference < 0).length,
  };
}

interface Carbon {
  readonly embodied: number;
  readonly operational: number;
}

function carbonOf({ pricing }: PricedDesign): Carbon | null {
  const { embodied, operational } = pricing.own;
  if (embodied.total === null || operational.total === null) return null;
  return { embodied: embodied.total, operational: operational.total };
}

export function comparisonJson(comparison: Comparison): Readonly<Record<string, unknown>> {
  const { titles, embodied, operationalPerYear, total, difference, firstIsLess, ...rest } = comparison;
  return {
    first: titles[0],
    second: titles[1],
    carbon_embodied_kgCO2e: embodied,
    carbon_operational_per_year_kgCO2e: operationalPerYear,
    carbon_total_kgCO2e: total,
    difference_kgCO2e: difference,
    first_is_less_in_draws: firstIsLess,
    ...rest,
  };
}

export function comparisonText(comparison: Comparison): string {
  const { titles, embodied, operationalPerYear, total, difference, draws, firstIsLess, seed } = comparison;
  const [a, b] = titles;
  const pair = ([x, y]: readonly [number, number]): string => `${x.toPrecision(4)} and ${y.toPrecision(4)}`;
  return [
    `${a} against ${b}`,
    `embodied ${pair(embodied)} kgCO2e, use ${pair(operationalPerYear)} kgCO2e a year, total ${pair(total)} kgCO2e over ${years(comparison.lifetime_years)}`,
    `${a} has ${Math.abs(difference.nominal).toPrecision(3)} kgCO2e ${difference.nominal < 0 ? "less" : "more"}; difference ${shown(difference.low)} to ${shown(difference.high)} in 90 % of ${draws} draws (seed ${seed}), less in ${((100 * firstIsLess) / draws).toFixed(0)} %`,
    breakEvenText(comparison),
  ].join("\n");
}

function shown(value: number | null): string {
  return value === null ? "unknown" : value.toPrecision(3);
}

function breakEvenText({ titles, embodied, operationalPerYear, breakEven_years: time }: Comparison): string {
  if (time === null) {
    const isFirst = embodied[0] <= embodied[1] && operationalPerYear[0] <= operationalPerYear[1];
    return `No break-even: ${titles[isFirst ? 0 : 1]} has no more carbon than the other at any age.`;
  }
  const better = operationalPerYear[0] < operationalPerYear[1] ? titles[0] : titles[1];
  return `Break-even after ${years(time)} of this use; from then on ${better} has caused less.`;
}

function years(value: number): string {
  return `${Number(value.toPrecision(3))} years`;
}
