import type { CsvCell } from "../csv/cell.ts";
import { hasAccuracy } from "./front-table.ts";
import type { RunRecord } from "./types.ts";

/** Lines of `front.csv`: its header, then one for each design of the front; metrics with their units in the header, then the values of the space. */
export function frontLines(
  record: Pick<RunRecord, "front" | "baseline" | "study" | "steps" | "accuracyOrigin">,
): readonly (readonly CsvCell[])[] {
  const { front, baseline } = record;
  const isJudged = hasAccuracy(record);
  const { accuracyIgnores: ignored } = record.study;
  const example = front[0] ?? baseline;
  const metrics = example === null ? [] : Object.keys(example.metrics);
  const isCounted = front.some(({ designs }) => designs !== undefined);
  const paths = [...new Set(front.flatMap(({ point }) => Object.keys(point)))];
  const rows = front.map((row): readonly CsvCell[] => [
    row.trial,
    ...(record.steps === undefined ? [] : [row.step]),
    ...metrics.map((metric) => row.metrics[metric]),
    ...(isJudged ? [row.extrapolation.join(" "), row.nearest] : []),
    ...(ignored === undefined ? [] : [ignored.join(" ")]),
    ...(isCounted ? [row.designs ?? 1] : []),
    ...paths.map((path) => row.point[path]),
  ]);
  const ofAccuracy = isJudged ? ["extrapolation", "nearest"] : [];
  return [
    [
      "trial",
      ...(record.steps === undefined ? [] : ["step"]),
      ...metrics,
      ...ofAccuracy,
      ...(ignored === undefined ? [] : ["accuracy_ignores"]),
      ...(isCounted ? ["designs"] : []),
      ...paths,
    ],
    ...rows,
  ];
}
