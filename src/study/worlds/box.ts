import { usageSeconds } from "../../cost/index.ts";
import type { Deployment } from "../../spec/index.ts";

/** One use of a device: how long, on which grid, how many hours a day, how often. */
export interface World {
  /** s. */
  readonly lifetime: number;
  /** gCO2e/kWh in all hours. */
  readonly gridIntensity: number;
  /** Hours of use a day, 0 to 24. */
  readonly hoursPerDay: number;
  /** Inferences per second of use. */
  readonly rate: number;
}

export type WorldAxis = keyof World;

export const WORLD_AXES: readonly WorldAxis[] = ["lifetime", "gridIntensity", "hoursPerDay", "rate"];

/** Values of each axis; worlds are their product. */
export type WorldGrid = Readonly<Record<WorldAxis, readonly number[]>>;

/** All worlds of a grid; the rate changes fastest, the life slowest. */
export function worldsOf(grid: WorldGrid): readonly World[] {
  return WORLD_AXES.reduce<readonly Partial<World>[]>(
    (before, axis) => before.flatMap((world) => grid[axis].map((value) => ({ ...world, [axis]: value }))),
    [{}],
  ) as readonly World[];
}

/** The world that a deployment is; a number of inferences is taken as a rate over the hours of use. */
export function worldOfDeployment(deployment: Deployment): World {
  const { lifetime, gridIntensity, hoursPerDay, inferences } = deployment;
  const { use } = usageSeconds(deployment);
  const rate = inferences === null ? deployment.rate : use === 0 ? 0 : inferences / use;
  return { lifetime, gridIntensity, hoursPerDay, rate };
}

/** The same deployment in another world. */
export function deploymentIn(deployment: Deployment, world: World): Deployment {
  return { ...deployment, ...world, inferences: null };
}

/**
 * Worlds between corners. Total carbon of a design is
 *
 *   embodied + s · (r · u · A + u · B + (1 − u) · C)        s = life × grid, u = hours of use a day, r = rate
 *
 * which is affine in each of s, u and r. In a box of these it is a mean of the totals at the corners, with weights that no design
 * decides. So a design that is below another one at every corner is below it in the whole box.
 */
export interface Box {
  /** Two values of each of s, u and r make eight; one value, half as many. */
  readonly corners: readonly World[];
  /** Weights of the corners, in [0, 1], sum 1. @param world in the box */
  weightsAt(world: World): Float64Array;
}

interface Side {
  readonly low: number;
  readonly high: number;
}

/** The least box of s, hours and rate that holds these worlds, of which there is one at least. */
export function boxAround(worlds: readonly World[]): Box {
  const [life, grid, hours, rate] = WORLD_AXES.map((axis) => sideOf(worlds.map((world) => world[axis]))) as [
    Side,
    Side,
    Side,
    Side,
  ];
  const scale = { low: life.low * grid.low, high: life.high * grid.high };
  const ends = (side: Side): readonly (keyof Side)[] => (side.low < side.high ? ["low", "high"] : ["low"]);
  const places = ends(scale).flatMap((s) => ends(hours).flatMap((u) => ends(rate).map((r) => ({ s, u, r }))));
  return {
    corners: places.map(({ s, u, r }) => ({
      ...{ lifetime: life[s], gridIntensity: grid[s], hoursPerDay: hours[u], rate: rate[r] },
    })),
    weightsAt: (world) => {
      const shares = {
        s: shareOf(scale, world.lifetime * world.gridIntensity),
        u: shareOf(hours, world.hoursPerDay),
        r: shareOf(rate, world.rate),
      };
      const weight = (share: number, end: keyof Side): number => (end === "high" ? share : 1 - share);
      return Float64Array.from(
        places,
        ({ s, u, r }) => weight(shares.s, s) * weight(shares.u, u) * weight(shares.r, r),
      );
    },
  };
}

function sideOf(values: readonly number[]): Side {
  return { low: Math.min(...values), high: Math.max(...values) };
}

function shareOf({ low, high }: Side, value: number): number {
  return low < high ? (value - low) / (high - low) : 0;
}
