import type { Hardware } from "../../spec/hardware.ts";
import type { DiePart } from "../../spec/package.ts";
import { nodeOf } from "../../spec/stack.ts";
import { loadTable, valueNamed } from "../table.ts";
import type { Unknown } from "../types.ts";
import type { FactorValues } from "../factors.ts";

/** What changes with the process node; ratios are to 22 nm. */
export interface NodeScaling {
  readonly logicEnergy: number;
  readonly logicArea: number;
  /** um2 per bit cell. */
  readonly sramCell: number;
  readonly sramLeakage: number;
  /** Node at which SRAM energy is read, nm: the node itself, held at 7 nm below it. */
  readonly sramEnergyNode: number;
  /** 10^6 per mm2. */
  readonly transistorDensity: number;
}

let cached: ReadonlyMap<number, NodeScaling> | null = null;

function nodeScalings(): ReadonlyMap<number, NodeScaling> {
  if (cached) return cached;
  const table = loadTable("node");
  const nodes = [
    ...new Set(table.rows.flatMap((row) => (row.at["node"] === undefined ? [] : [Number(row.at["node"])]))),
  ];
  cached = new Map(
    nodes.map((node) => {
      const of = (name: string): number => valueNamed(table, name, { node });
      return [
        node,
        {
          logicEnergy: of("logicEnergy"),
          logicArea: of("logicArea"),
          sramCell: of("sramCell"),
          sramLeakage: of("sramLeakage"),
          sramEnergyNode: of("sramEnergyNode"),
          transistorDensity: of("transistorDensity"),
        },
      ];
    }),
  );
  return cached;
}

/** Scaling of a node of the table, 45 to 3 nm; Unknown elsewhere, since no source covers it. */
export function nodeScaling(node: number): NodeScaling | Unknown {
  const row = nodeScalings().get(node);
  if (row) return row;
  return {
    total: null,
    reason: `no sourced scaling for ${node} nm; the table holds ${[...nodeScalings().keys()].join(", ")} nm`,
  };
}

/** What the calibrated formulas need beside the hardware. */
export interface Context {
  readonly factors: FactorValues;
  readonly node: NodeScaling;
}

/** Parts that are made at the node of the die that holds them. */
const MADE = ["arrays", "vector", "localBuffers", "globalBuffer", "phy"] as const satisfies readonly DiePart[];

/** A context for each part of a chip; all the same where it is one die. */
export type PartContexts = Readonly<Record<(typeof MADE)[number], Context>>;

/** @returns Unknown where the node of a part has no table */
export function partContexts(hardware: Hardware, factors: FactorValues): PartContexts | Unknown {
  const contexts: Record<string, Context> = {};
  for (const part of MADE) {
    const node = nodeScaling(nodeOf(hardware, part));
    if ("total" in node) return node;
    contexts[part] = { factors, node };
  }
  return contexts as PartContexts;
}
