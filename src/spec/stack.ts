import type { CrossProblem } from "./cross-rules.ts";
import type { Hardware } from "./hardware.ts";
import { DIE_PARTS, type DiePart, type Package, type PackageDie } from "./package.ts";
import type { Nanometres } from "../units/quantity.ts";

/** Machines whose parts may be on several dies. */
type Machine = Pick<Hardware, "localBuffer" | "globalBuffer" | "package"> & { readonly dram: object | null };

/** Whether a product has several dies. */
export function isStack({ package: of }: Pick<Hardware, "package">): boolean {
  return of !== undefined && of.kind !== "2d" && dieCountOf(of) > 1;
}

/** Dies, equal ones counted. */
export function dieCountOf({ dies }: Pick<Package, "dies">): number {
  return dies.reduce((sum, { count }) => sum + count, 0);
}

/** Parts that a machine has. `dram` only where a die of the package holds it: else it is a package of its own. */
export function partsOf({ localBuffer, globalBuffer, dram, package: of }: Machine): ReadonlySet<DiePart> {
  const isStacked = of?.dies.some(({ holds }) => holds?.includes("dram") === true) === true;
  return new Set(
    DIE_PARTS.filter((part) => {
      if (part === "localBuffers") return localBuffer !== null;
      if (part === "globalBuffer") return globalBuffer !== null;
      if (part === "phy") return dram !== null;
      return part === "dram" ? isStacked : true;
    }),
  );
}

/** The next part towards the arrays that memory or a buffer feeds. */
export function partBelow(machine: Machine, part: DiePart): DiePart {
  return part !== "globalBuffer" && machine.globalBuffer !== null ? "globalBuffer" : "arrays";
}

/** Place of the die that holds a part; null: dies are shares of the chip, or there is one. */
export function holderOf({ package: of }: Pick<Hardware, "package">, part: DiePart): number | null {
  const at = of?.dies.findIndex(({ holds }) => holds?.includes(part) === true) ?? -1;
  return at === -1 ? null : at;
}

/** Node of the die that holds a part; that of the chip where nothing else is said. */
export function nodeOf(machine: Machine & Pick<Hardware, "node">, part: DiePart): Nanometres {
  if (!isStack(machine)) return machine.node;
  const at = holderOf(machine, part);
  return (at === null ? undefined : machine.package!.dies[at]!.node) ?? machine.node;
}

/** Dies that hold parts, or shares of the chip. */
const holdsShares = ({ dies }: Package): boolean => dies.every(({ holds }) => holds === undefined);

/** What a package and its machine cannot be together; null: they can. The message continues the path of the field. */
export function packageProblem(machine: Hardware): CrossProblem | null {
  const { package: of } = machine;
  if (of === undefined || of.kind === "2d") return null;
  const { silicon, kernels } = machine;
  const wrong = (field: string, message: string): CrossProblem => ({ field, message });
  if (
    silicon?.dieArea !== undefined ||
    silicon?.dies !== undefined ||
    silicon?.otherDies !== undefined ||
    silicon?.unitsMade !== undefined
  )
    return wrong("kind", `is ${of.kind}, but silicon: states the dies of this chip, which are not modelled`);
  if (kernels !== null) return wrong("kind", `is ${of.kind}, but times of kernels were measured on one die`);
  if (machine.energy !== null)
    return wrong("kind", `is ${of.kind}, but energy: states what every level costs, links included`);
  const driven = of.dies.findIndex(({ drivers }) => drivers !== undefined);
  if (driven !== -1)
    return wrong(`dies.${driven}.drivers`, "estimate the area of a die, which is modelled here; leave them out");
  if (dieCountOf(of) === 1) return wrong("dies", `are one, and a package of kind ${of.kind} has several`);
  return holdsShares(of) ? sharesProblem(of, machine.node) : holdsProblem(machine, of);
}

function sharesProblem({ dies }: Package, node: Nanometres): CrossProblem | null {
  const sum = dies.reduce((total, { share, count }) => total + (share ?? NaN) * count, 0);
  if (!(Math.abs(sum - 1) <= 1e-6))
    return {
      field: "dies",
      message: Number.isNaN(sum)
        ? "must say what they hold (holds), or which share of the chip they are"
        : `are shares of the chip that sum to ${sum}, not to 1`,
    };
  const other = dies.findIndex((die) => die.node !== undefined && die.node !== node);
  if (other === -1) return null;
  return {
    field: `dies.${other}.node`,
    message: `is not that of the chip, ${node} nm, of which the die is a share; say what it holds instead`,
  };
}

function holdsProblem(machine: Hardware, { kind, dies }: Package): CrossProblem | null {
  const has = partsOf(machine);
  const mixed = dies.findIndex(({ holds }) => holds === undefined);
  if (mixed !== -1) return { field: `dies.${mixed}`, message: "says not what it holds, while others do" };
  const held = dies.flatMap(({ holds }) => holds!);
  for (const part of has) {
    const times = held.filter((each) => each === part).length;
    if (times !== 1)
      return {
        field: "dies",
        message: `hold ${part} ${times === 0 ? "nowhere" : `${times} times`}; each part is on one kind of die`,
      };
  }
  const absent = held.find((part) => !has.has(part));
  if (absent !== undefined) return { field: "dies", message: `hold ${absent}, which this chip does not have` };
  const at = (part: DiePart): number => dies.findIndex(({ holds }) => holds!.includes(part));
  for (const part of ["vector", "localBuffers"] as const)
    if (has.has(part) && at(part) !== at("arrays"))
      return { field: "dies", message: `hold ${part} away from the arrays, which belong to one core` };
  if (!has.has("dram")) return null;
  const memory = dies[at("dram")]!;
  if (kind !== "3d")
    return { field: "kind", message: `is ${kind}, but memory on a die of the package stands on logic, in 3d` };
  return memoryProblem(memory, at("dram"));
}

/** Memory comes as dies that are sold, which have areas and nodes of their own. */
function memoryProblem({ holds, node, area, count }: PackageDie, at: number): CrossProblem | null {
  if (holds!.length > 1)
    return { field: `dies.${at}.holds`, message: "has dram beside logic; memory has a die of its own" };
  if (count > 1) return { field: `dies.${at}.count`, message: `is ${count}; dies of memory are dram.dies` };
  if (node !== undefined || area !== undefined)
    return { field: `dies.${at}`, message: "holds dram, whose node and area are its maker's; leave them out" };
  return null;
}
