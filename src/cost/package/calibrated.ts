import type { Interposer } from "../../spec/package.ts";
import { power } from "../../math/index.ts";
import { nodeScaling } from "../calibrated/node.ts";
import { dieTerms, type DieTerms } from "../carbon/die-terms.ts";
import { fabProcess } from "../carbon/process.ts";
import { GRAMS_PER_KILOGRAM, MM2_PER_CM2 } from "../constants.ts";
import { factor, type FactorValues } from "../factors.ts";
import { loadTable, valueNamed } from "../table.ts";
import type { Unknown } from "../types.ts";
import { slicingFloorplan } from "./floorplan.ts";
import { dieTotal, type Stack, type StackDie } from "./stack.ts";

/*
 * Dies in one product, our own model. n dies, y the yield of one bond or placement, Y the yield of one die; everything that is joined is
 * lost with a bond that fails:
 *
 *   tested before they are joined     die = count · charged area · CPA(node) / (Y · loss)              loss = y^bonds
 *   wafer to wafer, monolithic        die = count · charged area of the largest · CPA(node) / loss     loss = y^bonds · Π Y^count
 *   bonds                             n − 1 on top of each other or on the package's own substrate, n on an interposer
 *
 * One die has no bond, and is what it is without a package. How this differs from the two tools: docs/carbon.md.
 */

/** Terms of a die: its yield includes what is lost with bonds. */
export interface JoinedDie extends DieTerms {
  readonly name: string;
}

export interface StackTerms {
  readonly dies: readonly JoinedDie[];
  /** kgCO2e, as the others. */
  readonly bonding: number;
  readonly interposer: number;
  /** Null: no volume is stated. */
  readonly design: number | null;
  /** mm2 that the dies cover, seen from above. */
  readonly footprint: number;
  /** Share of memory on top that is not lost with a bond, (0, 1]. */
  readonly memoryYield: number;
}

/** @returns Unknown for a node without tables, or a die that does not fit a wafer or yields nothing */
export function stackTerms(stack: Stack, factors: FactorValues): StackTerms | Unknown {
  const sorted: JoinedDie[] = [];
  for (const { name, area, node, count } of stack.dies) {
    const terms = dieTerms(area!, node, count, factors, null);
    if ("total" in terms) return { total: null, reason: `${name}: ${terms.reason}` };
    sorted.push({ name, ...terms });
  }
  const design = designCarbon(stack, factors);
  if (typeof design === "object" && design !== null) return design;
  const assembly = power(jointYield(stack, factors), bondCount(stack));
  const areas = stack.dies.map(({ area }) => area!);
  const covered = stack.dies.reduce((sum, { area, count }) => sum + area! * count, 0);
  const footprint = stack.kind === "3d" ? Math.max(...areas) : covered;
  if (isUnsorted(stack)) {
    const loss = sorted.reduce((product, { dieYield, dies }) => product * power(dieYield, dies), assembly);
    const chargedArea_cm2 = Math.max(...sorted.map((die) => die.chargedArea_cm2));
    const dies = sorted.map((die) => ({ ...die, chargedArea_cm2, dieYield: loss }));
    return {
      dies,
      bonding: bondingCarbon(stack, factors) / loss,
      interposer: 0,
      design,
      footprint,
      memoryYield: assembly,
    };
  }
  const interposer = interposerCarbon(stack, covered, factors);
  if (typeof interposer !== "number") return interposer;
  // Layers that are made over dies lose them where they fail.
  const isFirst = stack.interposer?.type === "fan-out" && stack.interposer.order === "chip-first";
  const loss = assembly * (isFirst ? fanOutYield(fanOutArea(stack.interposer!, covered)) : 1);
  const dies = sorted.map((die) => ({ ...die, dieYield: die.dieYield * loss }));
  const bonding = bondingCarbon(stack, factors) / loss;
  return { dies, bonding, interposer: interposer / assembly, design, footprint, memoryYield: assembly };
}

/** Whole wafers are joined, or one wafer is worked on twice: no die is tested before. */
function isUnsorted({ bonding }: Stack): boolean {
  return bonding !== null && (bonding.method === "monolithic" || bonding.step === "wafer-to-wafer");
}

function bondCount(stack: Stack): number {
  const isOnSubstrate = stack.interposer === null || stack.interposer.type === "organic";
  const dies = dieTotal(stack);
  return stack.kind === "2.5d" && !isOnSubstrate && dies > 1 ? dies : dies - 1 + (stack.hasMemory ? 1 : 0);
}

/** Yield of one bond or placement: as the product says, as the factor says, or by its kind. */
function jointYield({ kind, bonding, interposer }: Stack, factors: FactorValues): number {
  if (kind === "2.5d") return interposer?.yield ?? factor(factors, "placementYield");
  if (bonding === null) return 1;
  return bonding.yield ?? factors.bondYield ?? valueNamed(loadTable("package"), "bondYield", bondRow(bonding));
}

/** Row of the table of bonds: what is bonded die to die is as what is bonded die to wafer. */
export function bondRow({
  method,
  step,
}: Pick<NonNullable<Stack["bonding"]>, "method" | "step">): Readonly<Record<string, string>> {
  const isWafers = method === "monolithic" || step === "wafer-to-wafer";
  return { method, step: isWafers ? "wafer-to-wafer" : "die-to-wafer" };
}

/** Bonds by the smaller of the two areas, and vias through every die but the top one, kgCO2e before losses. */
function bondingCarbon({ dies, bonding, hasMemory }: Stack, factors: FactorValues): number {
  if (bonding === null || bonding.method === "monolithic") return 0;
  const all = dies.flatMap(({ area, count }) => Array<number>(count).fill(area!));
  const energy = factors.bondEnergy ?? valueNamed(loadTable("package"), "bondEnergy", { method: bonding.method });
  // Memory is taken to be as large as the die that it stands on.
  const top = hasMemory ? all.at(-1)! : 0;
  const bonded = all.slice(1).reduce((sum, area, below) => sum + Math.min(area, all[below]!), top);
  const pierced = all.slice(0, -1).reduce((sum, area) => sum + area, top);
  const kilowattHours = (bonded * energy + pierced * factor(factors, "viaEnergy")) / MM2_PER_CM2;
  return (kilowattHours * factor(factors, "fabIntensity")) / GRAMS_PER_KILOGRAM;
}

/** kgCO2e of one that is good, before losses of what is put on it. */
function interposerCarbon({ kind, dies, interposer }: Stack, covered: number, factors: FactorValues): number | Unknown {
  if (kind !== "2.5d" || interposer === null || interposer.type === "organic" || dieTotal({ dies }) === 1) return 0;
  const table = loadTable("package");
  const passive = (mm2: number): number => (mm2 / MM2_PER_CM2) * factor(factors, "interposerCarbon");
  const silicon = interposer.area ?? covered * valueNamed(table, "interposerRatio");
  switch (interposer.type) {
    case "silicon":
      return passive(silicon);
    case "bridge":
      return passive(interposer.area ?? bridges(dies) * valueNamed(table, "bridgeArea"));
    case "fan-out": {
      const mm2 = fanOutArea(interposer, covered);
      const made = (mm2 * factor(factors, "fanOutEnergy") * factor(factors, "fabIntensity")) / MM2_PER_CM2;
      return made / GRAMS_PER_KILOGRAM / fanOutYield(mm2);
    }
    case "active":
      return activeCarbon(silicon, interposer, factors);
  }
}

function fanOutArea({ area }: Interposer, covered: number): number {
  return area ?? covered * valueNamed(loadTable("package"), "fanOutRatio");
}

function fanOutYield(mm2: number): number {
  const table = loadTable("package");
  const clustering = valueNamed(table, "fanOutClustering");
  return power(1 + ((mm2 / MM2_PER_CM2) * valueNamed(table, "fanOutDefects")) / clustering, -clustering);
}

/** Bridges between neighbours of a floorplan. */
function bridges(dies: readonly StackDie[]): number {
  const table = loadTable("package");
  const areas = dies.flatMap(({ area, count }) => Array<number>(count).fill(area!));
  return slicingFloorplan(areas, valueNamed(table, "dieGap"), valueNamed(table, "bridgePitch")).interfaces;
}

/** An interposer with transistors is a die of its node. */
function activeCarbon(mm2: number, { node }: Interposer, factors: FactorValues): number | Unknown {
  const terms = dieTerms(mm2, node, 1, factors, null);
  const process = fabProcess(node, factors);
  if ("total" in terms) return terms;
  if ("total" in process) return process;
  const { energyPerArea, gasPerArea, materialPerArea } = process;
  const perArea = factor(factors, "fabIntensity") * energyPerArea + gasPerArea + materialPerArea;
  return (terms.chargedArea_cm2 * perArea) / terms.dieYield / GRAMS_PER_KILOGRAM;
}

/**
 * Design of all dies, kgCO2e of one product:
 *
 *   Σ over the designs of  iterations · transistors · energy of a transistor · CI · count / dies of the design that are made
 */
function designCarbon({ dies, volume, designIterations }: Stack, factors: FactorValues): number | null | Unknown {
  if (volume === null) return null;
  let total = 0;
  for (const { name, area, node, count, volume: made } of dies) {
    const scaling = nodeScaling(node);
    if ("total" in scaling) return { total: null, reason: `design of ${name}: ${scaling.reason}` };
    const billions = (area! * scaling.transistorDensity) / 1000;
    const kilowattHours = designIterations * billions * factor(factors, "designEnergy");
    const grams = kilowattHours * factor(factors, "fabIntensity");
    total += (grams * count) / (made ?? volume * count) / GRAMS_PER_KILOGRAM;
  }
  return total;
}
