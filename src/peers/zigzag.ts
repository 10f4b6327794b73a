import { readYaml, type Operand } from "../spec/index.ts";
import type { HardwareImport, ImportOptions } from "./hardware-file.ts";
import type { PeerMachine, PeerMemory, Sourced } from "./machine.ts";
import { placedHardware } from "./place/index.ts";
import { Reader } from "./reader.ts";
import { OPERANDS, portsOf } from "./zigzag-ports.ts";

/*
 * Accelerators of ZigZag. Sizes and widths are in bits, energies in pJ of an access as wide as the port. Ports by what they do: tl
 * reads towards the multipliers, fl writes from them, fh and th face the memory outside. Three spellings: `multipliers` or
 * `operational_array`; `multiplier_energy` or `unit_energy`; ports by r_port, w_port and rw_port, or as a list with an allocation.
 *
 * Which loop lies along a dimension of the array is said in ZigZag's mapping, not here. What is known: along a dimension that the sums'
 * memory serves, products are added (rows, k); along one that the weights' memory serves, weights are the same (arrays, m); the
 * others are columns (n).
 */

/** Memories outside of the chip, by their name or from this size on. */
const FAR = /dram|ddr|hbm|off.?chip|^l3/i;
const FAR_BITS = 2 ** 32;
const MEMORY_KEYS = [
  "size",
  "r_bw",
  "w_bw",
  "r_cost",
  "w_cost",
  "area",
  "r_port",
  "w_port",
  "rw_port",
  "latency",
  "auto_cost_extraction",
  "operands",
  "ports",
  "served_dimensions",
  "min_r_granularity",
  "min_w_granularity",
];

/**
 * A hardware file of an accelerator of ZigZag.
 *
 * @throws SpecError with every problem at its place
 */
export function importZigZag(text: string, options: ImportOptions): HardwareImport {
  const { file } = options;
  const reader = new Reader(readYaml(text, file));
  const machine = machineOf(reader, options);
  reader.stop();
  return placedHardware("Imported from an accelerator of ZigZag.", file, machine, reader.remarks);
}

function nameOf(name: unknown, otherwise: string, line: number | null): Sourced<string> {
  return typeof name === "string" && name !== ""
    ? { value: name.slice(0, 100), source: line === null ? "as asked for" : "name", line }
    : { value: otherwise, source: "name of the file", line: null };
}

/** The outermost memory, where all operands come from it and it is not on the chip; there is one of it. */
function farOf(memories: readonly Served[], reader: Reader): PeerMemory | null {
  const last = memories.at(-1)?.memory;
  if (last === undefined || last.operands.length < 3 || !(FAR.test(last.name) || last.bits >= FAR_BITS)) return null;
  if (last.copies > 1)
    reader.remark(
      ["memories", last.name, "served_dimensions"],
      `${last.name} does not serve all dimensions, as if there were ${last.copies} of it; here there is one.`,
    );
  return { ...last, copies: 1 };
}

interface Dimension {
  readonly name: string;
  readonly size: number;
}

function machineOf(reader: Reader, { name: given, otherwise }: ImportOptions): PeerMachine {
  const root = reader.tree([]);
  const key = "operational_array" in root ? "operational_array" : "multipliers";
  const dimensions = dimensionsOf(reader, key);
  const memories = memoriesOf(reader, dimensions);
  const far = farOf(memories, reader);
  reader.unread([], ["name", "memories", key]);
  if (reader.has([key, "is_imc"]) || reader.has([key, "imc_type"]))
    reader.refuse([key], "The array computes in its memory cells (is_imc), which is not modelled.");
  const shape = shapeOf(dimensions, memories, reader.lineOf([key, "sizes"]));
  const precision = precisionOf(reader, key, memories);
  reader.unread(
    [key],
    [
      "dimensions",
      "sizes",
      "input_precision",
      "multiplier_energy",
      "unit_energy",
      "multiplier_area",
      "unit_area",
      "is_imc",
      "imc_type",
    ],
  );
  for (const each of ["unit_area", "multiplier_area"])
    if (reader.has([key, each]))
      reader.remark([key, each], `${each} has no unit there: not taken, here areas follow from widths and node.`);
  const energy = ["unit_energy", "multiplier_energy"].find((each) => reader.has([key, each]));
  const name = root["name"];
  return {
    name: nameOf(given ?? name, otherwise, given === undefined ? reader.lineOf(["name"]) : null),
    node: {
      value: 22,
      source: "not in the file: where no energies are stated, they are those of this node",
      line: null,
    },
    ...precision,
    cores: { value: 1, source: "one array, or several side by side", line: null },
    ...shape,
    mac:
      energy === undefined
        ? null
        : { value: reader.number([key, energy], 0), source: energy, line: reader.lineOf([key, energy]) },
    memories: memories.map(({ memory }) => (memory.name === far?.name ? far : memory)),
    far,
  };
}

function dimensionsOf(reader: Reader, key: string): readonly Dimension[] {
  const names = reader.list([key, "dimensions"]);
  const sizes = reader.list([key, "sizes"]);
  if (names.length !== sizes.length)
    reader.refuse(
      [key, "sizes"],
      `Each dimension has a size: these are ${sizes.length} for ${names.length} dimensions.`,
    );
  return names.map((name, at) => ({
    name: String(name),
    size: at < sizes.length ? reader.number([key, "sizes", at], 1) : 1,
  }));
}

interface Served {
  readonly memory: PeerMemory;
  /** Dimensions along which one copy serves all multipliers. */
  readonly served: readonly string[];
}

function memoriesOf(reader: Reader, dimensions: readonly Dimension[]): readonly Served[] {
  return Object.keys(reader.tree(["memories"])).map((name) => {
    const at = ["memories", name];
    const served = reader.list([...at, "served_dimensions"]).map(String);
    for (const each of served.filter((one) => !dimensions.some((dimension) => dimension.name === one)))
      reader.refuse([...at, "served_dimensions"], `${name} serves ${each}, which is no dimension of the array.`);
    const copies = dimensions
      .filter((each) => !served.includes(each.name))
      .reduce((product, { size }) => product * size, 1);
    reader.unread(at, MEMORY_KEYS);
    return { memory: memoryOf(reader, name, copies), served };
  });
}

function memoryOf(reader: Reader, name: string, copies: number): PeerMemory {
  const at = ["memories", name];
  const listed = reader.list([...at, "operands"]).map(String);
  for (const each of listed.filter((one) => OPERANDS[one] === undefined))
    reader.remark([...at, "operands"], `${name} keeps ${each}, which products do not have.`);
  const operands = listed.flatMap((each) => OPERANDS[each] ?? []);
  const ports = portsOf(reader, name, listed);
  const least = ["min_r_granularity", "min_w_granularity"].find((each) => reader.has([...at, each]));
  const granularity = least === undefined ? ports.granularity : reader.number([...at, least], 1);
  const area = reader.has([...at, "area"]) ? reader.number([...at, "area"], 0) : 0;
  if (area > 0)
    reader.remark(
      [...at, "area"],
      `area of ${name} is ${area}, which has no unit there; here areas follow from sizes and node.`,
    );
  const isExtracted = reader.valueAt([...at, "auto_cost_extraction"]) === true;
  const hasCost = reader.has([...at, "r_cost"]) && reader.has([...at, "w_cost"]) && !isExtracted;
  if (isExtracted)
    reader.remark(
      [...at, "auto_cost_extraction"],
      `energies of ${name} are those of CACTI, which are not in the file.`,
    );
  const cost = (key: string, width: number): number => (8 * reader.number([...at, key], 0)) / width;
  return {
    name,
    line: reader.lineOf(at),
    operands,
    bits: reader.number([...at, "size"], 1),
    copies,
    ...ports.rates,
    accessBits: granularity ?? ports.readWidth,
    isBlock: granularity !== null,
    energy: hasCost ? { read: cost("r_cost", ports.readWidth), write: cost("w_cost", ports.writeWidth) } : null,
    // The cycle of the access is that of its transfer.
    latency: reader.has([...at, "latency"]) ? Math.max(0, reader.number([...at, "latency"], 0) - 1) : 0,
  };
}

/** Rows, columns and arrays, from what the innermost memory of each operand serves. */
function shapeOf(
  dimensions: readonly Dimension[],
  memories: readonly Served[],
  line: number,
): Pick<PeerMachine, "rows" | "cols" | "arraysPerCore" | "unroll"> {
  const innermost = (operand: Operand): readonly string[] => {
    const first = memories.find(({ memory }) => memory.operands.includes(operand));
    return first === undefined || first.memory.copies === 1 ? [] : first.served;
  };
  const added = innermost("output");
  const sameWeights = innermost("weight").filter((each) => !added.includes(each));
  const product = (names: (name: string) => boolean): number =>
    dimensions.filter(({ name }) => names(name)).reduce((total, { size }) => total * size, 1);
  const named = (all: readonly string[]): string => all.join(" and ");
  const isRest = (name: string): boolean => !added.includes(name) && !sameWeights.includes(name);
  const rest = dimensions.filter(({ name }) => isRest(name)).map(({ name }) => name);
  const said = <T>(value: T, source: string): Sourced<T> => ({ value, source, line });
  if (added.length === 0 && sameWeights.length === 0 && dimensions.length === 2) {
    return {
      rows: said(dimensions[1]!.size, `${dimensions[1]!.name}: no memory says what lies along it`),
      cols: said(dimensions[0]!.size, `${dimensions[0]!.name}: no memory says what lies along it`),
      arraysPerCore: said(1, ""),
      unroll: said("flexible", "ZigZag's mapping says what lies on rows and columns"),
    };
  }
  if (added.length === 0) {
    return {
      rows: said(
        product((name) => sameWeights.includes(name)),
        sameWeights.length === 0
          ? "no dimension is served by a memory of its own"
          : `${named(sameWeights)}: weights are the same along them`,
      ),
      cols: said(product(isRest), named(rest) || "all dimensions are rows"),
      arraysPerCore: said(1, ""),
      unroll: said("flexible", "ZigZag's mapping says what lies on rows and columns"),
    };
  }
  return {
    rows: said(
      product((name) => added.includes(name)),
      `${named(added)}: products are added along it`,
    ),
    cols: said(product(isRest), named(rest) || "products are added along all dimensions"),
    arraysPerCore: said(
      product((name) => sameWeights.includes(name)),
      `${named(sameWeights)}: weights are the same along them`,
    ),
    unroll: said(
      rest.length > 1 ? "flexible" : "fixed",
      rest.length > 1 ? "ZigZag's mapping says what lies on the columns" : "k on rows, what is left on columns",
    ),
  };
}

const DEFAULT_BITS = 8;

/** Widths of operands; that of sums is the port's of the innermost memory that keeps them. */
function precisionOf(
  reader: Reader,
  key: string,
  memories: readonly Served[],
): Pick<PeerMachine, "inputBits" | "weightBits" | "accumulatorBits" | "outputBits"> {
  const at = [key, "input_precision"];
  const has = reader.has(at);
  const given = has ? reader.list(at) : [DEFAULT_BITS, DEFAULT_BITS];
  const bits = (index: number): number =>
    has && index < given.length ? reader.number([...at, index], 1) : DEFAULT_BITS;
  const source = has ? "input_precision" : "not in the file: ZigZag has widths in its workload";
  const line = has ? reader.lineOf(at) : null;
  const sums = memories.find(({ memory }) => memory.operands.includes("output"))?.memory;
  const widest = Math.max(bits(0), bits(1));
  const width = sums === undefined || sums.copies === 1 ? widest : Math.max(widest, Math.min(64, sums.read));
  return {
    inputBits: { value: bits(0), source, line },
    weightBits: { value: bits(1), source, line },
    accumulatorBits: {
      value: width,
      source: sums === undefined ? "as operands" : `${sums.name}: width of its port`,
      line: sums?.line ?? null,
    },
    outputBits: { value: bits(0), source: "not in the file: as inputs", line: null },
  };
}
