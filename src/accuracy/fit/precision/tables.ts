import { BANDS } from "../../precision/form.ts";
import { bandOfRow, type bySource, errorsOf, type Forecast } from "./validate.ts";

const cells = (form: readonly Forecast[], medians: readonly Forecast[]): readonly string[] => {
  const [ours, theirs] = [errorsOf(form), errorsOf(medians)];
  const score = (unit: "percent" | "perplexity", digits: number): string =>
    ours[unit] === null ? "–" : `${ours[unit].score.toFixed(digits)} (${theirs[unit]!.score.toFixed(digits)})`;
  return [
    `${ours.rows} of ${ours.sources}`,
    `${(100 * ours.coverage).toFixed(0)} %`,
    ours.spearman.toFixed(2),
    ours.percent === null ? "–" : ours.percent.median.toFixed(2),
    score("percent", 1),
    score("perplexity", 2),
  ];
};

/** Markdown table of losses by sources held out, as docs/accuracy.md shows it; in brackets the table of medians. */
export function precisionTable({ form, medians }: ReturnType<typeof bySource>): string {
  const line = (name: string, isOf: (one: Forecast) => boolean): string =>
    `| ${[name, ...cells(form.filter(isOf), medians.filter(isOf))].join(" | ")} |`;
  const families = ["decoder", "vit", "bert", "clip"] as const;
  return [
    "| | rows of sources | inside the 90 % interval | Spearman | median error, points | interval score, points (medians) | interval score, log ratio (medians) |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    line("all", () => true),
    ...BANDS.map((band) => line(`${band} bit`, (one) => bandOfRow(one) === band)),
    ...families.map((family) => line(family, ({ row }) => row.model.family === family)),
  ].join("\n");
}
