import type { Nanometres, Seconds, SquareMillimetres } from "../units/quantity.ts";

/** Dies one, side by side, or on top of each other. */
export const PACKAGE_KINDS = ["2d", "2.5d", "3d"] as const;
export type PackageKind = (typeof PACKAGE_KINDS)[number];

/**
 * Parts of the chip that a die can hold. Arrays with their registers, and the wires over which the global buffer feeds them; the PHY
 * with the memory controller; `dram` the memory itself, on top of logic.
 */
export const DIE_PARTS = ["arrays", "vector", "localBuffers", "globalBuffer", "phy", "dram"] as const;
export type DiePart = (typeof DIE_PARTS)[number];

/** How dies on top of each other are joined. */
export const BONDING_METHODS = ["micro-bump", "hybrid-bond", "monolithic"] as const;
export type BondingMethod = (typeof BONDING_METHODS)[number];

/** What is bonded to what: with the last, dies are not tested before they are joined. */
export const BONDING_STEPS = ["die-to-die", "die-to-wafer", "wafer-to-wafer"] as const;
export type BondingStep = (typeof BONDING_STEPS)[number];

/**
 * What dies side by side lie on. organic: the package's own substrate (MCM). fan-out: redistribution layers (InFO, RDL).
 * bridge: small silicon bridges in the substrate (EMIB). silicon: a passive interposer; active: one with transistors.
 */
export const INTERPOSERS = ["organic", "fan-out", "bridge", "silicon", "active"] as const;
export type InterposerType = (typeof INTERPOSERS)[number];

/** Kinds of circuit that shrink differently with the node. */
export const CIRCUITS = ["logic", "sram", "analog"] as const;
export type Circuit = (typeof CIRCUITS)[number];

/** One die of a package, or several equal ones. */
export interface PackageDie {
  readonly name: string;
  readonly count: number;
  /** Parts that it holds, among its equals in equal shares; absent: a share of the whole chip. */
  readonly holds?: readonly DiePart[];
  /** Of the whole chip, of each of its equals, (0, 1]. */
  readonly share?: number;
  /** Absent: the node of the chip. */
  readonly node?: Nanometres;
  /** Of one, stated; absent: by the model. */
  readonly area?: SquareMillimetres;
  readonly circuit?: Circuit;
  /** Gates, metal layers and I/O drivers of one, which the profile 3d-carbon takes. */
  readonly gates?: number;
  readonly layers?: number;
  readonly drivers?: number;
  /** Dies of this design that are made for all products; absent: as many as the package is made. */
  readonly volume?: number;
}

export interface Bonding {
  readonly method: BondingMethod;
  readonly step: BondingStep;
  readonly faces: "face-to-face" | "face-to-back";
  /** Of one bond, (0, 1]; absent: by method and step. */
  readonly yield?: number;
}

export interface Interposer {
  readonly type: InterposerType;
  readonly node: Nanometres;
  /** Absent: by the dies that it carries. */
  readonly area?: SquareMillimetres;
  /** Whether dies are put on layers that are tested, or layers are made over dies. */
  readonly order: "chip-last" | "chip-first";
  /** Redistribution layers. */
  readonly layers: number;
  /** Of one die put on it, (0, 1]; absent: by its type. */
  readonly yield?: number;
}

/** A link between two dies, where it is not as its type. */
export interface StatedLink {
  /** B/s each way; Infinity: unlimited. */
  readonly bandwidth?: number;
  /** s. */
  readonly latency?: Seconds;
  /** pJ/bit. */
  readonly energy?: number;
}

/** The dies of a product and what joins them. Absent in a hardware file: one die in one package. */
export interface Package {
  readonly kind: PackageKind;
  readonly dies: readonly PackageDie[];
  /** Of kind 3d. */
  readonly bonding?: Bonding;
  /** Of kind 2.5d. */
  readonly interposer?: Interposer;
  /** Products that are made; absent: design is not charged. */
  readonly volume?: number;
  /** Runs of the design tools until a die is done. */
  readonly designIterations?: number;
  /** Of the package's substrate, stated; absent: by its dies. */
  readonly area?: SquareMillimetres;
  readonly link?: StatedLink;
}
