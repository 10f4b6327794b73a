/*
 * What a hardware file need not say. One home for the schema, for `presets hardware NAME --resolved` and for docs/hardware.md, which a
 * test reads. The machine is a plain systolic array for int8 inference, as the TPU v1 was described by its makers (Jouppi et al.,
 * ISCA 2017), where nothing else is said.
 */

/** Values as a file would write them. */
export const DEFAULTS = {
  precision: { input: 8, weight: 8, accumulator: 32, output: 8, format: "integer", multiplier: "exact" },
  cores: 1,
  arraysPerCore: 1,
  multicast: true,
  array: {
    kind: "systolic",
    unroll: "fixed",
    dataflow: "weight-stationary",
    skew: "full-array",
    overlap: "folds",
    drain: "shadow",
    registers: { words: 1, holds: ["weight"] },
    accumulators: { count: 1, per: "pe" },
  },
  vector: { lanes: "rows", cyclesPerElement: {}, overlap: "transfers" },
  buffer: {
    bandwidth: "array",
    shared: false,
    latency: "0 cycles",
    accessWidth: "1 B",
    rounding: "pro-rata",
    doubleBuffer: true,
  },
  dram: { dies: "fewest", idealised: false, latency: "0 cycles", accessWidth: "1 B", rounding: "pro-rata" },
} as const;

/** Why each default is what it is, by its path; `buffer` stands for localBuffer and globalBuffer. */
export const DEFAULT_REASONS: Readonly<Record<string, string>> = {
  precision: "int8 inference with 32 bit sums, what most inference chips compute",
  cores: "one array is one core",
  arraysPerCore: "the arrays of a core would share its local buffer",
  multicast: "a word that several cores want is read once",
  "array.kind": "operands walk from PE to PE, the usual matrix unit of an inference chip",
  "array.unroll": "wires are fixed: the dataflow says what lies on rows and columns",
  "array.dataflow": "weights rest in the PEs, as in a TPU",
  "array.skew": "a part-filled systolic array pays for its whole depth",
  "array.overlap": "the next weights come in while this tile computes",
  "array.drain": "results leave while the next fold runs",
  "array.registers": "one weight in each PE, beside the one that comes in",
  "array.accumulators": "a PE keeps no sum but the one that passes",
  "vector.lanes": "one lane for each row, as the results of a tile come",
  "vector.cyclesPerElement": "the costs of all chips (src/workload/vector-primitives.ts)",
  "vector.overlap": "lanes work while data move",
  "buffer.bandwidth":
    "what the arrays take: local, all that crosses the edges of a core's arrays in a cycle (inputs and weights by the rows, sums by the columns); global, an input for every row of every array, or the edges themselves where there is no local buffer",
  "buffer.shared": "reads and writes have ports of their own",
  "buffer.latency": "the next access is known early",
  "buffer.accessWidth": "bytes are counted as they are",
  "buffer.rounding": "bytes are counted as they are",
  "buffer.doubleBuffer": "the next tile comes while this one is used",
  "dram.dies":
    "the fewest dies that the capacity is sold as, at their full width and rate, on one bus for reads and writes",
  "dram.idealised": "only what is sold",
  "dram.latency": "the next access is known early",
  "dram.accessWidth": "bytes are counted as they are",
  "dram.rounding": "bytes are counted as they are",
};

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

/** A default that a file leaves to us: its place, the value, and why. */
export interface FilledDefault {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly reason: string;
}

/** The defaults that apply to a file as it is written, in the order of the schema. */
export function defaultsOf(written: Tree): readonly FilledDefault[] {
  const { buffer, dram, ...others } = DEFAULTS;
  const levels: Tree = {
    ...(isTree(written["localBuffer"]) ? { localBuffer: buffer } : {}),
    ...(isTree(written["globalBuffer"]) ? { globalBuffer: buffer } : {}),
    ...(isTree(written["dram"]) ? { dram: dramDefaults(written["dram"], dram) } : {}),
  };
  return Object.entries({ ...others, ...levels }).flatMap(([key, value]) => missing([key], value, written[key]));
}

/** Where the bandwidth of a memory is given nothing follows from its dies, and one without type is left as it is. */
function dramDefaults(written: Tree, { dies, ...others }: typeof DEFAULTS.dram): Tree {
  if (written["type"] === "none") return {};
  const isGiven = ["bandwidth", "dies", "width", "density"].some((key) => written[key] !== undefined);
  return isGiven
    ? { ...others, ...(written["bandwidth"] === undefined ? {} : { shared: false }) }
    : { dies, ...others };
}

function missing(path: readonly string[], value: unknown, written: unknown): readonly FilledDefault[] {
  const name = path.join(".").replace(/^(localBuffer|globalBuffer)\./, "buffer.");
  const reason = DEFAULT_REASONS[name] ?? DEFAULT_REASONS[name.replace(/^dram\.shared$/, "buffer.shared")];
  if (written === undefined && reason !== undefined) return [{ path, value, reason }];
  if (!isTree(value)) return [];
  const given = isTree(written) ? written : {};
  return Object.entries(value).flatMap(([key, inner]) => missing([...path, key], inner, given[key]));
}
