import type { Hardware } from "../spec/hardware.ts";
import type { Technology } from "../spec/technology.ts";
import { dramType } from "./dram.ts";
import { factorCatalogue, factorsOf, FACTOR_NAMES, type FactorName, type PackageFactor } from "./factors.ts";
import { linkNameOf, linkTypes } from "../spec/die-links.ts";
import { isStack, partsOf } from "../spec/stack.ts";
import { bondRow } from "./package/calibrated.ts";
import { harvestOf } from "./silicon.ts";
import { findRow, loadTable, type TableRow } from "./table.ts";

/** One factor as it acts on one design, with its past. */
export interface FactorInUse {
  readonly name: FactorName;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  readonly source: string;
  readonly year: number;
  readonly note: string;
  /** Set by the user: then low and high are the value itself. */
  readonly isOverridden: boolean;
}

/**
 * Every factor that acts on this design: overridden, default of the profile, or the row of the table that the factor stands
 * for (DRAM type, process node). Factors without a number here (no such type or node) are left out.
 */
export function factorsInUse(hardware: Hardware, technology: Technology): readonly FactorInUse[] {
  return FACTOR_NAMES.flatMap((name) => factorInUse(name, hardware, technology) ?? []);
}

/** Null: the profile does not use the factor, or no table row gives it a number for this design. */
export function factorInUse(name: FactorName, hardware: Hardware, technology: Technology): FactorInUse | null {
  const factor = factorCatalogue().get(name);
  const profile = factor?.[technology.profile];
  if (!factor || !profile || !isOfSilicon(name, hardware, technology)) return null;
  const value = factorsOf(technology)[name];
  const { unit } = factor;
  if (Object.hasOwn(technology.factors, name) && value !== null) {
    const past = { source: "set by the user", year: profile.year, note: "" };
    return { name, value, low: value, high: value, unit, ...past, isOverridden: true };
  }
  const row = value === null ? rowBehind(name, hardware) : profile;
  if (!row || row.value === null || row.low === null || row.high === null) return null;
  const { low, high, source, year, note } = row;
  return { name, value: row.value, low, high, unit, source, year, note, isOverridden: false };
}

/** Factors that act on what a chip states, and on nothing else; of its package, which then takes the place of one IC of any size. */
function isOfSilicon(name: FactorName, hardware: Hardware, technology: Technology): boolean {
  const { silicon } = hardware;
  const isSized = hardware.package?.area !== undefined;
  const isPackaged = (silicon?.package !== undefined || isSized) && technology.profile === "calibrated";
  switch (name) {
    case "coreShare":
    case "wholeShare":
      return harvestOf(hardware) !== null;
    case "packageAreaRatio":
      return isPackaged && !isSized;
    case "packageEnergyPerArea":
      return isPackaged;
    case "phyAreaLevel":
      return !partsOf(hardware).has("dram");
    case "interposerCarbon":
      return (isPackaged && silicon?.package === "interposer") || isOnPassiveSilicon(hardware, technology);
    case "boardLevel":
      return silicon?.board !== undefined;
    case "bondYield":
    case "bondEnergy":
    case "viaEnergy":
    case "placementYield":
    case "fanOutEnergy":
    case "designEnergy":
    case "linkEnergy":
    case "stackedDramShare":
      return isOfPackage(name, hardware, technology);
    case "packageCarbon":
      return !isPackaged;
    default:
      return true;
  }
}

function isOnPassiveSilicon(hardware: Hardware, { profile, packaging }: Technology): boolean {
  const type = isStack(hardware) ? hardware.package?.interposer?.type : undefined;
  return profile === "calibrated" && packaging === undefined && (type === "silicon" || type === "bridge");
}

/** Factors of products of several dies, priced by our own equations. */
function isOfPackage(name: PackageFactor, hardware: Hardware, technology: Technology): boolean {
  const { package: of } = hardware;
  if (of === undefined || technology.profile !== "calibrated") return false;
  const isPricedHere = technology.packaging === undefined;
  if (name === "designEnergy") return of.volume !== undefined && isPricedHere;
  if (!isStack(hardware)) return false;
  const isOnTop = partsOf(hardware).has("dram");
  switch (name) {
    case "linkEnergy":
      return true;
    case "stackedDramShare":
      return isOnTop;
    case "bondYield":
      return isPricedHere && of.bonding !== undefined && of.bonding.yield === undefined;
    case "bondEnergy":
    case "viaEnergy":
      return isPricedHere && of.bonding !== undefined && of.bonding.method !== "monolithic";
    case "placementYield":
      return isPricedHere && of.interposer !== undefined && of.interposer.yield === undefined;
    case "fanOutEnergy":
      return isPricedHere && of.interposer?.type === "fan-out";
  }
}

/** Row of what joins the dies. */
function rowOfPackage(name: FactorName, { package: of }: Hardware): TableRow | undefined {
  if (of === undefined) return undefined;
  if (name === "bondYield" && of.bonding !== undefined) return findRow(loadTable("package"), name, bondRow(of.bonding));
  if (name === "bondEnergy" && of.bonding !== undefined)
    return findRow(loadTable("package"), name, { method: of.bonding.method });
  if (name !== "linkEnergy") return undefined;
  const { energy, source, year } = linkTypes().get(linkNameOf(of))!;
  const row = { name, at: {}, unit: "pJ/bit", source, year, note: "" };
  const stated = of.link?.energy;
  return stated === undefined ? { ...row, ...energy } : { ...row, value: stated, low: stated, high: stated };
}

const PROCESS_COLUMNS: Partial<Record<FactorName, string>> = {
  fabEnergyPerArea: "EPA",
  materialPerArea: "MPA",
  defectDensity: "defectDensity",
};
const DRAM_COLUMNS: Partial<Record<FactorName, string>> = {
  dramEnergyPerBit: "energyPerBit",
};

function rowBehind(name: FactorName, hardware: Hardware): TableRow | undefined {
  if (name === "packageEnergyPerArea") {
    const type = hardware.silicon?.package;
    return type === undefined ? undefined : findRow(loadTable("package"), "energyPerArea", { type });
  }
  const joint = rowOfPackage(name, hardware);
  if (joint !== undefined) return joint;
  const process = PROCESS_COLUMNS[name];
  if (process) return findRow(loadTable("process"), process, { node: hardware.node });
  if (name === "dramCarbonPerGB") return dramType(hardware.dram?.type ?? null)?.carbonPerGB;
  const dram = DRAM_COLUMNS[name];
  return dram && hardware.dram?.type ? findRow(loadTable("dram"), dram, { type: hardware.dram.type }) : undefined;
}
