import type { PackageCase } from "../../spec/package-case.ts";
import type { Technology } from "../../spec/technology.ts";
import { MM2_PER_CM2, GRAMS_PER_KILOGRAM } from "../constants.ts";
import { factor, factorsOf, type FactorValues } from "../factors.ts";
import { loadTable, valueNamed } from "../table.ts";
import type { Unknown } from "../types.ts";
import { stackTerms } from "./calibrated.ts";
import { carbon3d, intensityOf3d } from "./carbon-3d.ts";
import { cutStack } from "./cut.ts";
import { ecoChipCarbon, ecoChipNotes, ecoChipUse } from "./eco-chip.ts";
import { CostError } from "../errors.ts";
import { areaOf, stackCarbon, statedStack, type Stack, type StackCarbon } from "./stack.ts";

/** A product by its dies, priced. */
export interface PricedPackage extends StackCarbon {
  /** Grid of the fab that it was priced with, gCO2e/kWh; of eco-chip, whose carbon per area has one inside, of design and use; null: 700. */
  readonly intensity: number | null;
  /** Use over a life, kgCO2e, where it is asked for. */
  readonly operational: number | null;
  /** What a tool does with its input that nobody would expect. */
  readonly notes: readonly string[];
}

const README_NOTE =
  "of a chip that is cut, silicon without transistors takes 0.2 kWh/cm2, as in what the tool's README prints; its parameters have 1.2";

/** Of a die whose node is not said. */
const NODE_MISSING = 0;

/**
 * Embodied carbon of a product by its dies alone, under the equations of its profile.
 *
 * @returns Unknown where our own tables do not reach
 * @throws  CostError for what the profile does not price
 */
export function pricePackage(of: PackageCase, technology: Technology): PricedPackage | Unknown {
  const { profile, whole, use } = of;
  const missing = of.package.dies.findIndex((die) => die.node === undefined);
  if (missing !== -1 && whole === null)
    throw new CostError("cost/die-node", `package.dies[${missing}].node`, "a die needs one where there is no chip.");
  const stack =
    whole === null ? statedStack(of.package, NODE_MISSING) : cutStack(of.package, whole, profile === "3d-carbon");
  if (profile !== "eco-chip" && use !== null)
    throw new CostError("cost/profile-package", "use", `the profile ${profile} counts no use by itself.`);
  const given = intensityOf(of);
  if (profile === "3d-carbon") {
    const intensity = given ?? intensityOf3d("world");
    const priced = carbon3d(stack, intensity, whole === null ? "parameters" : "readme");
    return { ...priced, intensity, operational: null, notes: whole === null ? [] : [README_NOTE] };
  }
  if (profile === "eco-chip") {
    const intensity = given ?? undefined;
    const operational = use === null ? null : ecoChipUse(stack, use.power, use.hours, intensity);
    return { ...ecoChipCarbon(stack, intensity), intensity: given, operational, notes: ecoChipNotes(stack) };
  }
  return priceOwn(stack, given, technology);
}

function intensityOf({ grid }: PackageCase): number | null {
  return typeof grid === "string" ? intensityOf3d(grid) : grid;
}

function priceOwn(stack: Stack, given: number | null, technology: Technology): PricedPackage | Unknown {
  stack.dies.forEach((die, at) => areaOf(die, at));
  const factors: FactorValues = { ...factorsOf(technology), ...(given === null ? {} : { fabIntensity: given }) };
  const terms = stackTerms(stack, factors);
  if ("total" in terms) return terms;
  const intensity = factor(factors, "fabIntensity");
  const dies = terms.dies.map(({ name, dies: count, chargedArea_cm2, dieYield, ...process }) => {
    const perArea = intensity * process.energyPerArea + process.gasPerArea + process.materialPerArea;
    return { name, carbon: (count * chargedArea_cm2 * perArea) / dieYield / GRAMS_PER_KILOGRAM, yield: dieYield };
  });
  const { bonding, interposer, design } = terms;
  const carbon = stackCarbon({ dies, bonding, interposer, design, package: ownPackage(stack, factors) });
  return { ...carbon, intensity, operational: null, notes: [] };
}

/** One packaged IC, or by the stated area a substrate with balls. */
function ownPackage({ packageArea }: Stack, factors: FactorValues): number {
  if (packageArea === null) return factor(factors, "packageCarbon");
  const energy = factors.packageEnergyPerArea ?? valueNamed(loadTable("package"), "energyPerArea", { type: "fcbga" });
  return ((packageArea / MM2_PER_CM2) * energy * factor(factors, "fabIntensity")) / GRAMS_PER_KILOGRAM;
}
