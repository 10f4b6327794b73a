import type { Circuit, InterposerType } from "../../spec/package.ts";
import { power } from "../../math/index.ts";
import { GRAMS_PER_KILOGRAM, MM2_PER_CM2 } from "../constants.ts";
import { diesPerWafer } from "../carbon/yield.ts";
import { CostError } from "../errors.ts";
import { loadTable, valueNamed } from "../table.ts";
import { slicingFloorplan } from "./floorplan.ts";
import {
  areaOf,
  checkNode,
  dieTotal,
  notInTool,
  stackCarbon,
  type Stack,
  type StackCarbon,
  type StackDie,
} from "./stack.ts";

/*
 * The tool ECO-CHIP (Sudarshan et al., HPCA 2024; BSD-3-Clause) as it computes, its equations written anew:
 *
 *   die      = s · A · c / Y + (π d²/4 − ⌊n⌋ · s · A) · c / n          A as if the die were made at 7 nm, s by circuit and node
 *   Y        = (1 + D · s · A / α)^(−α)                                n dies of a wafer of 450 mm
 *   design   = iterations / volume · s · A · transistors / (8 · 3645.8333 per hour) · 10 W · 700 g/kWh
 *
 * Iterations are 90: the tool reads another number and loses it on the way (its fault at commit fe998d9, which its printed cases have).
 * What joins the dies is at {@link joined}. Figures: tables/eco-chip.yaml.
 * Checked: test/validation/cost/package-tools.test.ts
 */

const NAME = "eco-chip";
const WATTS_PER_KILOWATT = 1000;
const NODES = [7, 10, 14, 22, 28];
const WITH_INTERPOSER = [...NODES, 65];

const figure = (name: string, at: Readonly<Record<string, number | string>> = {}): number =>
  valueNamed(loadTable("eco-chip"), name, at);

/** One chiplet. */
interface Chiplet {
  readonly name: string;
  readonly node: number;
  readonly circuit: Circuit;
  /** As if it were made at 7 nm, mm2. */
  readonly area: number;
  /** Over 7 nm. */
  readonly scale: number;
  readonly volume: number | null;
}

/**
 * @param intensity grid of the servers that design it, gCO2e/kWh; the carbon per area has a grid of its own inside
 * @returns grams over 1000; `package` is the tool's packaging with its routers
 * @throws CostError for nodes, interposers and bonds that the tool does not know
 */
export function ecoChipCarbon(stack: Stack, intensity = figure("designIntensity")): StackCarbon {
  const chiplets = chipletsOf(stack);
  const packaging = chiplets.length === 1 ? { carbon: 0, design: 0 } : joined(stack, chiplets);
  let at = 0;
  const dies = stack.dies.map(({ name, count }) => {
    const equal = chiplets.slice(at, (at += count));
    const carbon = equal.reduce((sum, chiplet) => sum + dieGrams(chiplet), 0) / GRAMS_PER_KILOGRAM;
    return { name, carbon, yield: yieldOf(equal[0]!.node, equal[0]!.scale * equal[0]!.area) };
  });
  const { volume } = stack;
  const designIterations = figure("designIterations");
  const spread = (kilowattHours: number, made: number): number =>
    (kilowattHours * intensity * designIterations) / made / GRAMS_PER_KILOGRAM;
  const design =
    volume === null
      ? null
      : chiplets.reduce((sum, each) => sum + spread(designEnergy(each), each.volume ?? volume), 0) +
        spread(packaging.design, volume);
  return stackCarbon({ dies, bonding: 0, interposer: 0, package: packaging.carbon / GRAMS_PER_KILOGRAM, design });
}

/** What the tool does with its input that nobody would expect; nothing where nothing is. */
export function ecoChipNotes({ volume, designIterations }: Stack): readonly string[] {
  const counted = figure("designIterations");
  if (volume === null || designIterations === counted) return [];
  return [`the tool counts ${counted} iterations of design, whatever is stated: ${designIterations} here`];
}

/** Use over a life as the tool counts it, kgCO2e: each die's share of the power by its area, two thirds of the time on, a fifth of that computing, at a tenth of it. */
export function ecoChipUse(stack: Stack, watts: number, hours: number, intensity = figure("useIntensity")): number {
  const chiplets = chipletsOf(stack);
  const whole = chiplets.reduce((sum, { area }) => sum + area, 0);
  const grams = chiplets.reduce((sum, { area, node, circuit }) => {
    const dynamic = figure("dynamicShare", { node });
    const busy = dynamic * figure("activeTime") + (1 - dynamic);
    const mean =
      ((watts * area) / whole) * figure("powerScale", { circuit, node }) * figure("onTime") * figure("meanPower");
    return sum + (mean * busy * hours * intensity) / WATTS_PER_KILOWATT;
  }, 0);
  return grams / GRAMS_PER_KILOGRAM;
}

/** Area of a die over that at 7 nm. @throws CostError cost/profile-node */
export function ecoChipScale({ circuit, node }: Pick<StackDie, "circuit" | "node">, at: number): number {
  checkNode(NAME, `package.dies[${at}].node`, node, NODES);
  return figure("areaScale", { circuit, node });
}

function chipletsOf(stack: Stack): readonly Chiplet[] {
  return stack.dies.flatMap((die, at) => {
    const { name, node, circuit, count, volume } = die;
    const scale = ecoChipScale(die, at);
    return Array<Chiplet>(count).fill({ name, node, circuit, area: areaOf(die, at), scale, volume });
  });
}

/** Of a density as the tool has it, or a part of it. */
function yieldOf(node: number, mm2: number, part = 1): number {
  const clustering = figure("clustering");
  const defects = (figure("defectDensity", { node }) * part * mm2) / MM2_PER_CM2;
  return power(1 + defects / clustering, -clustering);
}

/** Processed silicon without edge, g. */
const silicon = (node: number, mm2: number, yielded: number): number =>
  (mm2 * figure("carbonPerArea", { node })) / yielded;

/** A good die and its part of the wafer that is no die. */
function dieGrams({ name, node, area, scale }: Chiplet): number {
  const mm2 = scale * area;
  const diameter = figure("waferDiameter");
  const dies = diesPerWafer(mm2, diameter);
  if (dies <= 0)
    throw new CostError("cost/die-area", "package.dies", `the die "${name}" of ${mm2} mm2 does not fit a wafer.`);
  const rest = (Math.PI * diameter * diameter) / 4 - Math.floor(dies) * mm2;
  return silicon(node, mm2, yieldOf(node, mm2)) + (rest * figure("carbonPerArea", { node })) / dies;
}

/** Design of one iteration, kWh. */
function designEnergy({ node, area, scale }: Pick<Chiplet, "node" | "area" | "scale">): number {
  const transistors = scale * area * figure("transistorDensity", { node });
  const hours = transistors / figure("transistorsPerGate") / figure("gatesPerHour");
  return (hours * figure("corePower")) / WATTS_PER_KILOWATT;
}

interface Packaging {
  /** g. */
  readonly carbon: number;
  /** kWh an iteration. */
  readonly design: number;
}

/**
 * What joins several chiplets, over the bonding yield:
 *
 *   silicon   metal layers of an interposer under the floorplan + routers          fan-out: 6 of its 8 metal layers
 *   bridge    metal layers of 25 mm2 at 22 nm for each interface + routers
 *   active    as silicon, without the routers' area, + the routers' area as silicon with transistors
 *   3d        what the through-silicon vias add to the dies + routers
 *
 * The areas that it meets are those of the node; the tool scales those of vias and routers by the node once more.
 */
function joined(stack: Stack, chiplets: readonly Chiplet[]): Packaging {
  if (stack.kind === "3d") return stacked(stack, chiplets);
  const { interposer } = stack;
  if (interposer === null || interposer.type === "organic")
    throw notInTool(NAME, "package.interposer", "an organic substrate", ["fan-out", "bridge", "silicon", "active"]);
  checkNode(NAME, "package.interposer.node", interposer.node, WITH_INTERPOSER);
  const { sides, interfaces } = slicingFloorplan(
    chiplets.map(({ area, scale }) => scale * area),
    figure("chipletGap"),
    figure("bridgePitch"),
  );
  const mm2 = interposer.area ?? sides[0] * sides[1];
  const { node } = interposer;
  const whole = silicon(node, mm2, yieldOf(node, mm2));
  const yielded = interposer.yield ?? figure("bondingYield");
  if (interposer.type === "active") {
    const routers = (whole * figure("activeRouterArea") * chiplets.length) / mm2;
    const metal = figure("metalShare", { node: figure("activeMetalNode") });
    return { carbon: ((whole - routers) * metal + routers) / yielded, design: 0 };
  }
  const layers = layersGrams(interposer.type, whole, interfaces, interposer);
  const routers = routersOf(chiplets);
  return { carbon: (layers + routers.carbon) / yielded, design: routers.design };
}

function layersGrams(
  type: Exclude<InterposerType, "organic" | "active">,
  whole: number,
  interfaces: number,
  { node, layers }: NonNullable<Stack["interposer"]>,
): number {
  if (type === "bridge") {
    const [at, area] = [figure("bridgeNode"), figure("bridgeArea")];
    const all = yieldOf(at, area * interfaces, figure("packagingDefects"));
    return silicon(at, area * interfaces, all) * figure("metalShare", { node: at });
  }
  const metal = whole * figure("metalShare", { node });
  return type === "silicon" ? metal : (metal * layers) / figure("metalLayers");
}

function stacked({ bonding, dies }: Stack, chiplets: readonly Chiplet[]): Packaging {
  const [pitch, size] = [figure("tsvPitch"), figure("tsvSize")];
  const vias = chiplets.reduce((sum, { node, area, scale }) => {
    const made = scale * area;
    const row = Math.floor(Math.sqrt(made) / pitch);
    const cost = (mm2: number): number => silicon(node, scale * mm2, yieldOf(node, scale * mm2));
    return sum + cost(made + row * row * size * size) - cost(made);
  }, 0);
  const routers = routersOf(chiplets);
  const yielded = power(bonding?.yield ?? figure("bondingYield"), dieTotal({ dies }));
  return { carbon: (vias + routers.carbon) / yielded, design: routers.design };
}

/** A router in each chiplet; where all have one node, they share one yield. */
function routersOf(chiplets: readonly Chiplet[]): Packaging {
  const sized = chiplets.map(({ circuit, node, scale }) => {
    const area = figure("routerArea") / figure("areaScale", { circuit, node: figure("routerNode") });
    return { node, area, scale };
  });
  const isOne = sized.every(({ node }) => node === sized[0]!.node);
  const together = sized.reduce((sum, { area, scale }) => sum + scale * area, 0);
  return sized.reduce<Packaging>(
    ({ carbon, design }, router) => {
      const mm2 = router.scale * router.area;
      const yielded = yieldOf(router.node, isOne ? together : mm2);
      return { carbon: carbon + silicon(router.node, mm2, yielded), design: design + designEnergy(router) };
    },
    { carbon: 0, design: 0 },
  );
}
