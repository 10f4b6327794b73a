import { soldDrams } from "../spec/dram-sold.ts";
import type { Hardware } from "../spec/hardware.ts";
import { approximateMultiplier, exactMultiplier, type Multiplier } from "../spec/multipliers.ts";
import type { Technology } from "../spec/technology.ts";
import { memorySizes } from "./calibrated/buffers.ts";
import { KIBIBYTE } from "./constants.ts";
import { dramType } from "./dram.ts";
import { loadTable, type Table, type TableRow } from "./table.ts";

/** A row of a table that a design's area, energy or carbon stands on. */
export interface RowInUse extends TableRow {
  readonly table: string;
  readonly edition: string;
}

type At = TableRow["at"];

/**
 * Every table row behind one design, with its past; factors (`factorsInUse`) come on top. Curves by capacity: the rows on both
 * sides of each memory.
 */
export function rowsInUse(hardware: Hardware, technology: Technology): readonly RowInUse[] {
  const { node } = hardware;
  const type = hardware.dram?.type ?? null;
  const process = pick("process", (at, name) => at["node"] === node && !name.startsWith("imec"));
  const dram = type === null ? [] : memoryRows(type);
  if (technology.profile === "published") {
    const carbon = dram.filter(({ name }) => ["carbonPerGB", "carbonSource"].includes(name));
    return [...publishedRows(hardware), ...process, ...carbon];
  }
  return [
    ...pick("components", (at) => isOfPrecision(at, hardware)),
    ...pick("node", (at) => at["node"] === undefined || at["node"] === node),
    ...sramRows(hardware),
    ...process,
    ...dram,
    ...soldRows(type),
    ...packageRows(hardware),
    ...multiplierRows(hardware),
  ];
}

/** Rows of a number format belong to it alone. */
function isOfPrecision(at: At, { precision: { format, accumulator } }: Hardware): boolean {
  if (at["format"] !== undefined) return at["format"] === format;
  return at["bits"] === undefined || (format !== undefined && at["bits"] === (accumulator <= 16 ? 16 : 32));
}

function pick(name: string, isUsed: (at: At, name: string) => boolean): readonly RowInUse[] {
  const table = loadTable(name);
  return table.rows.filter((row) => isUsed(row.at, row.name)).map((row) => inUse(table, row));
}

const inUse = ({ table, edition }: Table, row: TableRow): RowInUse => ({ ...row, table, edition });

function publishedRows({ localBuffer, globalBuffer }: Hardware): readonly RowInUse[] {
  const kib = (buffer: Hardware["localBuffer"]): readonly number[] =>
    memorySizes(buffer).map((size) => size / KIBIBYTE);
  const sizes = { localBuffer: kib(localBuffer), globalBuffer: kib(globalBuffer) };
  return pick("published", (at, name) => {
    if (at["kib"] === undefined) return true;
    const level = name.startsWith("local") ? "localBuffer" : "globalBuffer";
    return sizes[level].includes(Number(at["kib"]));
  });
}

function sramRows({ localBuffer, globalBuffer }: Hardware): readonly RowInUse[] {
  const known = [...new Set(loadTable("sram").rows.map((row) => Number(row.at["kib"])))].sort((a, b) => a - b);
  const sides = new Set<number>();
  for (const size of [...memorySizes(localBuffer), ...memorySizes(globalBuffer)]) {
    const kib = size / KIBIBYTE;
    const above = known.findIndex((each) => each >= kib);
    const upper = above === -1 ? known.length - 1 : above;
    sides.add(known[upper]!);
    if (known[upper] !== kib) sides.add(known[Math.max(0, upper - 1)]!);
  }
  return pick("sram", (at) => sides.has(Number(at["kib"])));
}

/** Of a memory type: its own, and those of the rule where its carbon is an estimate. */
function memoryRows(type: string): readonly RowInUse[] {
  const part = type.startsWith("HBM") ? "stack" : "die";
  const isEstimate = dramType(type)!.carbonPerGB.isEstimate;
  const isRule = (at: At): boolean => at["type"] === undefined && (at["part"] === undefined || at["part"] === part);
  return pick("dram", (at) => at["type"] === type || (isEstimate && isRule(at)));
}

/** Of a chip that states its package. */
function packageRows({ silicon }: Hardware): readonly RowInUse[] {
  const type = silicon?.package;
  if (type === undefined) return [];
  return pick("package", (at) => (at["type"] === undefined ? type === "interposer" : at["type"] === type));
}

/** presets/multipliers.yaml as rows: the circuit, and the exact one that it is set against. */
function multiplierRows({ precision }: Hardware): readonly RowInUse[] {
  const circuit = approximateMultiplier(precision);
  if (circuit === null) return [];
  const row = (of: Multiplier, name: "area" | "power", unit: string): RowInUse => ({
    ...{ table: "presets/multipliers.yaml", edition: "EvoApproxLib LITE, 45 nm", name, at: { circuit: of.name } },
    ...{ value: of[name], low: of[name], high: of[name], unit, year: 2017, note: "the multiplier alone" },
    source: "Mrazek, Hrbacek, Vasicek, Sekanina, DATE 2017; headers of the library's Verilog files",
  });
  return [circuit, exactMultiplier(circuit)].flatMap((of) => [row(of, "area", "um2"), row(of, "power", "mW")]);
}

/** presets/dram.yaml as rows: counts and data rate, which have no range. */
function soldRows(type: string | null): readonly RowInUse[] {
  const sold = type === null ? undefined : soldDrams().get(type);
  if (sold === undefined) return [];
  const { name, source, year, dataRate, interfaceBits } = sold;
  const row = (quantity: string, value: number, unit: string): RowInUse => ({
    ...{ table: "presets/dram.yaml", edition: "parts on the market", name: quantity, at: { type: name } },
    ...{ value, low: value, high: value, unit, source, year, note: "" },
  });
  return [row("dataRate", dataRate, "MT/s"), row("interface", interfaceBits, "bit")];
}
