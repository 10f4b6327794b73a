import { fitted, lossBy } from "../../precision/form.ts";
import { fitLosses } from "./fit.ts";
import { inUnit, type LossRow } from "./rows.ts";
import { sourcesOf, split } from "./validate.ts";

/** Two settings of one model in one source; differences are those of the second and the first on the fitted scale. */
export interface SettingPair {
  readonly source: string;
  readonly unit: LossRow["unit"];
  readonly predicted: number;
  readonly measured: number;
  /** |Difference| of the measured losses in the unit of the rows: percentage points, or log ratio. */
  readonly apart: number;
}

/** All such pairs, predicted by fits that have not seen their source. */
export function pairsOf(rows: readonly LossRow[]): readonly SettingPair[] {
  return sourcesOf(rows).flatMap((source) => {
    const { train, test } = split(rows, new Set([source]));
    if (test.length < 2) return [];
    const coefficients = fitLosses(train);
    const values = test.map((row) => fitted(lossBy(coefficients, row.model)));
    return test.flatMap((a, i) =>
      test.slice(i + 1).flatMap((b, k): readonly SettingPair[] => {
        if (a.subject !== b.subject || a.unit !== b.unit) return [];
        const predicted = values[i + 1 + k]! - values[i]!;
        const apart = Math.abs(inUnit(b, b.loss) - inUnit(a, a.loss));
        return [{ source, unit: a.unit, predicted, measured: fitted(b.loss) - fitted(a.loss), apart }];
      }),
    );
  });
}
