import { keepsUp } from "../../cost/index.ts";
import { InputError } from "../../errors/index.ts";
import { isLargest } from "../../evaluate/index.ts";
import { metricOfKey } from "../../metrics/index.ts";
import { createSpace, multiplicitiesOf, type Point } from "../../search/index.ts";
import type { Study } from "../../spec/index.ts";
import type { CommandAccuracy } from "../command-accuracy.ts";
import { joined, ownEstimate } from "../exact/run.ts";
import { mayBeScheduled } from "../exact/split-space.ts";
import { studyOfTerms } from "../exact/terms.ts";
import {
  boxAround,
  deploymentIn,
  worldOfDeployment,
  worldsOf,
  WORLD_AXES,
  type World,
  type WorldAxis,
  type WorldGrid,
} from "./box.ts";
import {
  candidatesIn,
  isJudgedByAccuracy,
  type Candidates,
  type PlacedCandidate,
  type WorldsSearch,
} from "./search.ts";
import { byAccuracy, envelope, winnersIn } from "./winners.ts";

/** A design that wins in some world of a grid, or on the way from the study's own use along an axis. */
export interface WinningDesign {
  readonly point: Point;
  /** Null: the study does not judge by accuracy. */
  readonly accuracy: number | null;
  /** Designs that it stands for, since they are equal but for the order of layers. */
  readonly designs: number;
  /** Worlds of the grid in which it wins. */
  readonly worlds: number;
}

/** A design, as its place among those that win, and its total carbon, kgCO2e. */
export interface LeastCarbon {
  readonly design: number;
  readonly total: number;
}

/** What wins in one world of the grid. */
export interface WorldFront {
  readonly world: World;
  readonly winners: number;
  /** Of each floor, in their order, the winner of least total carbon; null: no design is so accurate and keeps up. */
  readonly least: readonly (LeastCarbon | null)[];
}

/** Where designs take over from one another along one axis, all else as in the study. */
export interface Takeovers {
  readonly axis: WorldAxis;
  /** By their values of the axis, in its unit; each begins where it breaks even with the one before. */
  readonly stretches: readonly { readonly design: number; readonly from: number; readonly to: number }[];
}

/** What is asked of accuracy. */
export interface Floor {
  /** The study's own model by its estimate, or by the low end of its interval; or nothing is asked. */
  readonly of: "baseline" | "baseline, low" | "none";
  readonly accuracy: number | null;
}

/** Which designs of a study are optimal in which worlds. */
export interface WorldsResult {
  readonly grid: WorldGrid;
  /** The study's own. */
  readonly own: World;
  /** Those that win in most worlds first. */
  readonly designs: readonly WinningDesign[];
  readonly worlds: readonly WorldFront[];
  /** With the designs of least carbon that are at least so accurate, along every axis on which more than one value is asked. */
  readonly floors: readonly (Floor & { readonly takeovers: readonly Takeovers[] })[];
  readonly designCount: bigint;
  /** As designs of the space: those that win in some world of the grid, in all of them, and those that can in any world between. */
  readonly winnerCount: number;
  readonly everywhereCount: number;
  readonly possibleCount: number;
  readonly chips: { readonly winning: number; readonly all: number };
}

interface Entry {
  readonly candidates: Candidates;
  readonly design: PlacedCandidate;
  readonly worlds: Set<World>;
}

/**
 * Which designs are optimal in which world, by this law: a design wins in a world where no other design within the study's limits is at
 * least as accurate and has less total carbon, nor as much and a higher accuracy. Accuracy counts where the study aims at it; other
 * objectives do not. Exact in every world of the grid.
 *
 * Rates at which whatever keeps the study's latency limit keeps up are searched as one box of worlds. Any other rate rules designs out,
 * or has them mapped for latency, and is a box of its own.
 *
 * @throws InputError for studies whose carbon is not affine in life, grid, hours and rate, and what no exact search takes
 * @throws the signal's reason
 * Checked: test/validation/exact/worlds.test.ts, against brute force.
 */
export async function studyInWorlds(
  study: Study,
  grid: WorldGrid,
  accuracy: CommandAccuracy | null,
  search: WorldsSearch,
): Promise<WorldsResult> {
  refuseUse(study);
  refuseLimits(study);
  const own = worldOfDeployment(study.specs.deployment);
  const all = worldsOf(grid);
  const floors = await floorsOf(study, accuracy);
  const entries = new Map<string, Entry>();
  const fronts = new Map<World, { winners: number; readonly least: ({ entry: Entry; total: number } | null)[] }>();
  const takeovers = floors.map(
    (): { axis: WorldAxis; stretches: { entry: Entry; from: number; to: number }[] }[] => [],
  );
  const searched: Candidates[] = [];

  for (const rates of ratesTogether(study, grid.rate, own.rate)) {
    const worlds = all.filter(({ rate }) => rates.includes(rate));
    const isOwn = rates.includes(own.rate);
    const box = boxAround(isOwn ? [...worlds, ...crossOf({ ...grid, rate: rates }, own)] : worlds);
    const candidates = await candidatesIn(study, box, accuracy, search);
    searched.push(candidates);
    const { designs } = candidates;
    const entryOf = (place: number): Entry => {
      const key = keyOf(designs[place]!);
      const entry = entries.get(key) ?? { candidates, design: designs[place]!, worlds: new Set<World>() };
      entries.set(key, entry);
      return entry;
    };
    const order = byAccuracy(designs);
    for (const world of worlds) {
      const front = { winners: 0, least: floors.map((): { entry: Entry; total: number } | null => null) };
      winnersIn(designs, order, box.weightsAt(world), (place, total) => {
        const entry = entryOf(place);
        // Mapped in two ways that cost the same it is one design.
        if (entry.worlds.has(world)) return;
        entry.worlds.add(world);
        front.winners += 1;
        // Accuracy and carbon both fall from one winner to the next, so the last above a floor is the least.
        floors.forEach((floor, f) => {
          if (isWithin(designs[place]!, floor)) front.least[f] = { entry, total };
        });
      });
      fronts.set(world, front);
    }
    if (!isOwn) continue;
    for (const [f, floor] of floors.entries()) {
      const places = designs.flatMap((each, place) => (isWithin(each, floor) ? [place] : []));
      if (places.length === 0) continue;
      takeovers[f]!.push(
        ...rangesOf({ ...grid, rate: rates }, own).map(({ axis, range }) => ({
          axis,
          stretches: envelope(designs, places, box, own, axis, range).map(({ place, from, to }) => ({
            ...{ entry: entryOf(place), from, to },
          })),
        })),
      );
    }
  }

  if (entries.size === 0)
    throw new InputError(
      `No design is within the limits in any of the worlds. Most are ruled out by: ${[...new Set(searched.flatMap(({ reasons }) => reasons))].slice(0, 5).join("; ")}.`,
    );
  const ordered = [...entries.values()].sort((x, y) => y.worlds.size - x.worlds.size);
  const placeOf = new Map(ordered.map((entry, place) => [entry, place]));
  const winners = ordered.filter(({ worlds }) => worlds.size > 0);
  return {
    ...{ grid, own },
    designs: ordered.map((entry) => winningDesign(study, entry)),
    worlds: all.map((world) => {
      const front = fronts.get(world)!;
      const least = front.least.map((each) => each && { design: placeOf.get(each.entry)!, total: each.total });
      return { world, winners: front.winners, least };
    }),
    floors: floors.map((floor, f) => ({
      ...floor,
      takeovers: takeovers[f]!.map(({ axis, stretches }) => ({
        axis,
        stretches: stretches.map(({ entry, from, to }) => ({ design: placeOf.get(entry)!, from, to })),
      })),
    })),
    designCount: createSpace(study.space).size,
    winnerCount: designsOf(winners),
    everywhereCount: designsOf(winners.filter(({ worlds }) => worlds.size === all.length)),
    possibleCount: designsOf(distinct(searched)),
    chips: {
      winning: new Set(winners.map(({ design }) => design.hardware)).size,
      all: searched[0]!.request.hardware.length,
    },
  };
}

const keyOf = ({ hardware, a, b }: PlacedCandidate): string => `${hardware} ${a} ${b}`;

const isWithin = (design: PlacedCandidate, { accuracy }: Floor): boolean =>
  accuracy === null || design.accuracy >= accuracy;

type Placed = Pick<Entry, "candidates" | "design">;

const timesOf = ({ candidates, design }: Placed): number =>
  multiplicitiesOf(candidates.decomposition).of(design.a, design.b);

const designsOf = (all: readonly Placed[]): number => all.reduce((sum, each) => sum + timesOf(each), 0);

/** Every candidate of several boxes once. */
function distinct(searched: readonly Candidates[]): readonly Placed[] {
  const all = searched.flatMap((candidates) => candidates.designs.map((design) => ({ candidates, design })));
  return [...new Map(all.map((each) => [keyOf(each.design), each])).values()];
}

function winningDesign(study: Study, entry: Entry): WinningDesign {
  const { candidates, design, worlds } = entry;
  const { request, decomposition } = candidates;
  const parts = [
    request.hardware[design.hardware]!,
    decomposition.pointOf(0, design.a),
    decomposition.pointOf(1, design.b),
  ];
  return {
    point: joined(study, parts),
    accuracy: isJudgedByAccuracy(study) ? design.accuracy : null,
    designs: timesOf(entry),
    worlds: worlds.size,
  };
}

async function floorsOf(study: Study, accuracy: CommandAccuracy | null): Promise<readonly Floor[]> {
  const estimate = isJudgedByAccuracy(study) ? await ownEstimate(study, accuracy) : null;
  if (estimate === null) return [{ of: "none", accuracy: null }];
  return [
    { of: "baseline", accuracy: estimate.accuracy },
    { of: "baseline, low", accuracy: estimate.low },
  ];
}

/**
 * Rates that are searched together, the study's own among them: those that no design within the latency limit is too slow for, and each
 * other one.
 */
function ratesTogether(
  { constraints, specs: { deployment } }: Study,
  asked: readonly number[],
  own: number,
): readonly (readonly number[])[] {
  const limits = constraints.filter(({ metric, comparison }) => metric === "latency_s" && comparison === "<=");
  const slowest = Math.min(...limits.map(({ limit }) => limit));
  const world = worldOfDeployment(deployment);
  const isFree = (rate: number): boolean =>
    slowest < Infinity && keepsUp(slowest, deploymentIn(deployment, { ...world, rate })).duty <= 1;
  const rates = [...new Set([...asked, own])];
  const free = rates.filter(isFree);
  return [...(free.length > 0 ? [free] : []), ...rates.filter((rate) => !isFree(rate)).map((rate) => [rate])];
}

/** Along each axis of more than one value, where it goes, the study's own value included. */
function rangesOf(
  grid: WorldGrid,
  own: World,
): readonly { readonly axis: WorldAxis; readonly range: readonly [number, number] }[] {
  return WORLD_AXES.flatMap((axis) => {
    const values = [...grid[axis], own[axis]];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return low < high ? [{ axis, range: [low, high] as const }] : [];
  });
}

/** The study's own world and the ends of what goes out from it. */
function crossOf(grid: WorldGrid, own: World): readonly World[] {
  return [
    own,
    ...rangesOf(grid, own).flatMap(({ axis, range }) => range.map((value): World => ({ ...own, [axis]: value }))),
  ];
}

/** Uses of which carbon is not affine in life, grid, hours and rate. */
function refuseUse(study: Study): void {
  const {
    specs: { deployment },
    space,
  } = study;
  const set = space.find(
    ({ path }) => (path.startsWith("deployment.") && path !== "deployment.batch") || path === "technology.gridLevel",
  );
  if (set !== undefined)
    throw new InputError(
      `Worlds are uses of one study, and its space varies ${set.path} itself. Take it out of the space; --set changes the worlds.`,
    );
  if ((deployment.canWait ?? 0) > 0)
    throw new InputError(
      "Worlds need carbon that is proportional to grid and life; work that waits for clean hours (deployment.canWait) is not. Leave canWait out.",
    );
  if (mayBeScheduled(study, "weights"))
    throw new InputError(
      "Worlds need designs that run alike in all of them; whether weights stay on chip (schedule.weights) follows from the rate. Write schedule: { weights: false }.",
    );
  if (deployment.gridDay !== undefined)
    throw new InputError(
      "Worlds have one intensity for all hours; the study has a grid by hour. Name a region, or give deployment.gridIntensity.",
    );
}

/** Limits that mean another thing in each world, or that no sum tells. */
function refuseLimits(study: Study): void {
  const ofUse = study.constraints.find(
    ({ metric }) => !isLargest(metric) && metricOfKey(metric)?.priced.includes("idle") === true,
  );
  if (ofUse !== undefined)
    throw new InputError(
      `The limit "${ofUse.text}" is of the study's own use, and rules out other designs in every world. Take it out: in each world the least carbon is sought.`,
    );
  const judged = study.objectives.filter(({ metric }) => metric === "accuracy");
  const plain = { ...study, objectives: judged };
  if (studyOfTerms(plain) === plain) return;
  const { text } = study.constraints.find(
    (limit) => studyOfTerms({ ...plain, constraints: [limit] }).objectives.length > judged.length,
  )!;
  throw new InputError(`Worlds take limits on sums over operators; "${text}" is one on a product. Take it out.`);
}
