import type { Bytes, Rate } from "./quantity.ts";
import { UNIT_TABLES, type QuantityKind } from "./tables.ts";
import { toNumber } from "./ratio.ts";

const EXACT_SIZES = ["TiB", "GiB", "MiB", "KiB", "TB", "GB", "MB", "kB", "B"] as const;

/** A size as it would be written, exactly: 65536 → "64 KiB", 1e9 → "1 GB", Infinity → "unlimited". */
export function formatSize(bytes: Bytes): string {
  if (bytes === Infinity) return "unlimited";
  for (const unit of EXACT_SIZES) {
    const factor = UNIT_TABLES.size.units.get(unit);
    const count = factor ? bytes / toNumber(factor) : NaN;
    if (Number.isInteger(count) && (count !== 0 || unit === "B")) return `${count} ${unit}`;
  }
  return `${bytes} B`;
}

/** A rate exactly, as `parseBandwidth` reads it: "10.24 B/cycle", "800/7 B/cycle", "80 GB/s", "unlimited". */
export function formatRate(rate: Rate): string {
  if (rate.bytesPerSecond !== undefined) return formatBytesPerSecond(rate.bytesPerSecond);
  const { bytes, cycles } = rate;
  if (cycles === 0) return "unlimited";
  if (cycles === 1) return `${bytes} B/cycle`;
  const decimal = exactDecimal(bytes, cycles);
  return decimal === undefined ? `${bytes}/${cycles} B/cycle` : `${decimal} B/cycle`;
}

function formatBytesPerSecond(value: number): string {
  for (const [unit, factor] of [
    ["GB", 1e9],
    ["MB", 1e6],
  ] as const) {
    if (value % factor === 0) return `${value / factor} ${unit}/s`;
  }
  return `${value} B/s`;
}

/** The finite decimal of a ratio of whole numbers, of at most 12 places. */
function exactDecimal(numerator: number, denominator: number): string | undefined {
  for (let places = 1; places <= 12; places++) {
    const scaled = BigInt(numerator) * 10n ** BigInt(places);
    if (scaled % BigInt(denominator) !== 0n) continue;
    const digits = (scaled / BigInt(denominator)).toString().padStart(places + 1, "0");
    return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  }
  return undefined;
}

/**
 * A quantity for people, in the largest unit that keeps it ≥ 1: 0.05 s → "50 ms", 94608000 s → "3 years".
 *
 * @param value in the canonical unit of `kind`
 * @param digits significant digits, 1 to 17
 */
export function formatQuantity(value: number, kind: QuantityKind, digits = 4): string {
  const { shown, units } = UNIT_TABLES[kind];
  const scales = shown.map((unit) => [unit, toNumber(units.get(unit) ?? { numerator: 1n, denominator: 1n })] as const);
  const magnitude = Math.abs(value);
  const fitting = scales.findLast(([, scale]) => magnitude >= scale * (1 - 1e-12)) ?? scales[0];
  const [unit, scale] = value === 0 ? [UNIT_TABLES[kind].canonical, 1] : (fitting ?? ["", 1]);
  const number = String(Number((value / scale).toPrecision(digits)));
  return unit.startsWith("/") || unit === "" ? `${number}${unit}` : `${number} ${unit}`;
}
