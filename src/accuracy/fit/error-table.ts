import type { StoredFit } from "../stored-fit.ts";

/** Markdown table of the errors on held-out models, as docs/accuracy.md shows it. */
export function errorTable(fits: readonly StoredFit[]): string {
  const lines = fits.map(({ metric, crossValidation: cv }) => {
    const cells = [
      `\`${metric}\``,
      String(cv.models),
      cv.maePoints.toFixed(2),
      points(cv.maePrunedPoints),
      points(cv.maeUnseenDataPoints),
      cv.spearman.toFixed(3),
      cv.spearmanWithinFamily?.toFixed(3) ?? "–",
      `${(100 * cv.coverage).toFixed(0)} %`,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| metric | models | MAE | MAE, pruned | MAE, unseen data | Spearman | Spearman within a family | inside the 90 % interval |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...lines,
  ].join("\n");
}

/** The same by family, of one metric; families of four models and more. */
export function familyTable({ crossValidation }: StoredFit): string {
  const lines = crossValidation.families
    .filter(({ spearman }) => spearman !== null)
    .map(
      ({ family, models, maePoints, spearman }) =>
        `| ${family} | ${models} | ${points(maePoints)} | ${spearman!.toFixed(3)} |`,
    );
  return ["| family | models | MAE | Spearman |", "| --- | --- | --- | --- |", ...lines].join("\n");
}

function points(value: number | null): string {
  return value === null ? "–" : value.toFixed(2);
}
