import { createRequire } from "node:module";
import type { LegacyHighs } from "highs";

/*
 * The one door to HiGHS (Huangfu and Hall, Mathematical Programming Computation 2018), an open solver of linear and integer
 * programmes. Nodes are counted, time is not, so that an answer does not depend on the machine.
 */

/** A linear programme of variables in [0, upper], some of them whole. */
export interface Programme {
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

export interface Variable {
  /** Of the sum that is made least. */
  readonly cost: number;
  readonly upper: number;
  readonly isWhole: boolean;
}

export interface Row {
  readonly terms: readonly (readonly [variable: number, factor: number])[];
  readonly sense: "<=" | ">=" | "=";
  readonly value: number;
}

export interface Solution {
  readonly values: readonly number[];
  readonly isProved: boolean;
}

/** Loaded with the first programme: most plans need none. */
const load = (): Promise<LegacyHighs> => (createRequire(import.meta.url)("highs") as () => Promise<LegacyHighs>)();

/** Of the costs of a programme as it is solved. */
const LARGEST_COST = 1000;
const MOST_NODES = 20_000;
const MOST_NODES_STALLED = 5_000;

/** The least solution; "infeasible": there is none; null: none was found within the nodes. */
export async function solve({ variables, rows }: Programme): Promise<Solution | "infeasible" | null> {
  const highs = await load();
  // Tolerances are absolute, so costs are brought to one size, whatever unit they come in.
  const scale = LARGEST_COST / variables.reduce((most, { cost }) => Math.max(most, Math.abs(cost)), Number.MIN_VALUE);
  const terms = variables.flatMap(({ cost }, i) => (cost === 0 ? [] : [[i, cost * scale] as const]));
  const text = [
    "Minimize",
    ` obj: ${terms.length === 0 ? "0 x0" : sum(terms)}`,
    "Subject To",
    ...rows.map(({ terms, sense, value }, i) => ` c${i}: ${sum(terms)} ${sense} ${value}`),
    "Bounds",
    ...variables.map(({ upper }, i) => ` 0 <= x${i} <= ${upper === Infinity ? "inf" : upper}`),
    "General",
    ...variables.flatMap(({ isWhole }, i) => (isWhole ? [` x${i}`] : [])),
    "End",
  ].join("\n");
  const solution = highs.solve(text, {
    ...{ output_flag: false, threads: 1, random_seed: 0 },
    ...{ mip_rel_gap: 0, mip_abs_gap: 0, mip_max_nodes: MOST_NODES, mip_max_stall_nodes: MOST_NODES_STALLED },
    mip_feasibility_tolerance: 1e-9,
  });
  if (solution.Status === "Infeasible") return "infeasible";
  const values = variables.map((_, i) => {
    const column: object | undefined = solution.Columns[`x${i}`];
    return column !== undefined && "Primal" in column ? Number(column.Primal) : NaN;
  });
  if (values.some(Number.isNaN)) return null;
  return { values, isProved: solution.Status === "Optimal" };
}

/** Terms of a row; a line of them every few, as the format wants no long ones. */
function sum(terms: readonly (readonly [number, number])[]): string {
  return terms
    .map(
      ([variable, factor], i) =>
        `${factor < 0 ? "-" : i === 0 ? "" : "+"} ${Math.abs(factor)} x${variable}${i % 8 === 7 ? "\n" : ""}`,
    )
    .join(" ");
}
