import type { Bonding, Circuit, DiePart, Interposer, Package } from "../../spec/package.ts";
import type { Nanometres, SquareMillimetres } from "../../units/quantity.ts";
import { CostError } from "../errors.ts";

/** Dies of one product, each with its area: what every profile of packages prices. */
export interface Stack {
  readonly kind: Package["kind"];
  /** From the bottom to the top. */
  readonly dies: readonly StackDie[];
  readonly bonding: Bonding | null;
  readonly interposer: Interposer | null;
  /** Products made; null: design is not charged. */
  readonly volume: number | null;
  readonly designIterations: number;
  /** Whether memory stands on top of the dies, which is priced by itself. */
  readonly hasMemory: boolean;
  /** mm2, stated; null: by its dies. */
  readonly packageArea: SquareMillimetres | null;
}

/** Equal dies. */
export interface StackDie {
  readonly name: string;
  readonly count: number;
  /** Of one. */
  readonly area: SquareMillimetres | null;
  readonly node: Nanometres;
  readonly circuit: Circuit;
  /** Of one; null: by its area. */
  readonly gates: number | null;
  readonly layers: number | null;
  readonly drivers: number | null;
  /** Dies made for all products; null: as the stack. */
  readonly volume: number | null;
}

/** What the dies of one product cost, kgCO2e. */
export interface StackCarbon {
  /** Of all equal dies together, in the order of the stack, joined to the others; and the yield of one by itself, (0, 1]. */
  readonly dies: readonly { readonly name: string; readonly carbon: number; readonly yield: number }[];
  readonly bonding: number;
  /** Interposer, bridges, redistribution layers. */
  readonly interposer: number;
  readonly package: number;
  /** All of the above. */
  readonly embodied: number;
  /** Design over the volume; null: no volume is stated, or the profile prices no design. */
  readonly design: number | null;
}

/** Sums the parts. */
export function stackCarbon(parts: Omit<StackCarbon, "embodied">): StackCarbon {
  const dies = parts.dies.reduce((sum, { carbon }) => sum + carbon, 0);
  return { ...parts, embodied: dies + parts.bonding + parts.interposer + parts.package };
}

/** What a die is mostly made of: stated, else by what it holds. */
export function circuitOf(stated: Circuit | undefined, holds: readonly DiePart[] | undefined): Circuit {
  if (stated !== undefined) return stated;
  if (holds === undefined) return "logic";
  if (holds.every((part) => part === "globalBuffer" || part === "localBuffers")) return "sram";
  return holds.every((part) => part === "phy") ? "analog" : "logic";
}

/** The dies of a package whose areas are stated (or, for the profile 3d-carbon, their gates). */
export function statedStack(of: Package, node: Nanometres): Stack {
  return stackOf(
    of,
    of.dies.map((die) => ({
      ...{ name: die.name, count: die.count, area: die.area ?? null, node: die.node ?? node },
      circuit: circuitOf(die.circuit, die.holds),
      ...{ gates: die.gates ?? null, layers: die.layers ?? null, drivers: die.drivers ?? null },
      volume: die.volume ?? null,
    })),
  );
}

/** A package around dies whose areas are known. */
export function stackOf(of: Package, dies: readonly StackDie[]): Stack {
  return {
    ...{ kind: of.kind, dies, bonding: of.bonding ?? null, interposer: of.interposer ?? null },
    ...{ volume: of.volume ?? null, designIterations: of.designIterations ?? 0, packageArea: of.area ?? null },
    hasMemory: of.dies.some(({ holds }) => holds?.includes("dram") === true),
  };
}

/** Dies, equal ones counted. */
export function dieTotal({ dies }: Pick<Stack, "dies">): number {
  return dies.reduce((sum, { count }) => sum + count, 0);
}

/** The area of a die, mm2. @throws CostError cost/die-area where none is stated */
export function areaOf({ name, area }: StackDie, at: number): number {
  if (area !== null) return area;
  throw new CostError("cost/die-area", `package.dies[${at}].area`, `the die "${name}" needs one in this profile.`);
}

/** @throws CostError cost/profile-node: the tables of a tool end at its nodes */
export function checkNode(profile: string, path: string, node: number, nodes: readonly number[]): void {
  if (nodes.includes(node)) return;
  const allowed = nodes.map((each) => `${each} nm`);
  throw new CostError("cost/profile-node", path, `the tool ${profile} has no node of ${node} nm.`, allowed);
}

/** A tool that does not know a way of joining dies. */
export function notInTool(profile: string, path: string, what: string, allowed: readonly string[]): CostError {
  return new CostError("cost/profile-package", path, `the tool ${profile} does not price ${what}.`, allowed);
}
