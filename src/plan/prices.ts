import { JOULES_PER_KILOWATT_HOUR } from "../units/index.ts";
import { endOf, type Series } from "../spec/series.ts";

/** kgCO2e of one W·ms at 1 gCO2e/kWh. */
export const KILOGRAMS = 1 / (JOULES_PER_KILOWATT_HOUR * 1e6);

/** kgCO2e of an energy (J) at an intensity (gCO2e/kWh). */
export function carbonOf(joules: number, intensity: number): number {
  return ((joules / JOULES_PER_KILOWATT_HOUR) * intensity) / 1000;
}

/** The integral of a series from its start, so that the sum over any span takes two look-ups. */
export interface Prices {
  readonly series: Series;
  /** Integral up to the start of each slot, value × ms; one more than there are slots. */
  readonly until: Float64Array;
}

export function pricesOf(series: Series): Prices {
  const { values, step } = series;
  const until = new Float64Array(values.length + 1);
  for (let i = 0; i < values.length; i += 1) until[i + 1] = until[i]! + values[i]! * step;
  return { series, until };
}

/** The slot that an instant lies in; at the end of the series, its last. */
export function slotAt({ start, step, values }: Series, at: number): number {
  return Math.min(values.length - 1, Math.max(0, Math.floor((at - start) / step)));
}

/** Value at an instant. */
export function valueAt(series: Series, at: number): number {
  return series.values[slotAt(series, at)]!;
}

function integral({ series, until }: Prices, at: number): number {
  const slot = slotAt(series, at);
  return until[slot]! + series.values[slot]! * (at - series.start - slot * series.step);
}

/** Integral of the value between two instants, value × ms. */
export function between(prices: Prices, start: number, end: number): number {
  return integral(prices, end) - integral(prices, start);
}

/** Mean of the value between two instants, end > start. */
export function meanBetween(prices: Prices, start: number, end: number): number {
  return between(prices, start, end) / (end - start);
}

/** A slot, or the part of one that lies in a window. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

/** The slots of a window, in order; the first and the last may be cut. */
export function piecesOf(series: Series, from: number, deadline: number): readonly Piece[] {
  const pieces: Piece[] = [];
  const last = Math.min(deadline, endOf(series));
  for (let slot = slotAt(series, from); slot < series.values.length; slot += 1) {
    const start = series.start + slot * series.step;
    if (start >= last) break;
    pieces.push({
      start: Math.max(start, from),
      end: Math.min(start + series.step, last),
      value: series.values[slot]!,
    });
  }
  return pieces;
}

/** kgCO2e of a constant power (W) over an integral of the intensity (gCO2e/kWh × ms). */
export function carbonOverTime(power: number, intensityTime: number): number {
  return power * intensityTime * KILOGRAMS;
}
