import {
  chargingRuleRows,
  embodiedTerms,
  factorsInUse,
  rowsInUse,
  type ChargingRule,
  type EmbodiedTerms,
  type FactorInUse,
  type FactorName,
  type RowInUse,
} from "../../cost/index.ts";
import {
  accountOf,
  intervalsOf,
  metricsOf,
  powerOf,
  pricingOf,
  type EnergyLine,
  type Evaluation,
  type OperatorLine,
  type Power,
} from "../../evaluate/index.ts";
import type { Trial } from "../../search/index.ts";

/** A factor with how far it moves the total over its own range, kgCO2e; 0: not at all. */
export interface FactorLine extends FactorInUse {
  readonly swing_kgCO2e: number;
}

/** Everything between a gram of a design's carbon and the rows of the tables. */
export interface Explanation {
  readonly trial: Trial;
  readonly evaluation: Evaluation;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly intervals: ReturnType<typeof intervalsOf>;
  readonly power: Power | null;
  /** What the equation of embodied carbon is filled with; null: unknown. */
  readonly embodied: EmbodiedTerms | null;
  /** Embodied carbon of the die by component, by its share of the area, kgCO2e; null: unknown. */
  readonly components: Readonly<Record<string, number>> | null;
  readonly lines: readonly EnergyLine[];
  /** Largest first. */
  readonly operators: readonly OperatorLine[];
  /** Those that move the total most first. */
  readonly factors: readonly FactorLine[];
  readonly rows: readonly RowInUse[];
  /** Rules of the reference estimator that the profile follows. */
  readonly rules: readonly ChargingRule[];
}

/** @param asked keys of the metrics that the study asks for */
export function explain(trial: Trial, evaluation: Evaluation, asked: readonly string[]): Explanation {
  const { hardware, technology } = evaluation.design;
  const intervals = intervalsOf(pricingOf(evaluation));
  const { lines, operators } = accountOf(evaluation);
  const terms = evaluation.area.total === null ? null : embodiedTerms(evaluation.area, hardware, technology);
  const total = intervals.carbon_total_kgCO2e;
  const swings = new Map<FactorName, number>(
    (total === null || "reason" in total ? [] : total.swings).map(({ factor, atLow, atHigh }) => [
      factor,
      Math.abs(atHigh - atLow),
    ]),
  );
  return {
    trial,
    evaluation,
    metrics: metricsOf(evaluation, asked),
    intervals,
    power: powerOf(evaluation),
    embodied: terms === null || "total" in terms ? null : terms,
    components: componentsOf(evaluation),
    lines,
    operators: [...operators].sort((a, b) => b.energy_J - a.energy_J),
    factors: factorsInUse(hardware, technology)
      .map((factor) => ({ ...factor, swing_kgCO2e: swings.get(factor.name) ?? 0 }))
      .sort((a, b) => b.swing_kgCO2e - a.swing_kgCO2e),
    rows: rowsInUse(hardware, technology),
    rules: chargingRuleRows().filter((rule) => rule[technology.profile]),
  };
}

const DIE_PARTS = ["dieEnergy", "dieGas", "dieMaterial"] as const;

function componentsOf({ area, embodied }: Evaluation): Readonly<Record<string, number>> | null {
  if (area.total === null || embodied.total === null) return null;
  const { total } = area;
  const die = DIE_PARTS.reduce((sum, part) => sum + (embodied.parts[part] ?? 0), 0);
  return Object.fromEntries(Object.entries(area.parts).map(([name, mm2]) => [name, (die * mm2) / total]));
}
