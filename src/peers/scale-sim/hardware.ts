import { SpecError, problemOf, type Problem } from "../../errors/index.ts";
import { problemAtSpan } from "../../spec/index.ts";
import { hardwareFile, type HardwareImport, type ImportOptions, type Statement } from "../hardware-file.ts";
import type { Remark } from "../remark.ts";
import { readIni, type IniEntry, type IniFile } from "./ini.ts";
import { remarksOf } from "./remarks.ts";

/*
 * Configurations of SCALE-Sim, versions 1 to 3. A word is an element, and one byte: that is the word size of its memories. The array
 * pays the whole skew for each fold and folds do not overlap; each operand has a double-buffered memory of its own.
 * test/validation/peers compares cycles with SCALE-Sim's own reports.
 */

const DATAFLOWS: Readonly<Record<string, string>> = {
  os: "output-stationary",
  ws: "weight-stationary",
  is: "input-stationary",
};

/** Reads keys of a configuration and collects what is wrong with it. */
export class Configuration {
  readonly problems: Problem[] = [];

  constructor(readonly ini: IniFile) {}

  entry(section: string, ...keys: readonly string[]): IniEntry | undefined {
    const entries = this.ini.sections.get(section);
    return keys.map((key) => entries?.get(key.toLowerCase())).find((each) => each !== undefined);
  }

  refuse(entry: IniEntry, message: string): void {
    this.problems.push(problemAtSpan(this.ini, entry, "peers/bad-configuration", message));
  }

  missing(section: string, key: string, example: string): void {
    const message = `[${section}] has no ${key}, for example "${example}".`;
    this.problems.push(problemOf(this.ini.file, "peers/bad-configuration", message));
  }

  /** A number of at least `least`; a placeholder after a problem. */
  number(entry: IniEntry, value: string, least: number, what: string): number {
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= Number.MAX_SAFE_INTEGER) return number;
    this.refuse(entry, `${entry.key} is "${value.slice(0, 60)}", but must be ${what}.`);
    return 1;
  }

  /** A whole number of at least 1 under the first of its names that is there. */
  count(section: string, ...keys: readonly string[]): { readonly value: number; readonly entry: IniEntry | null } {
    const entry = this.entry(section, ...keys);
    if (entry === undefined) {
      this.missing(section, keys[0]!, `${keys[0]!}: 32`);
      return { value: 1, entry: null };
    }
    const value = this.number(entry, entry.value, 1, "a whole number of at least 1");
    if (!Number.isInteger(value)) this.refuse(entry, `${entry.key} is ${value}, but must be a whole number.`);
    return { value, entry };
  }
}

/**
 * A hardware file of a configuration of SCALE-Sim.
 *
 * @param text a .cfg file
 * @throws SpecError with every problem at its line
 */
export function importScaleSim(text: string, options: ImportOptions): HardwareImport {
  const { file } = options;
  const configuration = new Configuration(readIni(text, file));
  const remarks: Remark[] = [];
  const statements = [
    ...general(configuration, options),
    ...arrayOf(configuration),
    ...memories(configuration),
    ...farMemory(configuration, remarks),
  ];
  remarks.push(...remarksOf(configuration));
  if (configuration.problems.length > 0) throw new SpecError(configuration.problems);
  return hardwareFile("Imported from a configuration of SCALE-Sim.", file, statements, remarks);
}

const ARCHITECTURE = "architecture_presets";

function said(path: string, value: Statement["value"], entry: IniEntry | null, more = ""): Statement {
  const key = entry === null ? "" : `${entry.key}`;
  return { path: path.split("."), value, source: `${key}${more}`.trim(), line: entry?.line ?? null };
}

function general(configuration: Configuration, { name, otherwise }: ImportOptions): readonly Statement[] {
  const entry = configuration.entry("general", "run_name") ?? null;
  const own = (entry?.value ?? "").replace(/^"(.*)"$/, "$1").slice(0, 100);
  return [
    name !== undefined || own === ""
      ? said("name", name ?? otherwise, null, name === undefined ? "name of the file" : "as asked for")
      : said("name", own, entry),
    said("clock", "1 GHz", null, "not in the file: SCALE-Sim counts cycles"),
    said("node", "22 nm", null, "not in the file: energy and area are those of this node"),
    ...(["input", "weight", "accumulator", "output"] as const).map((operand) =>
      said(`precision.${operand}`, 8, null, "a word of SCALE-Sim is one byte, sums as well"),
    ),
  ];
}

function arrayOf(configuration: Configuration): readonly Statement[] {
  const rows = configuration.count(ARCHITECTURE, "ArrayHeight");
  const cols = configuration.count(ARCHITECTURE, "ArrayWidth");
  const flow = configuration.entry(ARCHITECTURE, "Dataflow");
  if (flow === undefined) configuration.missing(ARCHITECTURE, "Dataflow", "Dataflow: ws");
  const dataflow = DATAFLOWS[flow?.value.toLowerCase() ?? ""];
  if (flow !== undefined && dataflow === undefined)
    configuration.refuse(flow, `Dataflow is "${flow.value.slice(0, 60)}", but must be os, ws or is.`);
  return [
    said("array.kind", "systolic", null, "what SCALE-Sim simulates"),
    said("array.rows", rows.value, rows.entry),
    said("array.cols", cols.value, cols.entry),
    said("array.unroll", "fixed", null, "the dataflow says what lies on rows and columns"),
    said("array.dataflow", dataflow ?? "weight-stationary", flow ?? null),
    said("array.skew", "full-array", null, "each fold crosses the whole array"),
    said("array.overlap", "none", null, "a fold begins when the one before has ended"),
    said("array.drain", "shadow", null, "results leave beside the next fold"),
    said("array.registers.words", 0, null, "a PE has nothing but its latches"),
    said("array.registers.holds", [], null, ""),
    said("array.accumulators.count", 1, null, "the sum that passes"),
    said("array.accumulators.per", "pe", null, ""),
    said("vector.lanes", "rows", null, "not in the file: SCALE-Sim has no vector unit"),
  ];
}

/** Sizes are in units of 1,024 bytes; version 1 writes them without the unit in the key's name. */
function memories(configuration: Configuration): readonly Statement[] {
  const size = (operand: string, key: string): Statement => {
    const { value, entry } = configuration.count(ARCHITECTURE, `${key}SzkB`, `${key}Sz`);
    return said(`localBuffer.size.${operand}`, `${value} KiB`, entry);
  };
  return [
    size("input", "IfmapSram"),
    size("weight", "FilterSram"),
    size("output", "OfmapSram"),
    said(
      "localBuffer.bandwidth",
      "unlimited",
      null,
      "the array is never short of a word in its memories; with bandwidth: array the chip has an area",
    ),
    said("localBuffer.doubleBuffer", true, null, "half of each memory is filled while the other is used"),
  ];
}

const STALL_FREE =
  "Without stalls SCALE-Sim streams all operands whole, whatever its memories hold; here they bound a tile. Its cycles have " +
  "--set localBuffer.size.input=unlimited --set localBuffer.size.weight=unlimited --set localBuffer.size.output=unlimited.";

/** CALC: DRAM is as fast as it has to be. USER: each operand has an interface of so many words a cycle. */
function farMemory(configuration: Configuration, remarks: Remark[]): readonly Statement[] {
  const mode = configuration.entry("run_presets", "InterfaceBandwidth") ?? null;
  const isUser = mode?.value.toUpperCase() === "USER";
  if (mode !== null && !["USER", "CALC"].includes(mode.value.toUpperCase()))
    configuration.refuse(mode, `InterfaceBandwidth is "${mode.value.slice(0, 60)}", but must be USER or CALC.`);
  const entry = configuration.entry(ARCHITECTURE, "Bandwidth") ?? null;
  const statements = [
    said(
      "dram.type",
      "idealised",
      isUser ? mode : null,
      isUser ? " is USER: its bandwidth is all that is known" : "nothing is known of it",
    ),
    said("dram.capacity", "unlimited", null, ""),
  ];
  if (!isUser) {
    remarks.push({ line: null, message: STALL_FREE });
    if (entry !== null && mode !== null)
      remarks.push({
        line: entry.line,
        message: `Bandwidth is ${entry.value}: not in use, since InterfaceBandwidth is CALC.`,
      });
    const more = mode === null ? "not in the file: no stalls" : " is CALC: as fast as it has to be";
    return [...statements, said("dram.bandwidth", "unlimited", mode, more)];
  }
  if (entry === null) {
    configuration.missing(ARCHITECTURE, "Bandwidth", "Bandwidth: 10");
    return statements;
  }
  const each = entry.value.split(",").map((part) => part.trim());
  const words = each.map((part) => configuration.number(entry, part, Number.MIN_VALUE, "words a cycle, above 0"));
  const least = Math.min(...words);
  const several = each.length > 1 ? ` Of ${each.join(", ")} the least is taken.` : "";
  const message = `Bandwidth: each operand has an interface of its own; here reads of inputs and weights share ${least} B/cycle.${several}`;
  remarks.push({ line: entry.line, message });
  return [...statements, said("dram.bandwidth", `${least} B/cycle`, entry, ", one word being a byte")];
}
