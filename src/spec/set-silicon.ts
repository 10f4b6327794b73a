import { hardwareFields } from "./hardware-schema.ts";
import type { Hardware } from "./hardware.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";
import { siliconFields, siliconProblem, type Silicon } from "./silicon.ts";

type Stated = Omit<Silicon, "statedOf" | "otherDies">;

/**
 * Another thing that is stated of the machine. It says what the machine's file would say, so that these paths come first, and
 * settings of the machine itself scale it from there.
 */
function withStated(specs: SpecSet, change: Partial<Stated>): SpecSet | Refusal {
  const { hardware } = specs;
  const silicon: Silicon = { ...hardware.silicon, ...change };
  const problem = siliconProblem({ silicon, cores: hardware.cores });
  return problem === null ? { ...specs, hardware: { ...hardware, silicon } } : refusal(problem.message);
}

function withBoardPower(specs: SpecSet, change: Partial<NonNullable<Hardware["boardPower"]>>): SpecSet | Refusal {
  const { hardware } = specs;
  const { boardPower } = hardware;
  return boardPower === null
    ? refusal("cannot be set: this hardware has no boardPower")
    : { ...specs, hardware: { ...hardware, boardPower: { ...boardPower, ...change } } };
}

const stated = (
  [
    ["dieArea", "Area of one die that holds cores, instead of the modelled one", "814 mm2"],
    ["dies", "Equal dies that the cores are spread over", "2"],
    ["unitsMade", "Cores on the dies, of which those under cores must work", "144"],
    ["idlePower", "Power of the board with its memory, nothing running", "70 W"],
    ["typicalPower", "Power of the board with its memory, under load", "480 W"],
    ["powerLimit", "Power that the board is kept under", "700 W"],
    ["package", "wire-bond, fcbga or interposer, priced by its area", "fcbga"],
    ["board", "Embodied carbon of board, cooler, connectors and assembly", "20 kgCO2e"],
  ] as const
).map(([key, description, example]) =>
  setPath(`silicon.${key}`, description, example, siliconFields[key], (specs, value) =>
    withStated(specs, { [key]: value }),
  ),
);

const boardPowers = (
  [
    ["allocated", "Idle power of the board while a process holds it", "140 W"],
    ["busyPerCore", "Power of a core at work, beside its MACs", "0.7 W"],
    ["dramByte", "Energy of the board for each byte of DRAM", "105 pJ/B"],
    ["mac", "Energy of the board for each MAC", "1.1 pJ"],
  ] as const
).map(([key, description, example]) =>
  setPath(`boardPower.${key}`, description, example, hardwareFields.boardPower[key], (specs, value) =>
    withBoardPower(specs, { [key]: value }),
  ),
);

/** What is measured or published of a chip that is sold. */
export const siliconPaths: readonly SetPath[] = [...stated, ...boardPowers];
