/*
 * node bench/peers/main.mjs [--write]: how good fronts are after so many evaluations, beside samplers of other libraries, on identical tables.
 * With --write the table of docs/search.md is renewed. Build first; Debian's python3-deap and python3-optuna must be there.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FACTOR_NAMES } from "../../dist/src/cost/index.js";
import { assess, createSpace, createStrategy, hypervolume } from "../../dist/src/search/index.js";
import { loadStudy } from "../../dist/src/spec/index.js";
import { exactFront } from "../exact-front.mjs";
import { outcomeFrom, tablesOf, writeTables } from "./tables.mjs";

const SEEDS = 10;
const BUDGETS = [100, 200, 500, 1000, 4000];
/** What asks many evaluations, and what learns from few. */
const GENETIC = BUDGETS;
const LEARNING = BUDGETS.slice(0, 2);
const root = new URL("../../", import.meta.url);
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

const study = loadStudy(fileURLToPath(new URL("examples/clip-vit-b16.yaml", root)), FACTOR_NAMES);
const { objectives } = study;

/** Designs of the exact front cost what the tables say; those of a second look are not in them. */
function checkTables(designs, { request, options }, outcome) {
  for (const { hardware, a, b, values } of designs.filter(({ variant }) => variant === 0)) {
    const found = outcome({ ...request.hardware[hardware], ...options[0][a], ...options[1][b] }).metrics;
    const wanted = objectives.map(({ metric }) => found[metric]);
    if (wanted.some((value, i) => !(Math.abs(value - values[i]) <= 1e-9 * Math.abs(values[i]))))
      throw new Error(`a design of chip ${hardware} is ${values.join(", ")}, and ${wanted.join(", ")} by the tables`);
  }
}

/** Feasible designs of one search, as [evaluation, costs]; no starting design, as for the others. */
function searched(name, options, batch, evaluations, constraints, outcome) {
  const space = createSpace(study.space);
  return Array.from({ length: SEEDS }, (_, i) => {
    const strategy = createStrategy(name, { space, seed: i + 1, objectives, constraints, ...options });
    const found = [];
    for (let count = 0; count < evaluations;) {
      const points = strategy.suggest(Math.min(batch, evaluations - count));
      const trials = points.map((point, k) => ({ number: count + k, point, outcome: outcome(point) }));
      strategy.update(trials);
      for (const trial of trials) {
        count += 1;
        const assessment = assess(trial.outcome, objectives, constraints);
        if (assessment.kind === "feasible") found.push([count, ...assessment.costs]);
      }
    }
    return found;
  });
}

function peer(folder, sampler, evaluations) {
  const script = fileURLToPath(new URL("peers.py", import.meta.url));
  // Debian's packages belong to the interpreter of the system.
  const text = execFileSync("/usr/bin/python3", [script, folder, sampler, String(SEEDS), String(evaluations)], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
    env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
  });
  return JSON.parse(text);
}

const folder = mkdtempSync(join(tmpdir(), "ecotile-peers-"));
try {
  const { designs, reference, most } = await exactFront(study, 1);
  const tables = tablesOf(study);
  writeTables(folder, study, tables);
  // Limits on the chip alone are in the tables.
  const constraints = [tables.latency];
  const outcome = outcomeFrom(tables);
  checkTables(designs, tables, outcome);
  const columns = [];
  const add = (title, budgets, runs) => {
    const cells = budgets.map((budget) => {
      const shares = runs.map((found) => {
        const points = found.filter(([count]) => count <= budget).map(([, ...costs]) => costs);
        return (100 * hypervolume(points, reference)) / most;
      });
      return `${median(shares).toFixed(1)} (${Math.min(...shares).toFixed(1)}–${Math.max(...shares).toFixed(1)})`;
    });
    columns.push({ title, cells });
    console.log(`${title}: ${budgets.map((budget, i) => `${budget}: ${cells[i]}`).join(", ")}`);
  };
  const most4000 = GENETIC.at(-1);
  add("`nsga2`", GENETIC, searched("nsga2", {}, study.search.batch, most4000, constraints, outcome));
  for (const [sampler, title] of [
    ["deap", (version) => `DEAP ${version} NSGA-II`],
    ["optuna-nsga2", (version) => `Optuna ${version} NSGA-II`],
  ]) {
    const { version, runs } = peer(folder, sampler, most4000);
    add(title(version), GENETIC, runs);
  }
  const most200 = LEARNING.at(-1);
  add("`bayesian`, black box", LEARNING, searched("bayesian", {}, 5, most200, constraints, outcome));
  const tpe = peer(folder, "optuna-tpe", most200);
  add(`Optuna ${tpe.version} TPE`, LEARNING, tpe.runs);

  const line = (cells) => `| ${cells.join(" | ")} |`;
  const table = [
    line(["evaluations", ...columns.map(({ title }) => title)]),
    line(Array.from({ length: columns.length + 1 }, () => "---")),
    ...BUDGETS.map((budget, i) => line([budget.toLocaleString("en"), ...columns.map(({ cells }) => cells[i] ?? "")])),
  ].join("\n");
  console.log(table);
  if (process.argv.includes("--write")) {
    const page = new URL("docs/search.md", root);
    const text = readFileSync(page, "utf8");
    const before = /^\| evaluations \|.*\n(\|.*\n)+/m;
    if (!before.test(text)) throw new Error("docs/search.md has no table of evaluations");
    writeFileSync(page, text.replace(before, `${table}\n`));
  }
} finally {
  rmSync(folder, { recursive: true });
}
