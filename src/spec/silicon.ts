import { listOf, oneOf, quantity, section, text, whole } from "./fields.ts";
import type { Hardware } from "./hardware.ts";
import type { KilogramsCO2e, Nanometres, SquareMillimetres, Watts } from "../units/quantity.ts";

/** Wire bond: a small die on a lead frame. FCBGA: a flipped die on an organic substrate. Interposer: silicon under dies and memory stacks, on such a substrate. */
export const PACKAGES = ["wire-bond", "fcbga", "interposer"] as const;
export type PackageType = (typeof PACKAGES)[number];

/** Dies of a package beside those that hold the cores. */
export interface OtherDie {
  readonly name: string;
  readonly count: number;
  /** Of one. */
  readonly area: SquareMillimetres;
  readonly node: Nanometres;
}

/** What is measured or published of a chip that is sold: what is stated here is not modelled. */
export interface Silicon {
  /** Of one of the dies that hold the cores. */
  readonly dieArea?: SquareMillimetres;
  /** Equal dies that the cores are spread over; absent: one. */
  readonly dies?: number;
  readonly otherDies?: readonly OtherDie[];
  /** Cores that are on the dies, of which `cores` must work; absent: all of them are sold. */
  readonly unitsMade?: number;
  /** Of the board with its memory: nothing running, under the load of a data sheet, and the limit that its firmware keeps. */
  readonly idlePower?: Watts;
  readonly typicalPower?: Watts;
  readonly powerLimit?: Watts;
  readonly package?: PackageType;
  /** Board, cooler, connectors and assembly. */
  readonly board?: KilogramsCO2e;
  /** The machine of which all this is stated, where settings have changed it since. */
  readonly statedOf?: Hardware;
}

const area = quantity("area", { min: 0.01, max: 1e5 });
const watts = quantity("power", { min: 0, max: 1e5 });

/** What may be stated, each apart from the others. */
export const siliconFields = {
  dieArea: area.describe("Area of one die that holds cores, as published or measured"),
  dies: whole(1, 64).describe("Equal dies that the cores are spread over; one where left out"),
  unitsMade: whole(1, 65_536).describe(
    "Cores on the dies, of which those under `cores` must work: a die with broken ones is sold",
  ),
  idlePower: watts.describe("Board with its memory, nothing running"),
  typicalPower: watts.describe("Board with its memory, under load"),
  powerLimit: watts.describe("What the board is kept under"),
  package: oneOf(PACKAGES).describe("Package, priced by its area; one IC of any size where left out"),
  board: quantity("mass", { min: 0, max: 1e5 }).describe(
    "Embodied carbon of board, cooler, connectors and assembly; nothing of them is charged where left out",
  ),
};

export const siliconSchema = section({
  dieArea: siliconFields.dieArea.optional(),
  dies: siliconFields.dies.optional(),
  otherDies: listOf(
    section({
      name: text(40).describe("What it holds, for example I/O"),
      count: whole(1, 64).default(1),
      area: area.describe("Of one"),
      node: quantity("length", { min: 1, max: 1000 }),
    }),
    "dies",
    0,
    8,
  )
    .optional()
    .describe("Dies of the package beside those that hold cores; without memory"),
  unitsMade: siliconFields.unitsMade.optional(),
  idlePower: siliconFields.idlePower.optional(),
  typicalPower: siliconFields.typicalPower.optional(),
  powerLimit: siliconFields.powerLimit.optional(),
  package: siliconFields.package.optional(),
  board: siliconFields.board.optional(),
});

/** Fewer cores cannot have been made than are sold. */
export function siliconProblem({
  silicon,
  cores,
}: {
  readonly silicon?: { readonly unitsMade?: number | undefined } | undefined;
  readonly cores: number;
}): { readonly field: string; readonly message: string } | null {
  const made = silicon?.unitsMade;
  if (made === undefined || made >= cores) return null;
  return { field: "unitsMade", message: `is ${made}, fewer than the ${cores} cores that are sold` };
}

/** The machine after a change, which remembers of which machine its silicon is stated. */
export function withSiliconOf(before: Hardware, after: Hardware): Hardware {
  const { silicon } = after;
  if (silicon === undefined || silicon.statedOf !== undefined) return after;
  return { ...after, silicon: { ...silicon, statedOf: before } };
}
