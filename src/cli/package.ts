import type { Command } from "commander";
import { pricePackage, type PricedPackage } from "../cost/index.ts";
import { InputError } from "../errors/index.ts";
import { loadPackageCase, PLAIN_TECHNOLOGY, type PackageCase } from "../spec/index.ts";
import { printJson, printText, renderTable } from "./output.ts";

export function addPackageCommand(program: Command): void {
  program
    .command("package")
    .description(
      "Embodied carbon of a product by its dies alone: chiplets, 2.5D and 3D, by our model or a published tool's.",
    )
    .argument("<file>", "package file (`ecotile schema package` lists its keys)")
    .option("--json", "one JSON document on stdout")
    .addHelpText(
      "after",
      `
Example:
  ecotile package examples/packages/three-chiplets.yaml`,
    )
    .action((file: string, { json }: { readonly json?: boolean }) => {
      const of = loadPackageCase(file);
      const priced = pricePackage(of, PLAIN_TECHNOLOGY);
      if ("reason" in priced) throw new InputError(`${of.name}: ${priced.reason}.`);
      if (json === true) printJson(packageJson(of, priced));
      else printText(packageText(of, priced), false);
    });
}

/** Keys as everywhere; null: no volume, or no use, is stated. */
export function packageJson({ name, profile, package: of }: PackageCase, priced: PricedPackage): unknown {
  return {
    ...{ name, profile, kind: of.kind },
    dies: priced.dies.map(({ name: die, carbon, yield: yielded }, at) => ({
      ...{ name: die, count: of.dies[at]!.count },
      ...{ carbon_embodied_kgCO2e: carbon, yield: yielded },
    })),
    carbon_bonding_kgCO2e: priced.bonding,
    carbon_interposer_kgCO2e: priced.interposer,
    carbon_package_kgCO2e: priced.package,
    carbon_embodied_kgCO2e: priced.embodied,
    carbon_design_kgCO2e: priced.design,
    carbon_operational_kgCO2e: priced.operational,
    grid_gCO2e_per_kWh: priced.intensity,
    notes: priced.notes,
  };
}

const kilograms = (value: number): string => value.toFixed(4);

function packageText({ name, profile, package: of }: PackageCase, priced: PricedPackage): string {
  const embodied = [
    ...priced.dies.map((die, at) => [
      `${of.dies[at]!.count} x ${die.name}`,
      kilograms(die.carbon),
      die.yield.toFixed(4),
    ]),
    ["bonding", kilograms(priced.bonding), ""],
    ["interposer", kilograms(priced.interposer), ""],
    ["package", kilograms(priced.package), ""],
    ["embodied", kilograms(priced.embodied), ""],
  ];
  const beside = [
    ...(priced.design === null ? [] : [["design, not in it", kilograms(priced.design), ""]]),
    ...(priced.operational === null ? [] : [["use, not in it", kilograms(priced.operational), ""]]),
  ];
  const grid = priced.intensity === null ? "" : `, ${priced.intensity} gCO2e/kWh`;
  return [
    `${name}: ${of.kind}, profile ${profile}${grid}`,
    renderTable(["part", "kgCO2e", "yield"], [...embodied, ...beside]),
    ...priced.notes.map((note) => `Note: ${note}.`),
  ].join("\n");
}
