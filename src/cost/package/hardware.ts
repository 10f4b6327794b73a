import type { Hardware } from "../../spec/hardware.ts";
import type { PackagingProfile } from "../../spec/technology.ts";
import { isStack } from "../../spec/stack.ts";
import { areasOfDies } from "../calibrated/dies.ts";
import { factorsOf } from "../factors.ts";
import type { Technology } from "../../spec/technology.ts";
import type { Area, Unknown } from "../types.ts";
import { carbon3d } from "./carbon-3d.ts";
import { ecoChipCarbon, ecoChipScale } from "./eco-chip.ts";
import { circuitOf, stackOf, type Stack, type StackCarbon, type StackDie } from "./stack.ts";

/** The dies of a machine, without memory on top of them; of a product of one die, that. */
export function hardwareStack(hardware: Hardware, area: Area): Stack {
  const { package: of, node } = hardware;
  if (of === undefined || !isStack(hardware)) {
    const circuit = of?.dies[0]?.circuit ?? "logic";
    const none = { gates: null, layers: null, drivers: null, volume: null };
    const die: StackDie = { name: hardware.name, count: 1, area: area.total, node, circuit, ...none };
    return stackOf({ ...of, kind: "2d", dies: [] }, [die]);
  }
  const areas = areasOfDies(hardware, area);
  const dies = of.dies.flatMap((die, at): readonly StackDie[] =>
    die.holds?.includes("dram") === true
      ? []
      : [
          {
            ...{ name: die.name, count: die.count, area: areas[at]!, node: die.node ?? node },
            circuit: circuitOf(die.circuit, die.holds),
            ...{ gates: die.gates ?? null, layers: die.layers ?? null, drivers: die.drivers ?? null },
            volume: die.volume ?? null,
          },
        ],
  );
  return stackOf(of, dies);
}

/**
 * The dies of a machine and what joins them as a published tool prices them. Areas are those of our model, as made; of eco-chip they are
 * turned into the areas at 7 nm that the tool takes.
 *
 * @returns   Unknown where the chip states its dies otherwise
 * @throws    CostError for nodes and packages that the tool does not know
 */
export function toolCarbon(
  hardware: Hardware,
  area: Area,
  technology: Technology,
  tool: Exclude<PackagingProfile, "calibrated">,
): StackCarbon | Unknown {
  const { silicon } = hardware;
  if (silicon?.dies !== undefined || silicon?.otherDies !== undefined)
    return { total: null, reason: `${tool} prices dies of package:, and this chip states its dies under silicon:` };
  const stack = hardwareStack(hardware, area);
  if (stack.hasMemory) return { total: null, reason: `${tool} prices no memory on top of logic` };
  const { fabIntensity } = factorsOf(technology);
  if (tool === "3d-carbon") return carbon3d(stack, fabIntensity!);
  return ecoChipCarbon({
    ...stack,
    dies: stack.dies.map((die, at) => ({ ...die, area: die.area! / ecoChipScale(die, at) })),
  });
}
