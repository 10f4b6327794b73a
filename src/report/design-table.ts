import { accuracyText, hasAccuracy, precisionColumns, shownColumns } from "./front-table.ts";
import { metricLabel, shownNumber, titleWithUnit } from "./metric-labels.ts";
import type { FrontRow, RunRecord } from "./types.ts";

/** A column of the table of designs: what is shown of a design, and by what it is sorted. */
export interface Column {
  readonly title: string;
  readonly isText: boolean;
  readonly textOf: (row: FrontRow) => string;
  readonly keyOf: (row: FrontRow) => number | string;
}

const text = (title: string, of: (row: FrontRow) => string): Column => ({ title, isText: true, textOf: of, keyOf: of });
const number = (title: string, textOf: (row: FrontRow) => string, of: (row: FrontRow) => unknown): Column => ({
  ...{ title, isText: false, textOf },
  keyOf: (row) => (typeof of(row) === "number" ? (of(row) as number) : Infinity),
});

/** Identifier of a design on the page. */
export function rowId({ trial }: Pick<FrontRow, "trial">): string {
  return trial === null ? "baseline" : String(trial);
}

/** Columns of the table of designs; those of accuracy, steps and number formats where the run has them. */
export function columnsOf(record: Pick<RunRecord, "front" | "steps" | "accuracyOrigin" | "study">): readonly Column[] {
  const isJudged = hasAccuracy(record);
  const step = number(
    "Step",
    ({ step: own }) => String(own ?? "-"),
    ({ step: own }) => own,
  );
  const nearest = ({ nearest: own, extrapolation }: FrontRow): string =>
    extrapolation.length > 0 ? `${own} (extrapolated)` : own;
  return [
    number("Trial", rowId, ({ trial }) => trial ?? -1),
    ...(record.steps === undefined ? [] : [step]),
    ...(isJudged ? [number("Accuracy (%)", accuracyText, ({ metrics }) => metrics["accuracy"])] : []),
    ...precisionColumns(record.front).map((path) => text(path, ({ precision }) => precision?.[path] ?? "-")),
    ...shownColumns(record).map((metric) =>
      number(
        titleWithUnit(metric),
        ({ metrics }) => shownNumber(metric, metrics[metric]),
        ({ metrics }) => metrics[metric],
      ),
    ),
    text("Hardware", ({ hardware }) => hardware),
    text("Towers", ({ towers }) => towers),
    ...(isJudged ? [text("Nearest published model", nearest)] : []),
  ];
}

/** "Trial 17", or "Baseline". */
export const titleOf = ({ trial }: Pick<FrontRow, "trial">): string => (trial === null ? "Baseline" : `Trial ${trial}`);

/** Name and value of what is said of a picked design. */
export function figuresOf(
  row: FrontRow,
  record: Pick<RunRecord, "study" | "accuracyOrigin">,
): readonly (readonly [string, string])[] {
  const isJudged = hasAccuracy(record);
  const figures = shownColumns(record).map((metric): readonly [string, string] => {
    const { title, unit } = metricLabel(metric);
    return [title, `${shownNumber(metric, row.metrics[metric])} ${unit}`];
  });
  return [
    ...(isJudged ? [["Accuracy (90 % interval)", `${accuracyText(row)} %`] as const] : []),
    ...figures,
    ["Operational, never switched down", `${shownNumber("carbon_operational_kgCO2e", row.alwaysOn_kgCO2e)} kgCO2e`],
    ["Hardware", row.hardware],
    ["Towers", row.towers],
    ...Object.entries(row.precision ?? {}),
    ...(isJudged ? [["Nearest published model", row.nearest] as const] : []),
    ...(row.extrapolation.length === 0 ? [] : [["Extrapolated in", row.extrapolation.join(", ")] as const]),
  ];
}
