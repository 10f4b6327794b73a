import { layerPath } from "./set-layers.ts";
import { deploymentPaths, technologyPaths } from "./set-deployment.ts";
import { hardwarePaths } from "./set-hardware.ts";
import { modelPaths } from "./set-model.ts";
import { quantisationPaths } from "./set-quantisation.ts";
import { sparsityPaths } from "./set-sparsity.ts";
import { siliconPaths } from "./set-silicon.ts";
import { schedulePaths } from "./set-schedule.ts";
import type { SetPath } from "./settings.ts";

const FIXED: readonly SetPath[] = [
  ...siliconPaths,
  ...hardwarePaths,
  ...modelPaths,
  ...quantisationPaths,
  ...sparsityPaths,
  ...schedulePaths,
  ...deploymentPaths,
];

/** A path and its place in the order in which settings are applied. */
export interface PlacedPath {
  readonly set: SetPath;
  readonly order: number;
}

interface PathTable {
  readonly paths: readonly SetPath[];
  readonly byName: ReadonlyMap<string, PlacedPath>;
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

const layerPaths = new Map<string, PlacedPath | undefined>();
const MOST_LAYER_PATHS = 10_000;

/** What a path means; undefined: there is no such path. Paths of single layers follow that of all layers. */
export function findSetPath(path: string, factors: readonly string[]): PlacedPath | undefined {
  const { byName } = setPathTable(factors);
  const known = byName.get(path) ?? layerPaths.get(path);
  if (known !== undefined) return known;
  const found = layerPath(path);
  if (found === null) return undefined;
  // One path has one record, since checked values are kept by it. Of overlapping ones the later layers win.
  const placed = { set: found.set, order: byName.get(found.whole)!.order + found.first / 1e6 + found.last / 1e12 };
  if (layerPaths.size >= MOST_LAYER_PATHS) layerPaths.clear();
  layerPaths.set(path, placed);
  return placed;
}

/** What a factor of the cost room is, with its unit, and a value that it may have. */
export interface FactorNote {
  readonly description: string;
  readonly example: string;
}

/**
 * Every path with its meaning and an example of a value.
 *
 * @param notes by the name of the factor; without, factors are listed as such
 */
export function listSetPaths(
  factors: readonly string[] = NO_FACTORS,
  notes: ReadonlyMap<string, FactorNote> = new Map(),
): readonly SetPath[] {
  return setPathTable(factors).paths.map((set) => {
    const note = notes.get(set.path.replace(/^technology\./, ""));
    return note === undefined || !set.path.startsWith("technology.") ? set : { ...set, ...note };
  });
}

export const NO_FACTORS: readonly string[] = Object.freeze([]);
