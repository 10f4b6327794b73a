import type { AimedDesign, FrontRow } from "../report/types.ts";
import type { Point } from "../search/index.ts";
import type { Study } from "../spec/index.ts";
import type { DesignEvaluator } from "../worker/index.ts";
import { hardwareLabel, precisionOf, towersLabel } from "./labels.ts";

/** What the modes of the published study make least. */
const AIMS = ["carbon_total_kgCO2e", "latency_s", "energy_total_J"] as const;

/** A feasible design with everything that is known of it. */
export interface KnownDesign {
  readonly trial: number | null;
  readonly point: Point;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/**
 * The designs that each aim would choose: at no less accuracy than the baseline's, and at no less than the low end of its
 * interval. Of equal ones the first.
 */
export function aimedDesigns(
  designs: readonly KnownDesign[],
  baseline: FrontRow | null,
  evaluator: Pick<DesignEvaluator, "specsOf">,
  study: Pick<Study, "space">,
): readonly AimedDesign[] {
  const { accuracy, accuracy_low } = baseline?.metrics ?? {};
  const floors = [...new Set([accuracy, accuracy_low])].filter((floor) => typeof floor === "number");
  return (floors.length === 0 ? [null] : floors).flatMap((floor) => {
    const open = designs.filter(({ metrics }) => floor === null || (metrics["accuracy"] ?? -1) >= floor);
    return AIMS.flatMap((metric): readonly AimedDesign[] => {
      const best = leastOf(open, metric);
      if (best === null) return [];
      const specs = evaluator.specsOf(best.point);
      const known = Object.entries(best.metrics).filter((entry): entry is [string, number] => entry[1] !== null);
      return [
        {
          ...{ metric, floor, trial: best.trial, metrics: Object.fromEntries(known) },
          ...{ hardware: hardwareLabel(specs), towers: towersLabel(specs.model) },
          ...precisionOf(specs, study),
        },
      ];
    });
  });
}

function leastOf(designs: readonly KnownDesign[], metric: string): KnownDesign | null {
  const valueOf = ({ metrics }: KnownDesign): number => metrics[metric] ?? Infinity;
  return designs.reduce<KnownDesign | null>(
    (best, each) => (valueOf(each) < (best === null ? Infinity : valueOf(best)) ? each : best),
    null,
  );
}
