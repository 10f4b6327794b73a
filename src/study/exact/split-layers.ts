import type { PartPoint } from "../../evaluate/index.ts";
import { InputError } from "../../errors/index.ts";
import { createSpace } from "../../search/index.ts";
import { layerPath, type LayerPath, type SpaceParameter } from "../../spec/index.ts";

/** The accuracy of every pair of tower options is held in memory. */
export const MOST_PAIRS = 20_000_000;
const MOST_HARDWARE = 5_000_000;
/** Models that are looked at, one by one, where layers are taken apart. */
const MOST_VARIATIONS = 4096;

/** Parameters of one part: those of the whole, and settings of layers that go with nothing else. */
export interface Split {
  readonly whole: readonly SpaceParameter[];
  readonly layers: readonly (readonly PartPoint[])[];
}

/**
 * Layers apart: parameters of the same layer go together, since heads and their keys depend on each other; what stands under a
 * condition, or is one, stays with the whole.
 */
export function splitLayers(parameters: readonly SpaceParameter[], isByLayer: boolean): Split {
  const isBound = ({ path, when }: SpaceParameter): boolean =>
    when !== undefined || parameters.some((other) => other.when?.path === path);
  const single = isByLayer ? parameters.filter((each) => layerPath(each.path) !== null && !isBound(each)) : [];
  const groups: SpaceParameter[][] = [];
  for (const parameter of single) {
    const together = groups.filter((group) => group.some((other) => shareLayers(parameter, other)));
    const rest = groups.filter((group) => !together.includes(group));
    groups.splice(0, groups.length, ...rest, [...together.flat(), parameter]);
  }
  if (groups.length < 2) return { whole: parameters, layers: [] };
  const firstLayer = (group: readonly SpaceParameter[]): number =>
    Math.min(...group.map((each) => layersOf(each).first));
  groups.sort((x, y) => firstLayer(x) - firstLayer(y));
  return { whole: parameters.filter((each) => !single.includes(each)), layers: groups.map(slotsOf) };
}

/** @throws InputError for more settings of one layer than are looked at, before they are listed */
function slotsOf(group: readonly SpaceParameter[]): readonly PartPoint[] {
  const { size } = createSpace(group);
  if (size <= BigInt(MOST_VARIATIONS)) return pointsOf(group);
  throw new InputError(
    `Strategy exact looks at every setting of a layer, at most ${MOST_VARIATIONS}; ${group.map(({ path }) => path).join(", ")} have ${size}. Use nsga2, or make lists shorter.`,
  );
}

const layersOf = ({ path }: SpaceParameter): LayerPath => layerPath(path)!;

function shareLayers(x: SpaceParameter, y: SpaceParameter): boolean {
  const [a, b] = [layersOf(x), layersOf(y)];
  return a.first <= b.last && b.first <= a.last;
}

/** @throws InputError for parts that are too large to be listed */
export function refuseSize(hardware: Split, ...towers: readonly Split[]): void {
  const sizeOf = ({ whole }: Split): bigint => createSpace(whole).size;
  const models = towers.reduce((product, tower) => product * sizeOf(tower), 1n);
  if (models > BigInt(MOST_PAIRS) || sizeOf(hardware) > BigInt(MOST_HARDWARE))
    throw new InputError(
      `Strategy exact takes at most ${MOST_PAIRS} models and ${MOST_HARDWARE} hardware points; the study has ${models} and ${sizeOf(hardware)}, layers that are set one by one left out. Use nsga2, or make lists shorter.`,
    );
  for (const tower of towers) {
    const variations = sizeOf(tower) * BigInt(1 + tower.layers.reduce((sum, { length }) => sum + length, 0));
    if (variations <= BigInt(MOST_VARIATIONS) || tower.layers.length === 0) continue;
    throw new InputError(
      `Strategy exact looks at every setting of a layer beside each shape of its tower, at most ${MOST_VARIATIONS}; the study has ${variations}. Use nsga2, or set fewer parameters of the whole tower.`,
    );
  }
}

/** Every point of a part, in the order of its space. */
export function pointsOf(parameters: readonly SpaceParameter[]): readonly PartPoint[] {
  const space = createSpace(parameters);
  return Array.from({ length: Number(space.size) }, (_, i) => space.decode(space.genesAt(BigInt(i))));
}
