import { writeCsv } from "../../csv/index.ts";
import { escapeJson } from "../../errors/index.ts";
import type { SweepResult, SweepRow } from "./types.ts";

/** Why a row does not fit, in one line; empty where it does. */
export function violationsText({ violations }: Pick<SweepRow, "violations">): string {
  return violations
    .map(({ constraint, detail }) => (constraint === "" ? detail : `${constraint}: ${detail}`))
    .join("; ");
}

/** `model,hardware,<paths>,fits,violations,<metrics>`; what is not known is empty. */
export function sweepCsv({ paths, metrics, rows }: SweepResult): string {
  const names = paths.map(({ path }) => path);
  return writeCsv(
    ["model", "hardware", ...names, "fits", "violations", ...metrics],
    rows.map((row) => [
      row.model,
      row.hardware,
      ...names.map((path) => row.settings[path]),
      row.fits,
      violationsText(row),
      ...metrics.map((metric) => row.metrics[metric]),
    ]),
  );
}

/** One document; rows have the names of the CSV, null for what is not known, and then the reasons under `unknown`. */
export function sweepJson({ format, models, hardware, paths, limits, sort, metrics, rows }: SweepResult): string {
  const document = {
    ...{ format, models, hardware },
    settings: Object.fromEntries(paths.map(({ path, values }) => [path, values])),
    limits: limits.map(({ text }) => text),
    sort,
    rows: rows.map((row) => ({
      model: row.model,
      hardware: row.hardware,
      ...row.settings,
      fits: row.fits,
      violations: row.violations,
      ...Object.fromEntries(metrics.map((metric) => [metric, row.metrics[metric] ?? null])),
      ...(Object.keys(row.unknown).length === 0 ? {} : { unknown: row.unknown }),
    })),
  };
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}
