import type { Hardware } from "../../spec/hardware.ts";
import { isStack, partsOf } from "../../spec/stack.ts";
import type { Technology } from "../../spec/technology.ts";
import { breakdown, known, lowerBound } from "../../metrics/index.ts";
import { GRAMS_PER_KILOGRAM, MM2_PER_CM2 } from "../constants.ts";
import { soldGigabytes } from "../../spec/dram-sold.ts";
import { DIE_AREA_RULE, dramType } from "../dram.ts";
import { factor, factorsOf, type FactorValues, type Profile } from "../factors.ts";
import type { Area, EmbodiedCarbon, Unknown } from "../types.ts";
import type { PackageType } from "../../spec/silicon.ts";
import { coreDieArea, dieCount, harvestOf, largestDie, memoryStacks } from "../silicon.ts";
import { stackTerms, type StackTerms } from "../package/calibrated.ts";
import { hardwareStack, toolCarbon } from "../package/hardware.ts";
import type { StackCarbon } from "../package/stack.ts";
import { loadTable, valueNamed } from "../table.ts";
import { dieTerms, type DieTerms } from "./die-terms.ts";

/**
 * Embodied carbon of one accelerator and its memory, kgCO2e:
 *
 *   die = Σ over the dies of charged wafer area · (CI_fab · EPA + GPA + MPA) / Y        (ACT)
 *   dram = capacity · carbon per GB / dramYield
 *   package, interposer: see {@link packageTerms};  board as stated, times `boardLevel`
 *
 * Charged wafer area is the die's own, or its share of a wafer with edge (factor `edgeLoss`), never both.
 * @param area     mm2; where it is unknown, so are the dies
 * @returns        a lower bound, with what it leaves out, for a die that does not fit a wafer or yields nothing, and for memory
 *                 without a figure
 * @source ACT, ISCA 2022; checked: test/validation/cost/published-area.test.ts
 */
export function embodiedCarbon(
  area: Area | Unknown,
  hardware: Hardware,
  technology: Technology,
): EmbodiedCarbon | Unknown {
  const { dies, dram, packaging, joints, boardCarbon } = termsOf(area, hardware, technology);
  const tool = pricedByTool(area, hardware, technology);
  const fabIntensity = factor(factorsOf(technology), "fabIntensity");
  const sum = (grams: (die: DieTerms) => number): number =>
    "total" in dies
      ? 0
      : [dies, ...dies.otherDies].reduce(
          (total, die) => total + (die.dies * grams(die)) / (die.dieYield * GRAMS_PER_KILOGRAM),
          0,
        );
  const parts = {
    ...("total" in dies || tool !== null
      ? {}
      : {
          dieEnergy: sum(({ chargedArea_cm2, energyPerArea }) => chargedArea_cm2 * fabIntensity * energyPerArea),
          dieGas: sum(({ chargedArea_cm2, gasPerArea }) => chargedArea_cm2 * gasPerArea),
          dieMaterial: sum(({ chargedArea_cm2, materialPerArea }) => chargedArea_cm2 * materialPerArea),
        }),
    ...(tool === null || "total" in tool ? {} : toolParts(tool)),
    ...("total" in dram ? {} : { dram: (dram.dramGB * dram.dramCarbonPerGB) / dram.dramYield }),
    ...(tool !== null || joints === null || "total" in dies
      ? {}
      : {
          bonding: joints.bonding,
          ...(joints.interposer === 0 ? {} : { interposer: joints.interposer }),
          ...(joints.design === null ? {} : { design: joints.design }),
        }),
    ...("total" in packaging || tool !== null
      ? {}
      : {
          package: packaging.packageCarbon,
          ...(packaging.interposer === null
            ? {}
            : { interposer: packaging.interposer.area_cm2 * packaging.interposer.carbonPerArea }),
        }),
    ...(boardCarbon === null ? {} : { board: boardCarbon }),
  };
  const asked = tool === null ? { die: dies, dram, package: packaging } : { die: tool, dram };
  const missing = Object.entries(asked).flatMap(([part, of]) => ("total" in of ? [{ part, reason: of.reason }] : []));
  if (missing.length > 0) return lowerBound(parts, missing);
  return known("embodied carbon", breakdown(parts));
}

/** Dies and package as a published tool prices them; null: our own equations do. */
function pricedByTool(area: Area | Unknown, hardware: Hardware, technology: Technology): StackCarbon | Unknown | null {
  const { packaging } = technology;
  if (packaging === undefined) return null;
  return area.total === null ? area : toolCarbon(hardware, area, technology, packaging);
}

function toolParts({
  dies,
  bonding,
  interposer,
  package: carbon,
  design,
}: StackCarbon): Readonly<Record<string, number>> {
  return {
    die: dies.reduce((sum, die) => sum + die.carbon, 0),
    ...{ bonding, interposer, package: carbon },
    ...(design === null ? {} : { design }),
  };
}

/** What the equation of embodied carbon is filled with; the dies that hold the cores first. */
export interface EmbodiedTerms extends DieTerms {
  readonly otherDies: readonly (DieTerms & { readonly name: string })[];
  /** gCO2e/kWh. */
  readonly fabIntensity: number;
  /** 0 GB without DRAM; kgCO2e/GB. */
  readonly dramGB: number;
  readonly dramCarbonPerGB: number;
  readonly dramYield: number;
  /** kgCO2e. */
  readonly packageCarbon: number;
  /** Null where the chip states no package: one IC of any size. */
  readonly packageArea_cm2: number | null;
  /** kgCO2e/cm2 of good interposer; null: there is none. */
  readonly interposer: { readonly area_cm2: number; readonly carbonPerArea: number } | null;
  /** What joins several dies, kgCO2e; null: one die. */
  readonly joints: Joints | null;
  /** kgCO2e; null: not stated, and not charged. */
  readonly boardCarbon: number | null;
}

type Joints = Pick<StackTerms, "bonding" | "interposer" | "design">;

/** @returns Unknown where a die does not fit a wafer, or not one in a number's range of them is good, or a part has no figure */
export function embodiedTerms(area: Area, hardware: Hardware, technology: Technology): EmbodiedTerms | Unknown {
  const { dies, dram, packaging, joints, boardCarbon } = termsOf(area, hardware, technology);
  if (technology.packaging !== undefined)
    return { total: null, reason: `the tool ${technology.packaging} has equations of its own` };
  if ("total" in dies) return dies;
  if ("total" in dram) return dram;
  if ("total" in packaging) return packaging;
  const fabIntensity = factor(factorsOf(technology), "fabIntensity");
  return { ...dies, fabIntensity, ...dram, ...packaging, joints, boardCarbon };
}

type DiesTerms = DieTerms & Pick<EmbodiedTerms, "otherDies">;

/** What each part is made of, or why there is no figure for it. */
function termsOf(
  area: Area | Unknown,
  hardware: Hardware,
  technology: Technology,
): {
  readonly dies: DiesTerms | Unknown;
  readonly dram: ReturnType<typeof dramTerms>;
  readonly packaging: PackageTerms | Unknown;
  readonly joints: Joints | null;
  readonly boardCarbon: number | null;
} {
  const factors = factorsOf(technology);
  const { board } = hardware.silicon ?? {};
  const isJoined = isStack(hardware) || hardware.package?.volume !== undefined;
  const joined = isJoined && area.total !== null ? stackTerms(hardwareStack(hardware, area), factors) : null;
  const stack = joined === null || "total" in joined ? null : joined;
  const dram = dramTerms(hardware, factors, technology.profile);
  return {
    dies: area.total === null ? area : joined === null ? diesTerms(area, hardware, factors) : joinedTerms(joined),
    dram:
      stack === null || "total" in dram ? dram : { ...dram, dramYield: dram.dramYield * memoryYield(hardware, stack) },
    packaging: packageTerms(area, hardware, factors, stack?.footprint ?? area.total ?? 0),
    joints: stack,
    boardCarbon: board === undefined ? null : board * (factors.boardLevel ?? 1),
  };
}

/** Memory beside the logic is bonded to nothing here. */
function memoryYield(hardware: Hardware, stack: StackTerms): number {
  return partsOf(hardware).has("dram") ? stack.memoryYield : 1;
}

function joinedTerms(joined: StackTerms | Unknown): DiesTerms | Unknown {
  if ("total" in joined) return joined;
  const [first, ...otherDies] = joined.dies;
  return { ...first!, otherDies };
}

function diesTerms(area: Area, hardware: Hardware, factors: FactorValues): DiesTerms | Unknown {
  const cores = dieTerms(coreDieArea(area, hardware), hardware.node, dieCount(hardware), factors, harvestOf(hardware));
  if ("total" in cores) return cores;
  const otherDies: (DieTerms & { readonly name: string })[] = [];
  for (const { name, area: mm2, node, count } of hardware.silicon?.otherDies ?? []) {
    const terms = dieTerms(mm2, node, count, factors, null);
    if ("total" in terms) return { total: null, reason: `${name}: ${terms.reason}` };
    otherDies.push({ name, ...terms });
  }
  return { ...cores, otherDies };
}

type PackageTerms = Pick<EmbodiedTerms, "packageCarbon" | "packageArea_cm2" | "interposer">;

/**
 * Package of a chip, kgCO2e. One IC of any size where the chip states no package, or the profile prices none; else by its area, that
 * of package.area where it is stated (of a substrate with balls, unless silicon.package says another):
 *
 *   package = ratio · (footprint of the dies + memory stacks) · kWh per cm2 of the type · CI_fab
 *   interposer = 1.1 · (dies + memory stacks) · carbon per cm2 of good interposer
 *
 * @source 3D-Carbon (DAC 2024): energy per area by type, interposer over dies 1.1
 */
function packageTerms(
  area: Area | Unknown,
  hardware: Hardware,
  factors: FactorValues,
  footprint: number,
): PackageTerms | Unknown {
  const stated = hardware.package?.area;
  const type = hardware.silicon?.package ?? (stated === undefined ? undefined : "fcbga");
  const energy = type === undefined ? null : packageEnergy(type, factors);
  if (type === undefined || energy === null)
    return { packageCarbon: factor(factors, "packageCarbon"), packageArea_cm2: null, interposer: null };
  if (area.total === null) return area;
  const stacks = type === "interposer" ? memoryStacks(hardware) * valueNamed(loadTable("package"), "stackArea") : 0;
  const carried = (footprint + stacks) / MM2_PER_CM2;
  const packageArea_cm2 = stated === undefined ? carried * factor(factors, "packageAreaRatio") : stated / MM2_PER_CM2;
  return {
    packageCarbon: (packageArea_cm2 * energy * factor(factors, "fabIntensity")) / GRAMS_PER_KILOGRAM,
    packageArea_cm2,
    interposer:
      type !== "interposer"
        ? null
        : {
            area_cm2: carried * valueNamed(loadTable("package"), "interposerRatio"),
            carbonPerArea: factor(factors, "interposerCarbon"),
          },
  };
}

/** kWh per cm2 of package; null in a profile that prices none by area. */
function packageEnergy(type: PackageType, factors: FactorValues): number | null {
  if (factors.packageAreaRatio === null) return null;
  return factors.packageEnergyPerArea ?? valueNamed(loadTable("package"), "energyPerArea", { type });
}

/** The published estimator has no other memory, also where the hardware marks its own as idealised. */
const PUBLISHED_DRAM = "LPDDR3";

type DramTerms = Pick<EmbodiedTerms, "dramGB" | "dramCarbonPerGB" | "dramYield">;

/** GB of the memory and kgCO2e per GB; 0 without one, Unknown for one of no type, or without limit. */
function dramTerms({ dram }: Hardware, factors: FactorValues, profile: Profile): DramTerms | Unknown {
  const dramYield = factor(factors, "dramYield");
  if (dram === null) return { dramGB: 0, dramCarbonPerGB: 0, dramYield };
  const type = dramType(dram.type ?? (profile === "published" ? PUBLISHED_DRAM : null));
  const perGigabyte = factors.dramCarbonPerGB ?? type?.carbonPerGB.value ?? null;
  if (perGigabyte === null) {
    const reason =
      "idealised DRAM has no type, and so no carbon per GB; dram.type or technology.dramCarbonPerGB gives it one";
    return { total: null, reason };
  }
  const dramGB = factors.dramChargedCapacity ?? soldGigabytes(dram.capacity);
  if (dramGB === Infinity) {
    const reason =
      "DRAM of unlimited capacity has no embodied carbon; dram.capacity or technology.dramChargedCapacity sets one";
    return { total: null, reason };
  }
  return { dramGB, dramCarbonPerGB: perGigabyte, dramYield };
}

/** Largest die that one exposure can print, 26 mm × 33 mm. Source: ASML exposure field, as quoted in public notes (2023). */
export const RETICLE_MM2 = 858;

/** Null where every die fits the reticle; else by how much the largest does not. */
export function reticleLimit(
  area: Area,
  hardware: Hardware,
): {
  readonly kind: "infeasible";
  readonly constraint: string;
  readonly by: number;
  readonly unit: string;
  readonly detail: string;
} | null {
  const die = largestDie(area, hardware);
  if (die <= RETICLE_MM2) return null;
  const detail = `a die of ${die} mm2 is larger than the reticle of ${RETICLE_MM2} mm2`;
  return { kind: "infeasible", constraint: "area", by: die - RETICLE_MM2, unit: "mm2", detail };
}

/** Parts of embodied carbon for which nobody has published a figure, and the rule that stands in; nothing where the user gives one. */
export function estimatedParts(
  { dram }: Hardware,
  technology: Technology,
): readonly { readonly part: string; readonly rule: string }[] {
  if (dram === null || factorsOf(technology).dramCarbonPerGB !== null) return [];
  const type = dramType(dram.type ?? (technology.profile === "published" ? PUBLISHED_DRAM : null));
  return type?.carbonPerGB.isEstimate === true ? [{ part: "dram", rule: `${type.name}, ${DIE_AREA_RULE}` }] : [];
}
