import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { columnOfLimit, createDecomposition } from "../../dist/src/evaluate/index.js";
import { decompositionRequest } from "../../dist/src/study/exact/split-space.js";

/**
 * Every design of a study as sums that are looked up, so that all samplers see the same numbers and none waits for them. A design is a
 * chip, an option of the text tower and one of the vision tower; chips that break a limit have a row of what they miss.
 *
 * Limits are compared as `exact` compares them, latency by the column of its limit; designs over it have no second look.
 */
export function tablesOf(study) {
  const request = decompositionRequest(study);
  const decomposition = createDecomposition(request);
  const [a, b] = decomposition.optionCounts;
  const written = study.constraints.find(({ metric }) => metric === "latency_s");
  const latency = { ...written, metric: columnOfLimit(written) };
  const metrics = ["carbon_total_kgCO2e", latency.metric];
  const at = metrics.map((metric) => decomposition.metrics.indexOf(metric));
  const options = decomposition.optionCounts.map((count, side) =>
    Array.from({ length: count }, (_, option) => decomposition.pointOf(side, option)),
  );
  /** 1 (or -1), what is missed as a share of the limit, then for each metric: base, by option of a, by option of b. */
  const width = 2 + metrics.length * (1 + a + b);
  const rows = new Float64Array(request.hardware.length * width);
  const broken = [];
  request.hardware.forEach((_, chip) => {
    const found = decomposition.tables(chip);
    const row = rows.subarray(chip * width, (chip + 1) * width);
    if (found.kind === "ruled-out") {
      const { constraint, by } = found.breaks[0];
      broken[chip] = { kind: "infeasible", constraint, by, unit: "" };
      row.set([-1, by]);
      return;
    }
    const { base, columns } = found.variants[0];
    row[0] = 1;
    at.forEach((column, i) => {
      const start = 2 + i * (1 + a + b);
      row[start] = base[column];
      row.set(columns[column].a ?? [], start + 1);
      row.set(columns[column].b ?? [], start + 1 + a);
    });
  });
  const { scores, valueOf } = decomposition.accuracy;
  const accuracies = new Float64Array(a * b);
  for (let i = 0; i < a; i += 1)
    for (let j = 0; j < b; j += 1) accuracies[i * b + j] = valueOf(scores[0][i] + scores[1][j]);
  return { request, metrics, latency, counts: [a, b], width, rows, broken, accuracies, options };
}

/** The number of a part of a point among those of the space. */
function placesOf(parts) {
  const paths = Object.keys(parts[0]);
  const keyOf = (point) => paths.map((path) => point[path]).join("|");
  const places = new Map(parts.map((part, i) => [keyOf(part), i]));
  return (point) => places.get(keyOf(point));
}

/** Outcomes by look-up. */
export function outcomeFrom({ request, metrics, counts: [a, b], width, rows, broken, accuracies, options }) {
  const [chipOf, firstOf, secondOf] = [request.hardware, ...options].map(placesOf);
  return (point) => {
    const [chip, first, second] = [chipOf(point), firstOf(point), secondOf(point)];
    if (broken[chip] !== undefined) return broken[chip];
    const sums = metrics.map((metric, i) => {
      const start = chip * width + 2 + i * (1 + a + b);
      return [metric, rows[start] + (rows[start + 1 + first] + rows[start + 1 + a + second])];
    });
    return {
      kind: "evaluated",
      metrics: { ...Object.fromEntries(sums), accuracy: accuracies[first * b + second] },
    };
  };
}

/** The same as files for bench/peers/peers.py. */
export function writeTables(folder, study, { request, latency, counts, width, rows, accuracies, options }) {
  writeFileSync(join(folder, "rows.bin"), rows);
  writeFileSync(join(folder, "accuracies.bin"), accuracies);
  const parameters = study.space.map(({ path, values }) => ({ path, values }));
  const parts = {
    parameters,
    chips: request.hardware,
    first: options[0],
    second: options[1],
    counts,
    width,
    limit: latency.limit,
  };
  writeFileSync(join(folder, "parts.json"), JSON.stringify(parts));
}
