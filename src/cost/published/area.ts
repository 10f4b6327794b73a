import type { Hardware } from "../../spec/hardware.ts";
import { breakdown } from "../breakdown.ts";
import { SQUARE_MICROMETRES_PER_MM2 } from "../constants.ts";
import { factor, type FactorValues } from "../factors.ts";
import type { Area, Unknown } from "../types.ts";
import { publishedBuffer, publishedNodeGap, publishedTable } from "./tables.ts";

/**
 * Die area of the published estimator, mm2:
 *
 *   n·(rows·cols·(mac + register) + local) + n·(rows·(lane + vectorRegister) + local) + global
 *
 * n cores; the vector unit has `rows` lanes and its own copy of the local buffer; no network, controller or PHY.
 * @throws CostError for a buffer size outside the table
 * @source published reference estimator; test/validation/cost/published-area.test.ts
 */
export function publishedArea(hardware: Hardware, factors: FactorValues): Area | Unknown {
  const gap = publishedNodeGap(hardware);
  if (gap) return gap;
  const table = publishedTable();
  const { rows, cols } = hardware.array;
  const arrays = hardware.cores * hardware.arraysPerCore;
  const sram = factor(factors, "sramAreaLevel");
  const register = factor(factors, "registerAreaLevel");
  const local = (publishedBuffer(hardware, "localBuffer")?.area ?? 0) * sram;
  const global = (publishedBuffer(hardware, "globalBuffer")?.area ?? 0) * sram;
  const lane = factor(factors, "vectorLaneArea") + table.vectorRegisterArea * register;
  return breakdown({
    mac: (arrays * rows * cols * factor(factors, "macArea")) / SQUARE_MICROMETRES_PER_MM2,
    registers: (arrays * rows * cols * table.arrayRegisterArea * register) / SQUARE_MICROMETRES_PER_MM2,
    localBuffers: (hardware.cores * local) / SQUARE_MICROMETRES_PER_MM2,
    vector: (hardware.cores * rows * lane) / SQUARE_MICROMETRES_PER_MM2,
    vectorLocalBuffers: (hardware.cores * local) / SQUARE_MICROMETRES_PER_MM2,
    globalBuffer: global / SQUARE_MICROMETRES_PER_MM2,
  });
}
