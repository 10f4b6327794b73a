import { power } from "../../math/index.ts";
import { CostError } from "../errors.ts";
import { loadTable, valueNamed } from "../table.ts";
import { checkNode, type StackDie } from "./stack.ts";

export const NAME_3D_CARBON = "3d-carbon";
const NODES = [3, 5, 7, 8, 10, 12, 14, 20, 28];
const METRES_PER_NM = 1e-9;
const MM2_PER_M2 = 1e6;

export const figure3d = (name: string, at: Readonly<Record<string, number | string>> = {}): number =>
  valueNamed(loadTable("carbon-3d"), name, at);

/** A die as 3D-Carbon knows it; of one. */
export interface ToolDie {
  readonly name: string;
  readonly count: number;
  readonly node: number;
  /** mm2. */
  readonly area: number;
  readonly gates: number;
  readonly layers: number;
  readonly yield: number;
  /** Whole dies of a wafer. */
  readonly perWafer: number;
  /** Whether the area is by its gates, so that vias add to it. */
  readonly isEstimated: boolean;
  readonly drivers: number | null;
}

/**
 * Area, gates, metal layers and yield of a die, of which some are given:
 *
 *   area  = gates · 400 F² (in mm2) + drivers · 0.014, or times 1.1 without drivers         F the feature size = node
 *   layers = min(layers of the node + 3, ⌊4 · gates · L · 3.6 F / (0.3 · area) + 1⌋)        L mean wire length, by Rent's rule
 *   Y     = (1 + D · area / α)^(−α)
 *
 * @throws CostError cost/die-area where neither is given, cost/profile-node
 * @source 3D-Carbon (DAC 2024), its estimates of dies, written anew
 */
export function toolDie(die: StackDie, at: number): ToolDie {
  const { name, count, node, drivers } = die;
  checkNode(NAME_3D_CARBON, `package.dies[${at}].node`, node, NODES);
  if (die.area === null && die.gates === null)
    throw new CostError("cost/die-area", `package.dies[${at}].area`, `the die "${name}" needs one, or gates.`);
  const gateArea = gateMm2(node);
  const gates = die.gates ?? die.area! / gateArea;
  const area = die.area ?? areaOfGates(gates, node, drivers);
  const layers = die.layers ?? layersOf(gates, area, node);
  return { name, count, node, gates, layers, drivers, isEstimated: die.area === null, ...sized(node, area) };
}

/** The same with the vias that lead to a die of so many gates, where the area is an estimate. */
export function withVias(die: ToolDie, neighbourGates: number): ToolDie {
  if (!die.isEstimated) return die;
  const own = areaOfGates(die.gates, die.node, die.drivers);
  return { ...die, ...sized(die.node, own + viasBetween(die.gates, neighbourGates) * figure3d("viaArea")) };
}

/** mm2. */
function gateMm2(node: number): number {
  const feature = node * METRES_PER_NM;
  return figure3d("gateArea") * feature * feature * MM2_PER_M2;
}

function areaOfGates(gates: number, node: number, drivers: number | null): number {
  const logic = gates * gateMm2(node);
  return drivers === null ? logic * figure3d("pinShare") : logic + drivers * figure3d("pinArea");
}

function sized(node: number, area: number): Pick<ToolDie, "area" | "yield" | "perWafer"> {
  return { area, yield: binomial(area, { node }), perWafer: wholeDies(area) };
}

/** Negative binomial yield of an area, mm2. */
export function binomial(area: number, at: Readonly<Record<string, number | string>>): number {
  const clustering = figure3d("clustering", at);
  return power(1 + (area * figure3d("defectDensity", at)) / clustering, -clustering);
}

/** Whole dies of a wafer. @throws CostError cost/die-area where there is none */
export function wholeDies(area: number): number {
  const d = figure3d("waferDiameter");
  const dies = Math.trunc((Math.PI * d * d) / 4 / area - (Math.PI * d) / Math.sqrt(2 * area));
  if (dies >= 1) return dies;
  throw new CostError("cost/die-area", "package", `${area} mm2 do not fit a wafer of ${d} mm.`);
}

/**
 * Mean length of wires on a die of N gates, in pitches of gates:
 *
 *   2/9 · (1 − 4^(p−1)) / (1 − N^(p−1)) · ((7 N^(p−½) − 1) / (4^(p−½) − 1) − (1 − N^(p−3/2)) / (1 − 4^(p−3/2)))
 *
 * The tool leaves out the «− 1» of the first denominator, and so does this.
 * @source Donath, IEEE TCAS 26, 1979, as 3D-Carbon has it
 */
function meanWire(gates: number, p: number): number {
  return (
    (((2 / 9) * (1 - power(4, p - 1))) / (1 - power(gates, p - 1))) *
    ((7 * power(gates, p - 0.5) - 1) / power(4, p - 0.5) - (1 - power(gates, p - 1.5)) / (1 - power(4, p - 1.5)))
  );
}

/** Metal layers that the wires need, at most three more than the node has. */
function layersOf(gates: number, area: number, node: number): number {
  const pitch = figure3d("wirePitch") * node * METRES_PER_NM;
  const wires = figure3d("fanOut") * gates * meanWire(gates, figure3d("rentExponent")) * pitch;
  const needed = Math.trunc(wires / (figure3d("wireUse") * area) + 1);
  return Math.min(figure3d("layers", { node }) + 3, needed);
}

/** Wires between two dies by Rent's rule: those of both together that neither has alone. */
function viasBetween(a: number, b: number): number {
  const [k, p, fanOut] = [figure3d("rentCount"), figure3d("rentExponentDies"), figure3d("fanOut")];
  const wires = (gates: number): number => (fanOut / (fanOut + 1)) * k * gates * (1 - power(gates, p - 1));
  return wires(a + b) - wires(a) - wires(b);
}
