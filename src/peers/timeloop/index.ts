import { readYaml, type Operand } from "../../spec/index.ts";
import type { HardwareImport, ImportOptions } from "../hardware-file.ts";
import type { PeerMachine, PeerMemory, Sourced } from "../machine.ts";
import { placedHardware } from "../place/index.ts";
import { Reader, type Place } from "../reader.ts";
import { componentsOf, READ, TAGS, type Component } from "./tree.ts";

/*
 * Architectures of Timeloop. Widths are in bits; bandwidths in words a cycle, a word being `datawidth` (0.4) or `word-bits` (before);
 * an access moves a line of `width` bits, or a block of `block-size` words, and a part of it counts whole. What is not stated has no
 * limit. Energies are not in these files: Accelergy makes them.
 */

const FAR = /dram|hbm|ddr|lpddr/i;
const COMPUTE = /mac\b|^mac|compute|multiplier|alu/i;
const NETWORK = /noc|network|bus|wire|router/i;
const OPERANDS: readonly Operand[] = ["input", "weight", "output"];
/** What dataspaces are called in Timeloop's own problems. */
const DATASPACES: Readonly<Record<string, Operand>> = {
  ...{ Inputs: "input", Weights: "weight", Outputs: "output", A: "input", B: "weight", Z: "output" },
};
const NAMED: readonly (readonly [RegExp, Operand])[] = [
  [/weight|filter/i, "weight"],
  [/psum|output|accu|ofmap/i, "output"],
  [/ifmap|input/i, "input"],
];

/**
 * A hardware file of an architecture of Timeloop.
 *
 * @throws SpecError with every problem at its place
 */
export function importTimeloop(text: string, options: ImportOptions): HardwareImport {
  const { file } = options;
  const reader = new Reader(readYaml(text, file, TAGS));
  const machine = machineOf(reader, componentsOf(reader), options);
  reader.stop();
  return placedHardware("Imported from an architecture of Timeloop.", file, machine, reader.remarks);
}

/** Multipliers are as wide as operands here. */
function noteMac(reader: Reader, mac: Component, word: number): void {
  const place = findAttribute(mac, "multiplier_width") ?? findAttribute(mac, "datawidth");
  const width = place === undefined ? word : reader.number(place, 1);
  if (place !== undefined && width !== word)
    reader.remark(
      place,
      `${mac.name} multiplies ${width} bits; here multipliers are as wide as operands, ${word} bits.`,
    );
  noteUnread(reader, mac);
}

/** Own attributes of a component that nobody reads. */
function noteUnread(reader: Reader, { name, place, attributes }: Component): void {
  for (const [key, at] of attributes)
    if (
      !READ.includes(key.toLowerCase()) &&
      at.length > place.length &&
      place.every((each, index) => at[index] === each)
    )
      reader.remark(
        at,
        `${key} of ${name} is ${JSON.stringify(reader.valueAt(at))}: not read, nothing here is like it.`,
      );
}

/** What kind of memory lies outside: which one is bought is not said by its type alone. */
function noteType(reader: Reader, { name, attributes }: Component): void {
  const place = attributes.get("type");
  if (place === undefined) return;
  const message = `type of ${name} is ${String(reader.valueAt(place))}: what is sold of it has a size, which is not in the file; dram.type and dram.capacity say both.`;
  reader.remark(place, message);
}

function machineOf(reader: Reader, components: readonly Component[], { name, otherwise }: ImportOptions): PeerMachine {
  const mac = components.findLast(({ kind, name: own }) => COMPUTE.test(`${kind} ${own}`));
  if (mac === undefined)
    reader.refuse([], "The architecture has no multiplier: a component of class intmac, fpmac, mac or compute.");
  const storage = components.filter((each) => each !== mac && isStorage(reader, each));
  const memories = storage.map((each) => memoryOf(reader, each)).reverse();
  const far =
    memories.find((each) => each.name === storage.find(({ kind, name: own }) => FAR.test(`${kind} ${own}`))?.name) ??
    null;
  for (const each of storage) noteType(reader, each);
  if (mac !== undefined) noteMac(reader, mac, storage[0] === undefined ? DEFAULT_WORD : wordOf(reader, storage[0]));
  const copies = mac?.copies ?? 1;
  const line = reader.lineOf(mac?.place ?? []);
  const { cores, sharing } = coresOf(
    memories.filter((each) => each !== far),
    copies,
  );
  const shape = shapeOf(copies / cores, sharing, mac, cores);
  const said = (value: number, source: string, at: number | null = line): Sourced<number> => ({
    value,
    source,
    line: at,
  });
  return {
    name: { value: name ?? otherwise, source: name === undefined ? "name of the file" : "as asked for", line: null },
    node: nodeOf(reader, components),
    ...precisionOf(reader, storage, mac),
    cores:
      cores > 1
        ? said(cores, `${sharing?.name ?? "memories"}: one a core`, sharing?.line ?? line)
        : said(1, "no memory is shared by some of the multipliers", null),
    arraysPerCore: said(1, ""),
    rows: said(shape.rows, shape.source),
    cols: said(shape.cols, shape.source),
    unroll: { value: "flexible", source: "Timeloop's mapper says what lies on rows and columns", line: null },
    mac: null,
    memories,
    far,
  };
}

function isStorage(reader: Reader, { kind, name, place }: Component): boolean {
  const text = `${kind} ${name}`;
  if (/dummy/i.test(name)) {
    reader.remark(place, `${name} is left out: it is a level for the mapper alone.`);
    return false;
  }
  if (!NETWORK.test(text)) return true;
  reader.remark(place, `${name} (${kind}) is left out: networks are not modelled.`);
  return false;
}

const findAttribute = (component: Component, ...names: readonly string[]): Place | undefined => {
  const found = [...component.attributes].find(([key]) => names.includes(key.toLowerCase()));
  return found?.[1];
};

function numberOf(reader: Reader, component: Component, ...names: readonly string[]): number | null {
  const place = findAttribute(component, ...names);
  return place === undefined ? null : reader.number(place, Number.MIN_VALUE);
}

const DEFAULT_WORD = 8;
const wordOf = (reader: Reader, component: Component): number =>
  numberOf(reader, component, "datawidth", "word-bits", "word_bits") ?? DEFAULT_WORD;

function memoryOf(reader: Reader, component: Component): PeerMemory {
  const { name, place, copies } = component;
  const word = wordOf(reader, component);
  const block = numberOf(reader, component, "block-size", "block_size");
  const width = numberOf(reader, component, "width", "memory_width") ?? (block ?? 1) * word;
  const depth = numberOf(reader, component, "depth", "memory_depth");
  const kilobytes = numberOf(reader, component, "sizekb");
  const entries = numberOf(reader, component, "entries");
  const bits =
    kilobytes !== null
      ? kilobytes * 8192
      : entries !== null
        ? entries * word
        : depth !== null
          ? depth * width
          : Infinity;
  const shared = numberOf(reader, component, "shared_bandwidth", "bandwidth");
  const rate = (key: string): number => {
    const words = numberOf(reader, component, key) ?? shared;
    return words === null ? Infinity : words * word;
  };
  noteUnread(reader, component);
  return {
    name,
    line: reader.lineOf(findAttribute(component, "depth", "memory_depth", "sizekb", "entries") ?? [...place, "name"]),
    operands: operandsOf(reader, component),
    bits,
    copies,
    read: rate("read_bandwidth"),
    write: rate("write_bandwidth"),
    isShared: shared !== null && findAttribute(component, "read_bandwidth") === undefined,
    accessBits: block === null ? width : block * word,
    isBlock: true,
    energy: null,
    latency: 0,
  };
}

/** What a component keeps: by its constraints, else by its name, else everything. */
function operandsOf(reader: Reader, { constraints, name, place }: Component): readonly Operand[] {
  if (constraints !== null) {
    if (reader.has([...constraints, "temporal"]))
      reader.remark(
        [...constraints, "temporal"],
        `temporal constraints of ${name} are not read: loops are the mapper's here.`,
      );
    reader.unread(constraints, ["dataspace", "temporal", "spatial"]);
    if (reader.has([...constraints, "dataspace"]))
      reader.unread([...constraints, "dataspace"], ["keep", "keep_only", "bypass"]);
    const listed = (key: string): readonly string[] => {
      const at = [...constraints, "dataspace", key];
      return reader.has(at) ? reader.list(at).map(String) : [];
    };
    const keep = [...listed("keep"), ...listed("keep_only")];
    const bypass = listed("bypass");
    const unknown = [...keep, ...bypass].filter((each) => DATASPACES[each] === undefined);
    if (unknown.length > 0)
      reader.remark(
        [...constraints, "dataspace"],
        `${unknown.join(", ")}: only Inputs, Weights and Outputs are known.`,
      );
    const known = keep.flatMap((each) => DATASPACES[each] ?? []);
    if (known.length > 0) return OPERANDS.filter((each) => known.includes(each));
    return OPERANDS.filter((each) => !bypass.some((other) => DATASPACES[other] === each));
  }
  const named = NAMED.find(([pattern]) => pattern.test(name));
  if (named === undefined) return OPERANDS;
  reader.remark([...place, "name"], `${name} keeps ${named[1]}s, by its name: what a level keeps is not in this file.`);
  return [named[1]];
}

/** Cores: copies of the outermost memory that some of the multipliers share. */
function coresOf(
  memories: readonly PeerMemory[],
  macs: number,
): { readonly cores: number; readonly sharing: PeerMemory | null } {
  const several = [...memories].reverse().find(({ copies }) => copies > 1);
  if (several === undefined || several.copies === macs || macs % several.copies !== 0)
    return { cores: 1, sharing: null };
  return { cores: several.copies, sharing: several };
}

/** Rows and columns: as the chip is laid out, else as near to a square as whole numbers allow. */
function shapeOf(
  each: number,
  sharing: PeerMemory | null,
  mac: Component | undefined,
  cores: number,
): { readonly rows: number; readonly cols: number; readonly source: string } {
  const x = mac?.meshX ?? 1;
  if (sharing === null && each % x === 0)
    return { rows: each / x, cols: x, source: `${mac?.name ?? "multipliers"}: meshX ${x} of ${each}` };
  let cols = Math.ceil(Math.sqrt(each));
  while (each % cols !== 0) cols += 1;
  return {
    rows: each / cols,
    cols,
    source: `${each} multipliers of each of the ${cores} cores, as near to a square as can be`,
  };
}

function nodeOf(reader: Reader, components: readonly Component[]): Sourced<number> {
  for (const { attributes } of components) {
    const place = attributes.get("technology");
    const nanometres = /^(\d+(?:\.\d+)?)\s*nm$/.exec(String(place === undefined ? "" : reader.valueAt(place)))?.[1];
    if (place !== undefined && nanometres !== undefined)
      return { value: Number(nanometres), source: "technology", line: reader.lineOf(place) };
  }
  return { value: 22, source: "not in the file: energy and area are those of this node", line: null };
}

/** Operands have the words of what keeps them; sums those of the widest memory of outputs or of the adders. */
function precisionOf(
  reader: Reader,
  storage: readonly Component[],
  mac: Component | undefined,
): Pick<PeerMachine, "inputBits" | "weightBits" | "accumulatorBits" | "outputBits"> {
  const outer = storage[0];
  const at = outer === undefined ? undefined : findAttribute(outer, "datawidth", "word-bits", "word_bits");
  const word = outer === undefined ? DEFAULT_WORD : wordOf(reader, outer);
  const source = at === undefined ? "not in the file: words of 8 bits" : `${outer!.name}: width of a word`;
  const operand: Sourced<number> = { value: word, source, line: at === undefined ? null : reader.lineOf(at) };
  const sums = storage.filter((each) => operandsQuietly(reader, each)).map((each) => wordOf(reader, each));
  const adder = mac === undefined ? null : numberOf(reader, mac, "adder_width");
  const widest = Math.max(word, adder ?? 0, ...sums);
  const from = adder === widest ? "adder_width" : "the widest memory of outputs";
  return {
    inputBits: operand,
    weightBits: operand,
    accumulatorBits: {
      value: widest,
      source: widest === word ? source : from,
      line:
        widest === word ? operand.line : adder === widest ? reader.lineOf(findAttribute(mac!, "adder_width")!) : null,
    },
    outputBits: operand,
  };
}

/** Whether a component keeps outputs alone. */
function operandsQuietly(reader: Reader, component: Component): boolean {
  const before = reader.remarks.length;
  const operands = operandsOf(reader, component);
  reader.remarks.length = before;
  return operands.length === 1 && operands[0] === "output";
}
