import { deploymentPaths, technologyPaths } from "./set-deployment.ts";
import { hardwarePaths } from "./set-hardware.ts";
import { modelPaths } from "./set-model.ts";
import { schedulePaths } from "./set-schedule.ts";
import type { SetPath } from "./settings.ts";

const FIXED: readonly SetPath[] = [...hardwarePaths, ...modelPaths, ...schedulePaths, ...deploymentPaths];

interface PathTable {
  readonly paths: readonly SetPath[];
  readonly byName: ReadonlyMap<string, { readonly set: SetPath; readonly order: number }>;
}

const tables = new Map<readonly string[], PathTable>();

/**
 * The closed list of what `--set` and `space` take, in the order in which settings are applied.
 *
 * @param factors names of the cost room's factors; the same array each time, since the table is kept for it
 */
export function setPathTable(factors: readonly string[]): PathTable {
  const known = tables.get(factors);
  if (known) return known;
  const paths = [...FIXED, ...technologyPaths(factors)];
  const byName = new Map(paths.map((set, order) => [set.path, { set, order }] as const));
  const table = { paths, byName };
  if (tables.size < 16) tables.set(factors, table);
  return table;
}

/** Every path with its meaning and an example of a value. */
export function listSetPaths(factors: readonly string[] = NO_FACTORS): readonly SetPath[] {
  return setPathTable(factors).paths;
}

export const NO_FACTORS: readonly string[] = Object.freeze([]);
