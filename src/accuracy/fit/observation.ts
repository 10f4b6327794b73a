import { logit } from "../log-odds.ts";
import { modelFromRow } from "../model-from-row.ts";
import { subjectOf, type Subject } from "../subject.ts";

/** One published model with its accuracy on the metric that is fitted. */
export interface Observation {
  readonly name: string;
  readonly subject: Subject;
  /** Fraction, 0 to 1. */
  readonly accuracy: number;
  /** Log-odds of `accuracy`: what the form predicts. */
  readonly score: number;
  /** Checkpoints and near copies of one training run; held out together. */
  readonly cluster: string;
  /** Whether the accuracy was converted from another mean (see docs/accuracy.md) and not published as such. */
  readonly isEstimated: boolean;
  /** A pruned model, or the parent that CATransformers pruned. */
  readonly isAnchor: boolean;
}

/** Rows of a table in CSV without quotes. */
export function parseTable(text: string): readonly Readonly<Record<string, string>>[] {
  const [header, ...lines] = text.trim().split("\n");
  const names = header!.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, index) => [names[index]!, value])));
}

/** Observations of one metric; rows without it are left out. */
export function observationsOf(table: string, metric: string): readonly Observation[] {
  const column = metric.replaceAll("-", "_");
  const found: Observation[] = [];
  for (const row of parseTable(table)) {
    if (!row[column]) continue;
    const read = modelFromRow(row);
    if (read.kind === "problems") throw new Error(`training row ${row["name"]}: ${read.problems[0]!.message}`);
    const accuracy = Number(row[column]);
    const isEstimated = (row["estimated"] ?? "").split("+").includes(column);
    const subject = subjectOf(read.model);
    const name = row["name"]!;
    const isAnchor = subject.isPruned || name === "ViT-B-16 datacomp_xl_s13b_b90k";
    found.push({ name, subject, accuracy, score: logit(accuracy), cluster: clusterOf(row), isEstimated, isAnchor });
  }
  return found;
}

function clusterOf(row: Readonly<Record<string, string>>): string {
  const name = row["name"]!.toLowerCase();
  if (row["family"] === "pythia") return name.replace(/@.*$/, "").replace(/-(deduped|bf16)/g, "");
  return name.replace(/-quickgelu/, "").replace(/_e\d+$/, "");
}
