import { portsOf } from "../spec/die-links.ts";
import { peakOperationsOf, type Hardware } from "../spec/hardware.ts";
import type { Rate } from "../units/quantity.ts";
import { nameOfKind, summariseByKind } from "./by-kind.ts";
import type { Evaluation, LevelTraffic } from "./types.ts";

type Level = keyof LevelTraffic;

/** The parts of a roofline; structurally what the report room draws. */
export interface RooflineParts {
  /** Operations (2 per MAC) a second of all arrays; lane operations a second of all vector lanes. */
  readonly peak: number;
  readonly vectorPeak: number;
  /** Bytes a second of each level that exists and is limited, from DRAM inwards. */
  readonly roofs: readonly { readonly level: Level; readonly bytesPerSecond: number }[];
  readonly points: readonly {
    readonly name: string;
    readonly isVector: boolean;
    readonly operations: number;
    /** Launches, and work beside other operators, included. */
    readonly seconds: number;
    /** Share of the inference's time. */
    readonly share: number;
    /** Bytes that count against each roof; a level that it does not use is left out. */
    readonly levels: readonly { readonly level: Level; readonly bytes: number }[];
  }[];
}

/**
 * Where every kind of operator lies under the roofs of a machine:
 *
 *   operations / seconds ≤ min(peak, operations / bytes · bandwidth of the level)   for every level
 *
 * Operations are those that run; of a faster format of rate r, r count as one, so that each is under the peak that it runs at.
 * Bytes are what the level's port could carry in the time that it is busy: reads and writes together where they take turns, else the
 * larger of the two. Checked: test/unit/evaluate/roofline.test.ts.
 */
export function rooflineOf(evaluation: Evaluation): RooflineParts {
  const { hardware } = evaluation.design;
  const { cores, clock, vector } = hardware;
  const roofs = (["dram", "global", "local"] as const).flatMap((level) => {
    const bytesPerSecond = bandwidthOf(level, hardware);
    return bytesPerSecond === null ? [] : [{ level, bytesPerSecond }];
  });
  const points = summariseByKind(evaluation).flatMap((summary) => {
    const { macs, formatMacs, laneOperations, besideCycles, launchCycles, share } = summary;
    const cycles = summary.cycles + besideCycles;
    const operations = macs > 0 ? 2 * formatMacs : laneOperations;
    const levels = roofs.flatMap(({ level, bytesPerSecond }) => {
      const bytes = (summary.portCycles[level] / clock) * bytesPerSecond;
      return bytes > 0 ? [{ level, bytes }] : [];
    });
    if (operations === 0 || cycles === 0 || levels.length === 0) return [];
    const seconds = (cycles + launchCycles) / clock;
    return [{ name: nameOfKind(summary), isVector: macs === 0, operations, seconds, share, levels }];
  });
  return {
    peak: peakOperationsOf(hardware),
    vectorPeak: vector.lanes * cores * clock,
    roofs,
    points,
  };
}

/** Of all local buffers together; null where there is no such level or no limit. */
function bandwidthOf(level: Level, hardware: Hardware): number | null {
  const port = portsOf(hardware)[level];
  if (port === null || port.read.cycles === 0) return null;
  const instances = level === "local" ? hardware.cores : 1;
  return instances * perSecond(port.read, hardware.clock);
}

function perSecond({ bytes, cycles }: Rate, clock: number): number {
  return (bytes / cycles) * clock;
}
