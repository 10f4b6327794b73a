import { pesOf, type Hardware } from "../../spec/hardware.ts";
import { breakdown, known } from "../../metrics/index.ts";
import { portBits } from "../calibrated/buffers.ts";
import { macScale } from "../calibrated/components.ts";
import { portAreaFactor } from "../calibrated/sram.ts";
import { SQUARE_MICROMETRES_PER_MM2 } from "../constants.ts";
import { factor, type FactorValues } from "../factors.ts";
import { chargingRules, type ChargingRules } from "../profile.ts";
import type { Area, Unknown } from "../types.ts";
import { publishedBuffer, publishedNodeGap, publishedTable, type BufferName } from "./tables.ts";

/**
 * Die area of the published estimator, mm2:
 *
 *   n·(rows·cols·(mac + register) + local) + n·(rows·(lane + vectorRegister) + local) + global
 *
 * n cores; the vector unit has `rows` lanes and its own copy of the local buffer; no network, controller or PHY.
 * With a rule off, what `calibrated` does in its place: MACs by precision, buffers by port width, `vector.lanes` lanes.
 * @throws CostError for a buffer size outside the table
 * @source published reference estimator; test/validation/cost/published-area.test.ts
 */
export function publishedArea(
  hardware: Hardware,
  factors: FactorValues,
  rules: ChargingRules = chargingRules("published"),
): Area | Unknown {
  const gap = publishedNodeGap(hardware);
  if (gap) return gap;
  const table = publishedTable();
  const { rows } = hardware.array;
  const pes = pesOf(hardware);
  const register = factor(factors, "registerAreaLevel");
  const precision = rules.precisionIgnored ? 1 : macScale(hardware.precision, "area");
  const local = bufferArea(hardware, "localBuffer", factors, rules);
  const global = bufferArea(hardware, "globalBuffer", factors, rules);
  const lane = factor(factors, "vectorLaneArea") + table.vectorRegisterArea * register;
  const lanes = rules.secondLocalBuffer ? rows : hardware.vector.lanes;
  const area = breakdown({
    mac: (pes * factor(factors, "macArea") * precision) / SQUARE_MICROMETRES_PER_MM2,
    registers: (pes * table.arrayRegisterArea * register) / SQUARE_MICROMETRES_PER_MM2,
    localBuffers: (hardware.cores * local) / SQUARE_MICROMETRES_PER_MM2,
    vector: (hardware.cores * lanes * lane) / SQUARE_MICROMETRES_PER_MM2,
    vectorLocalBuffers: rules.secondLocalBuffer ? (hardware.cores * local) / SQUARE_MICROMETRES_PER_MM2 : 0,
    globalBuffer: global / SQUARE_MICROMETRES_PER_MM2,
  });
  return known("the area of the die", area);
}

/** um2 of one buffer. */
function bufferArea(hardware: Hardware, name: BufferName, factors: FactorValues, rules: ChargingRules): number {
  const buffer = hardware[name];
  if (buffer === null) return 0;
  const port = rules.bandwidthFree ? 1 : portAreaFactor(portBits(buffer));
  return (publishedBuffer(hardware, name)?.area ?? 0) * factor(factors, "sramAreaLevel") * port;
}
