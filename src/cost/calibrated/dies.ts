import type { Hardware } from "../../spec/hardware.ts";
import { dieCountOf, holderOf, isStack } from "../../spec/stack.ts";
import type { DiePart } from "../../spec/package.ts";
import type { Area } from "../types.ts";

/** Components of the area that a part of a chip has. Wires of the global buffer lie over the arrays that they lead to. */
export const COMPONENTS: Readonly<Record<DiePart, readonly string[]>> = {
  arrays: ["mac", "registers", "noc"],
  vector: ["vector"],
  localBuffers: ["localBuffers"],
  globalBuffer: ["globalBuffer"],
  phy: ["phy", "controller"],
  dram: [],
};

/**
 * Area of one of each kind of dies, mm2, in the order of the package: as stated, its share of the chip, or its parts.
 *
 * @param without components that are not counted
 */
export function areasOfDies(hardware: Hardware, area: Area, without: readonly string[] = []): readonly number[] {
  const of = (components: readonly string[]): number =>
    components.reduce((sum, each) => sum + (without.includes(each) ? 0 : (area.parts[each] ?? 0)), 0);
  const whole = of(Object.keys(area.parts));
  // Where one is stated the area is known by die.
  if (hardware.package!.dies.every(({ name }) => Object.hasOwn(area.parts, name)))
    return hardware.package!.dies.map(({ name, count }) => area.parts[name]! / count);
  return hardware.package!.dies.map(({ holds, share, count, area: stated }) => {
    if (stated !== undefined) return stated;
    return holds === undefined ? share! * whole : of(holds.flatMap((part) => COMPONENTS[part])) / count;
  });
}

/**
 * Length of the wires from local buffers over their core and from the global buffer to the cores, mm: half of a side each way.
 *
 *   one die         core: √(area of a core) / 2                 global: √(area of the chip without PHY) / 2
 *   side by side    global: half a side of its own die and half of one of the arrays'; on top of each other: of the larger
 */
export function wireLengths(hardware: Hardware, area: Area): { readonly core: number; readonly global: number } {
  const { parts } = area;
  if (!isStack(hardware)) {
    const chip = area.total - (parts["phy"] ?? 0);
    const core = (chip - (parts["globalBuffer"] ?? 0) - (parts["controller"] ?? 0)) / hardware.cores;
    return { core: Math.sqrt(core) / 2, global: Math.sqrt(chip) / 2 };
  }
  const of = hardware.package!;
  const dies = areasOfDies(hardware, area, ["phy"]);
  const cores = areasOfDies(hardware, area, ["phy", "globalBuffer", "controller"]);
  const at = holderOf(hardware, "arrays") ?? 0;
  const global = holderOf(hardware, "globalBuffer") ?? at;
  const count = of.dies[at]!.holds === undefined ? dieCountOf(of) : of.dies[at]!.count;
  const halves = [dies[global]!, dies[at]!].map((mm2) => Math.sqrt(mm2) / 2) as [number, number];
  const joined = of.kind === "3d" ? Math.max(...halves) : halves[0] + halves[1];
  return {
    core: Math.sqrt((cores[at]! * count) / hardware.cores) / 2,
    global: global === at ? halves[0] : joined,
  };
}

/** mm2 that the dies of a product cover, seen from above: the largest of a stack, else all of them. */
export function footprintOf(hardware: Hardware, area: Area): number {
  if (!isStack(hardware) || hardware.package!.kind !== "3d") return area.total;
  return Math.max(...areasOfDies(hardware, area));
}
