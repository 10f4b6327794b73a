import { power } from "../../math/index.ts";
import { GRAMS_PER_KILOGRAM, MM2_PER_CM2 } from "../constants.ts";
import {
  binomial,
  figure3d as figure,
  NAME_3D_CARBON,
  toolDie,
  wholeDies,
  withVias,
  type ToolDie,
} from "./carbon-3d-die.ts";
import { dieTotal, notInTool, stackCarbon, type Stack, type StackCarbon } from "./stack.ts";

/*
 * The tool 3D-Carbon (Zhao et al., DAC 2024) as it computes; no code of it is used, since it has no licence. Grams over 1000:
 *
 *   die        = (E · CI + γ · G + M) · wafer area / whole dies / Y       E = EPA + (layers − layers of the node) · energy of a layer, γ = E / EPA
 *   interposer = (1.2 or 0.2 · CI + 250) · wafer area / whole interposers / Y    package = area · energy of its type · CI
 *
 * How the dies of each way of joining are charged is at the functions below, faults of the tool included and named.
 * Figures: tables/carbon-3d.yaml. Checked: test/validation/cost/package-tools.test.ts
 */

type Parts = Omit<StackCarbon, "embodied">;

/**
 * @param intensity grid of the fab, gCO2e/kWh
 * @throws CostError for nodes, interposers and bonds that the tool does not know
 */
export function carbon3d(stack: Stack, intensity: number, edition: Edition3d = "parameters"): StackCarbon {
  const dies = stack.dies.map((die, at) => toolDie(die, at));
  const parts = stack.kind === "3d" ? stacked(stack, dies, intensity) : sideBySide(stack, dies, intensity, edition);
  return stackCarbon(parts);
}

/** The energy of silicon without transistors is 1.2 kWh/cm2 in the tool's file of parameters, and 0.2 in what its README prints. */
export type Edition3d = "parameters" | "readme";

/** Intensity of a region of the tool, gCO2e/kWh. */
export function intensityOf3d(region: string): number {
  return figure("intensity", { region });
}

/** g, of `count` equal dies with their vias; `yielded` null: of silicon that is not sorted, whose material follows γ too. */
function diesGrams(die: ToolDie, intensity: number, yielded: number | null, vias = 0): number {
  const { node, layers, count, area, perWafer } = die;
  const energy = figure("energyPerArea", { node });
  const more = energy + (layers - figure("layers", { node })) * figure("layerEnergy", { node });
  const gamma = more / energy;
  const material = figure("materialPerArea", { node }) * (yielded === null ? gamma : 1);
  const perArea = more * intensity + gamma * figure("gasPerArea", { node }) + material;
  const through = figure("viaEnergy") * intensity * area * vias;
  return ((perArea * waferArea()) / perWafer / (yielded ?? 1)) * count + through;
}

/** cm2. */
const waferArea = (): number => (Math.PI * figure("waferDiameter") * figure("waferDiameter")) / 4 / MM2_PER_CM2;

/** g, of one good piece of silicon without transistors. */
function interposerGrams(area: number, intensity: number, edition: Edition3d): number {
  const perArea = figure("interposerEnergy", { edition }) * intensity + figure("interposerMaterial");
  return (perArea * waferArea()) / wholeDies(area) / binomial(area, { interposer: "silicon" });
}

const kilograms = (grams: number): number => grams / GRAMS_PER_KILOGRAM;

function packageOf(stack: Stack, footprint: number, intensity: number, energy: string): number {
  const area = stack.packageArea ?? footprint * figure("packageRatio");
  return kilograms(area * figure(energy) * intensity);
}

/**
 * One die, or dies side by side: organic (MCM), fan-out (InFO), bridge (EMIB), silicon. Dies on anything but the organic substrate are divided
 * by 0.96 for each die that is put on it; with chip-first layers by the yield of the layers instead. Four bridges for each die. Of bonding
 * only that of chip-last layers is counted, and without the intensity of the grid: kWh are added as if they were grams.
 */
function sideBySide(stack: Stack, dies: readonly ToolDie[], intensity: number, edition: Edition3d): Parts {
  const type = stack.interposer?.type ?? "organic";
  if (type === "active")
    throw notInTool(NAME_3D_CARBON, "package.interposer", "an active interposer", [
      "organic",
      "fan-out",
      "bridge",
      "silicon",
    ]);
  const footprint = dies.reduce((sum, { area, count }) => sum + area * count, 0);
  const { order = "chip-last", area: stated = null } = stack.interposer ?? {};
  const fanOut = stated ?? footprint * figure("fanOutRatio");
  const layerYield = type === "fan-out" ? binomial(fanOut, { interposer: type }) : 1;
  const isFirst = type === "fan-out" && order === "chip-first";
  const step = stack.interposer?.yield ?? figure("bondingYield", { method: "micro-bump", step: "die-to-wafer" });
  const bonds = type === "organic" || isFirst ? 1 : power(step, dieTotal({ dies: stack.dies }));
  const loss = isFirst ? layerYield : bonds;
  const layers = (fanOut * intensity * figure("fanOutEnergy")) / layerYield / bonds;
  const silicon = stated ?? footprint * figure("siliconRatio");
  const interposer = {
    organic: () => 0,
    "fan-out": () => layers,
    bridge: () =>
      interposerGrams(stated ?? figure("bridgeArea"), intensity, edition) *
      figure("bridgesPerDie") *
      dieTotal({ dies: stack.dies }),
    silicon: () => interposerGrams(silicon, intensity, edition),
  }[type]();
  return {
    dies: dies.map((die) => priced(die, diesGrams(die, intensity, die.yield) / loss)),
    bonding: type === "fan-out" && !isFirst ? kilograms((fanOut * figure("bumpEnergy")) / bonds) : 0,
    interposer: kilograms(interposer),
    package: packageOf(stack, footprint, intensity, "ballEnergy"),
    design: null,
  };
}

const priced = ({ name, yield: yielded }: ToolDie, grams: number): Parts["dies"][number] => ({
  ...{ name, carbon: kilograms(grams), yield: yielded },
});

function stacked(stack: Stack, plain: readonly ToolDie[], intensity: number): Parts {
  const { method, step, faces, yield: stated } = stack.bonding!;
  if (method === "monolithic") return monolithic(stack, plain, intensity);
  const footprint = plain[0]!.area;
  const dies = faces === "face-to-face" ? faceToFace(plain) : faceToBack(plain);
  const isBump = method === "micro-bump";
  const energy = figure(isBump ? "bumpEnergy" : "hybridBondEnergy") * intensity;
  const wafers = step === "wafer-to-wafer";
  const each = stated ?? figure("bondingYield", { method, step: wafers ? step : "die-to-wafer" });
  const all = dies.reduce((sum, { count }) => sum + count, 0);
  // Vias go through every die but the first; of equal dies, through all but one of them.
  const vias = ({ count }: ToolDie, at: number): number => count - (at === 0 ? 1 : 0);
  if (wafers) {
    const loss = power(each, all) * dies.reduce((product, { yield: of, count }) => product * power(of, count), 1);
    return {
      dies: dies.map((die, at) => priced(die, diesGrams(die, intensity, null, vias(die, at)) / loss)),
      bonding: kilograms((footprint * energy * (isBump ? 1 : all - 1)) / loss),
      ...{ interposer: 0, design: null },
      package: packageOf(stack, footprint, intensity, isBump ? "waferLevelEnergy" : "ballEnergy"),
    };
  }
  // The tool counts no dies before it raises the yield of a micro-bump to their number, and takes that of one hybrid bond.
  const loss = isBump && stated === undefined ? 1 : each;
  return {
    dies: dies.map((die, at) => {
      const thinned = isBump || at === 0 ? die : { ...die, layers: fewerLayers(die.layers) };
      return priced(die, diesGrams(thinned, intensity, die.yield, vias(die, at)) / loss);
    }),
    bonding: kilograms(dies.reduce((sum, { area, yield: of }) => sum + (area * energy) / loss / of, 0)),
    ...{ interposer: 0, design: null },
    package: packageOf(stack, footprint, intensity, isBump ? "waferLevelEnergy" : "ballEnergy"),
  };
}

/** Dies that share their wires with a neighbour need two thirds of the layers. */
const fewerLayers = (layers: number): number => Math.trunc((layers * 2) / 3);

/** The tool takes the second die as everyone's neighbour. */
function faceToFace(dies: readonly ToolDie[]): readonly ToolDie[] {
  const second = dies[1];
  if (second === undefined)
    throw notInTool(NAME_3D_CARBON, "package.dies", "a face-to-face stack of equal dies under one name", [
      "two dies of different names",
    ]);
  return dies.map((die) => withVias(die, second === die ? die.gates : second.gates));
}

/** All but the last have vias, to the die before them; the first, to the last. */
function faceToBack(dies: readonly ToolDie[]): readonly ToolDie[] {
  const last = dies.length - 1;
  return dies.map((die, at) => (at === last ? die : withVias(die, dies[at === 0 ? last : at - 1]!.gates)));
}

/** Two layers of transistors on one wafer, charged as one die of a lower yield; the footprint is 1.2 times the die's. */
function monolithic(stack: Stack, dies: readonly ToolDie[], intensity: number): Parts {
  const die = dies[0]!;
  const { node, area } = die;
  const clustering = figure("clustering", { node });
  const upper = figure("monolithicDefects");
  const once = power(1 + (area * figure("defectDensity", { node })) / clustering, clustering);
  const yielded = 1 / ((1 + upper) * power(once, upper) * once);
  const grams = diesGrams({ ...die, count: 1, layers: fewerLayers(die.layers) }, intensity, yielded);
  return {
    dies: [{ name: die.name, carbon: kilograms(grams), yield: yielded }],
    ...{ bonding: 0, interposer: 0, design: null },
    package: packageOf(stack, area * figure("monolithicRatio"), intensity, "ballEnergy"),
  };
}
