import * as abi from "../../assembly/abi.ts";
import { LOOP_ORDERS } from "../mapping/loop-orders.ts";
import type { Mapping, Tile } from "../mapping/mapping.ts";
import { pesOf } from "../spec/hardware.ts";
import type { Levels } from "./encode.ts";
import type { GemmHardware } from "./keys.ts";
import type { GemmCounters, GemmProblem, GemmResult, GemmTiming, PerOperand, Traffic } from "./types.ts";

const DATAFLOWS = ["weight-stationary", "output-stationary", "input-stationary"] as const;
const NONE: PerOperand = { input: 0, weight: 0, output: 0 };

/** Reads result row `row`. The status has been checked to be OK or TOO_SMALL. */
export function decodeResult(
  from: Float64Array,
  row: number,
  problem: GemmProblem,
  hardware: GemmHardware,
  levels: Levels,
): GemmResult {
  const at = (field: number) => from[row * abi.RES_FIELDS + field]!;
  if (at(abi.RES_STATUS) === abi.STATUS_TOO_SMALL) {
    const isOuter = at(abi.RES_LEVEL) === 1;
    const outer = levels.outerIs === "local" ? "local-buffer" : "global-buffer";
    return {
      kind: "unmappable",
      level: isOuter ? outer : "local-buffer",
      neededBytes: at(abi.RES_NEEDED),
      availableBytes: at(abi.RES_AVAILABLE),
    };
  }
  const macs = problem.batch * problem.m * problem.n * problem.k;
  return {
    kind: "mapped",
    mapping: decodeMapping(at, levels),
    timing: decodeTiming(at, macs, hardware, levels),
    counters: decodeCounters(at, macs, hardware, levels),
    gap: at(abi.RES_GAP),
  };
}

type Field = (field: number) => number;

function tileAt(at: Field, field: number): Tile {
  return { m: at(field), n: at(field + 1), k: at(field + 2) };
}

function flags(bits: number): { input: boolean; weight: boolean; output: boolean } {
  return { input: (bits & 1) !== 0, weight: (bits & 2) !== 0, output: (bits & 4) !== 0 };
}

/** Where anything goes past the local buffer, it is what the dataflow holds. */
function bypassed(at: Field): "input" | "weight" | null {
  if (at(abi.MAP_BYPASS) === 0 || at(abi.MAP_DATAFLOW) === abi.OUTPUT_STATIONARY) return null;
  return at(abi.MAP_DATAFLOW) === abi.WEIGHT_STATIONARY ? "weight" : "input";
}

function decodeMapping(at: Field, levels: Levels): Mapping {
  const inner = tileAt(at, abi.MAP_INNER_TILE);
  const innerOrder = LOOP_ORDERS[at(abi.MAP_INNER_ORDER)]!;
  const innerFlags = flags(at(abi.MAP_INNER_DOUBLE));
  const outerFlags = flags(at(abi.MAP_OUTER_DOUBLE));
  const outer = levels.outer === null ? null : tileAt(at, abi.MAP_OUTER_TILE);
  const isDirect = levels.inner === null;
  const none = flags(0);
  return {
    coreSplit: {
      b: at(abi.MAP_CORES),
      m: at(abi.MAP_CORES + 1),
      n: at(abi.MAP_CORES + 2),
      k: at(abi.MAP_CORES + 3),
    },
    arraySplit: { b: at(abi.MAP_ARRAYS), m: at(abi.MAP_ARRAYS + 1), n: at(abi.MAP_ARRAYS + 2) },
    packed: at(abi.MAP_PACKED),
    dataflow: DATAFLOWS[at(abi.MAP_DATAFLOW)]!,
    bypass: bypassed(at),
    registerTile: tileAt(at, abi.MAP_REGISTER_TILE),
    spatial: { rows: tileAt(at, abi.MAP_ROWS), cols: tileAt(at, abi.MAP_COLS) },
    globalTile: levels.outerIs === "global" ? outer : null,
    dramOrder: LOOP_ORDERS[at(abi.MAP_OUTER_ORDER)]!,
    localTile: isDirect ? (levels.outerIs === "local" ? outer : null) : inner,
    globalOrder: innerOrder,
    kept: flags(at(abi.MAP_KEPT)),
    arrayTile: isDirect ? inner : null,
    doubleBuffered: {
      global: levels.outerIs === "global" ? outerFlags : none,
      local: isDirect ? (levels.outerIs === "local" ? outerFlags : none) : innerFlags,
    },
  };
}

function decodeTiming(at: Field, macs: number, hardware: GemmHardware, levels: Levels): GemmTiming {
  const cycles = at(abi.RES_CYCLES);
  const pes = pesOf(hardware);
  // The inner port is that of the outer buffer, or DRAM's where there is none.
  const inner = at(abi.RES_STALL_INNER);
  const stalls = { dram: at(abi.RES_STALL_OUTER), global: 0, local: at(abi.RES_STALL_ARRAY) };
  if (levels.outerIs === null) stalls.dram += inner;
  else stalls[levels.outerIs] += inner;
  return {
    cycles,
    computeCycles: at(abi.RES_COMPUTE),
    stallCycles: stalls,
    firstFillCycles: at(abi.RES_FIRST_FILL),
    lastDrainCycles: at(abi.RES_LAST_DRAIN),
    utilisation: macs / (cycles * pes),
    roofline: {
      compute: at(abi.RES_ROOF_COMPUTE),
      dram: at(abi.RES_ROOF_OUTER),
      local: at(abi.RES_ROOF_ARRAY),
    },
  };
}

function decodeCounters(at: Field, macs: number, hardware: GemmHardware, levels: Levels): GemmCounters {
  const group = (index: number) => {
    const column = abi.RES_TRAFFIC + 4 * index;
    return {
      down: { input: at(column), weight: at(column + 1), output: at(column + 2) },
      up: { input: 0, weight: 0, output: at(column + 3) },
    };
  };
  const outer = group(0);
  const source = group(1);
  const inner = group(2);
  const edge = group(3);
  const nothing: Traffic = { reads: NONE, writes: NONE };
  // A buffer is written by what comes down into it and by sums from below; it is read for below and for sums on the way up.
  const innerTraffic: Traffic = { reads: sum(edge.down, inner.up), writes: sum(inner.down, edge.up) };
  // What goes past the outer buffer is neither written nor read there.
  const holds = levels.outer?.holds;
  const kept = (of: PerOperand): PerOperand =>
    holds === undefined
      ? of
      : {
          input: holds.includes("input") ? of.input : 0,
          weight: holds.includes("weight") ? of.weight : 0,
          output: holds.includes("output") ? of.output : 0,
        };
  const outerTraffic: Traffic = {
    reads: sum(source.down, kept(outer.up)),
    writes: sum(kept(outer.down), source.up),
  };
  const far = levels.outer === null ? source : outer;
  return {
    macs,
    dram: hardware.dram === null ? nothing : { reads: far.down, writes: far.up },
    global: levels.outerIs === "global" ? outerTraffic : nothing,
    local: levels.outerIs === "local" ? outerTraffic : levels.inner === null ? nothing : innerTraffic,
    register: {
      reads: { input: 0, weight: at(abi.RES_TRAFFIC + 17), output: at(abi.RES_TRAFFIC + 19) },
      writes: { input: 0, weight: at(abi.RES_TRAFFIC + 16), output: at(abi.RES_TRAFFIC + 18) },
    },
    array: {
      inputReads: at(abi.RES_ELEMENTS),
      weightReads: at(abi.RES_ELEMENTS + 1),
      outputReads: at(abi.RES_ELEMENTS + 2),
      outputWrites: at(abi.RES_ELEMENTS + 3),
    },
  };
}

function sum(a: PerOperand, b: PerOperand): PerOperand {
  return { input: a.input + b.input, weight: a.weight + b.weight, output: a.output + b.output };
}
