import { CostError } from "../errors.ts";
import { figure3d } from "./carbon-3d-die.ts";
import { circuitOf, stackOf, type Stack, type StackDie } from "./stack.ts";
import type { Package } from "../../spec/package.ts";
import type { WholeChip } from "../../spec/package-case.ts";

/**
 * A chip that is cut into dies which are shares of it.
 *
 *   area of a die = share · area of the chip        3d-carbon, dies side by side or on micro-bumps: 1.1 times that
 *   gates, which only 3d-carbon asks for: all of the chip's for each die, since each keeps its wires; where a fifth is of another node and side
 *   by side or on micro-bumps, 0.9 and 0.1 of them
 *
 * @throws CostError cost/chip-cut where the dies do not make up the chip, or the tool knows no such cut
 * @source 3D-Carbon (DAC 2024), its exploration of a chip that is cut in two, homogeneous or with a fifth of it as memory
 */
export function cutStack(of: Package, whole: WholeChip, isTool3d: boolean): Stack {
  const shares = of.dies.map((die, at) => shareOf(die, at));
  const sum = of.dies.reduce((total, { count }, at) => total + count * shares[at]!, 0);
  if (Math.abs(sum - 1) > 1e-6)
    throw new CostError("cost/chip-cut", "package.dies", `the shares of the dies sum to ${sum}, not to 1.`);
  const method = of.bonding?.method;
  const isClose = of.kind === "2d" || method === "hybrid-bond" || method === "monolithic";
  const growth = isTool3d && !isClose ? figure3d("splitGrowth") : 1;
  const dies = of.dies.map((die, at): StackDie => {
    const node = die.node ?? whole.node;
    const share = shares[at]!;
    return {
      ...{ name: die.name, count: die.count, node, circuit: circuitOf(die.circuit, die.holds) },
      ...{ area: share * whole.area * growth, layers: die.layers ?? null, drivers: die.drivers ?? null },
      gates: die.gates ?? (isTool3d ? gatesOf(of, whole, share, node, isClose) : null),
      volume: die.volume ?? null,
    };
  });
  return stackOf(of, dies);
}

function shareOf({ name, share }: Package["dies"][number], at: number): number {
  if (share !== undefined) return share;
  throw new CostError("cost/chip-cut", `package.dies[${at}].share`, `the die "${name}" is part of a chip that is cut.`);
}

const FIFTH = 0.2;

function gatesOf(of: Package, whole: WholeChip, share: number, node: number, isClose: boolean): number | null {
  const { gates } = whole;
  if (gates === null) return null;
  const isMixed = of.dies.some((die) => (die.node ?? whole.node) !== whole.node);
  if (!isMixed || isClose) return gates;
  const isSmall = node !== whole.node;
  const known = isSmall ? FIFTH : 1 - FIFTH;
  if (of.dies.length !== 2 || Math.abs(share - known) > 1e-9)
    throw new CostError(
      "cost/chip-cut",
      "package.dies",
      "the tool 3d-carbon knows one cut into two nodes, 80 % and 20 % of another node; give each die its gates.",
    );
  return gates * (isSmall ? FIFTH / 2 : 1 - FIFTH / 2);
}
