import * as z from "zod";
import { soldDrams } from "./dram-sold.ts";
import {
  bandwidth,
  bufferBandwidth,
  flag,
  listOf,
  mapOf,
  memorySize,
  oneOf,
  oneOrMore,
  quantity,
  real,
  section,
  size,
  text,
  whole,
} from "./fields.ts";
import { DEFAULTS } from "./hardware-defaults.ts";
import { buildHardware } from "./hardware-build.ts";
import { linkSchema } from "./link.ts";
import { packageSchema } from "./package-schema.ts";
import { runtimeSchema } from "./runtime.ts";
import { scheduleSchema } from "./schedule.ts";
import { multipliers } from "./multipliers.ts";
import { siliconSchema } from "./silicon.ts";
import { skippedSparsity } from "./sparsity.ts";

/** Fields that `--set` changes too: one definition for both. */
export const hardwareFields = {
  clock: quantity("frequency", { min: 1, max: 1e12, whole: true }),
  node: quantity("length", { min: 1, max: 1000 }),
  bits: whole(1, 64),
  format: oneOf(["integer", "fp32", "fp16", "bf16", "fp8"]),
  multiplier: oneOf(["exact", ...multipliers().keys()]),
  cores: whole(1, 4096),
  kind: oneOf(["systolic", "dot-product"]),
  side: whole(1, 65536),
  unroll: oneOf(["fixed", "flexible"]),
  dataflow: oneOrMore(
    oneOf(["weight-stationary", "output-stationary", "input-stationary"]),
    "must name at least one dataflow",
  ),
  skew: oneOf(["full-array", "edge-aware"]),
  overlap: oneOf(["none", "weights", "folds"]),
  drain: oneOf(["shadow", "shift"]),
  words: whole(0, 1_000_000),
  accumulators: whole(1, 1_000_000),
  bufferSize: memorySize({ unlimited: true }),
  bandwidth: bandwidth(),
  bufferBandwidth: bufferBandwidth(),
  dramType: oneOf(["none", "idealised", ...soldDrams().keys()]),
  dies: z.union([whole(1, 64), z.literal("fewest")], {
    error: "must be a whole number from 1 to 64, or the word fewest",
  }),
  width: whole(1, 65_536),
  idealised: flag(),
  capacity: size({ unlimited: true }),
  arraysPerCore: whole(1, 256),
  multicast: flag(),
  holds: listOf(oneOf(["input", "weight", "output"]), "input, weight, output"),
  bufferHolds: listOf(oneOf(["input", "weight", "output"]), "input, weight, output", 1),
  per: oneOf(["pe", "column"]),
  shared: flag(),
  latency: quantity("cycles", { min: 0, max: 1e6, whole: true }),
  accessWidth: size(),
  rounding: oneOf(["pro-rata", "block"]),
  doubleBuffer: flag(),
  laneOverlap: oneOf(["transfers", "passes", "none"]),
  lanes: z.union([whole(1, 1_000_000), z.literal("rows")], {
    error: "must be a whole number from 1 to 1000000, or the word rows",
  }),
  boardPower: {
    allocated: quantity("power", { min: 0, max: 1e5 }).describe(
      "Idle while a process holds the device; as silicon.idlePower where left out",
    ),
    busyPerCore: quantity("power", { min: 0, max: 1e4 }).describe("Of a core at work, beside its MACs"),
    dramByte: quantity("energy-per-byte", { min: 0, max: 1e6 }).describe("All in, for each byte read or written"),
    mac: quantity("energy", { min: 0, max: 1 }).describe("All in, for each MAC"),
  },
};

const f = hardwareFields;

const port = {
  bandwidth: z
    .union([f.bandwidth, section({ read: f.bandwidth, write: f.bandwidth })])
    .describe("Read and write each; or { read, write }"),
  shared: f.shared.default(false).describe("Reads and writes take turns on one port"),
  latency: f.latency.default(0).describe("For example 10 cycles"),
  accessWidth: f.accessWidth.default(1).describe("Bytes of one access"),
  rounding: f.rounding.default("pro-rata").describe("block: a smaller transfer counts as a whole access"),
};

const shared = oneOf(["input", "weight"]);
const operandSizes = section({
  input: f.bufferSize.optional(),
  weight: z.union([f.bufferSize, shared]).optional(),
  output: z.union([f.bufferSize, shared]).optional(),
});
const twoWays = section({ read: f.bandwidth, write: f.bandwidth });
const operandBandwidths = section({
  input: f.bandwidth.optional(),
  weight: z.union([f.bandwidth, shared]).optional(),
  output: z.union([f.bandwidth, twoWays, shared]).optional(),
});
const bufferFields = {
  size: z
    .union([f.bufferSize, operandSizes])
    .describe(
      "For all operands, or { input, weight, output } apart; the name of another operand: in one memory with it",
    ),
  ...port,
  bandwidth: z
    .union([f.bufferBandwidth, z.union([twoWays, operandBandwidths])])
    .default(DEFAULTS.buffer.bandwidth)
    .describe(
      "Read and write each; or { read, write }; or { input, weight, output }, a port for each; array: what the arrays take, which follows their size",
    ),
  doubleBuffer: f.doubleBuffer.default(DEFAULTS.buffer.doubleBuffer),
};
const buffer = section(bufferFields);
const globalBuffer = section({
  ...bufferFields,
  holds: f.bufferHolds
    .optional()
    .describe("Operands that it keeps; the others go past it, between DRAM and what is inside of it. By default all"),
});

const perByteEnergy = quantity("energy-per-byte", { min: 0, max: 1e6 });
const perByte = z
  .union([perByteEnergy, section({ read: perByteEnergy, write: perByteEnergy })])
  .transform((value) => (typeof value === "number" ? { read: value, write: value } : value))
  .default({ read: 0, write: 0 })
  .describe("Read and write each; or { read, write }");

/** A hardware file, as written. Left-out levels do not exist; left-out fields have the default shown. */
export const rawHardwareSchema = section({
  name: text(100),
  description: text().default("").describe("What this accelerator is, and the source of its numbers"),
  clock: f.clock,
  node: f.node.describe("Process node, for example 22 nm"),
  precision: section({
    input: f.bits,
    weight: f.bits,
    accumulator: f.bits,
    output: f.bits,
    format: f.format
      .default(DEFAULTS.precision.format)
      .describe("Number format of the MACs: what they cost, not how they round"),
    multiplier: f.multiplier
      .default(DEFAULTS.precision.multiplier)
      .describe("Circuit that multiplies 8 × 8 bits, exact or a published one that errs: what MACs cost"),
  })
    .prefault({ ...DEFAULTS.precision })
    .describe("Bits per element"),
  formats: listOf(
    section({
      input: f.bits.describe("Widest elements of the first operand, bits"),
      weight: f.bits.describe("Of the second operand"),
      format: oneOf(["int", "fp"]),
      rate: whole(1, 64).describe("MACs of a PE and cycle, those that are skipped among them"),
      sparsity: skippedSparsity
        .optional()
        .describe(
          "What is skipped at this rate: weights of a pattern, 2:4, or whatever the masks of both operands say is zero, mask",
        ),
    }),
    "formats",
    0,
    16,
  )
    .optional()
    .describe("Narrower formats that the arrays compute faster than their precision, for tensors that are stored so"),
  cores: f.cores.default(DEFAULTS.cores),
  arraysPerCore: f.arraysPerCore
    .default(DEFAULTS.arraysPerCore)
    .describe("Arrays of one core, which share its local buffer"),
  multicast: f.multicast
    .default(DEFAULTS.multicast)
    .describe("One read of a shared level serves every core that wants the word"),
  array: section({
    kind: f.kind.default(DEFAULTS.array.kind),
    rows: f.side,
    cols: f.side,
    unroll: f.unroll.default(DEFAULTS.array.unroll),
    dataflow: f.dataflow.default(DEFAULTS.array.dataflow).describe("Allowed dataflows; ties are broken in this order"),
    skew: f.skew.default(DEFAULTS.array.skew),
    overlap: f.overlap.default(DEFAULTS.array.overlap),
    drain: f.drain.default(DEFAULTS.array.drain),
    registers: section({
      words: f.words,
      holds: f.holds,
    })
      .prefault({ words: DEFAULTS.array.registers.words, holds: [...DEFAULTS.array.registers.holds] })
      .describe("Per PE"),
    accumulators: section({ count: f.accumulators, per: f.per })
      .prefault({ ...DEFAULTS.array.accumulators })
      .describe("Partial-sum registers"),
  }),
  vector: section({
    lanes: f.lanes.default(DEFAULTS.vector.lanes).describe("Lanes per core; rows: as many as the array has rows"),
    cyclesPerElement: mapOf(real(0, 1e6), "primitives and their lane-cycles")
      .default({})
      .describe("Lane-cycles per element by primitive"),
    heldRow: size()
      .optional()
      .describe("Longest row that kernels keep in the core between passes; else what the local buffer holds four of"),
    cyclesPerRow: mapOf(whole(0, 1_000_000), "primitives and their cycles a row")
      .optional()
      .describe("Cycles that a core takes for each row besides its elements, by primitive"),
    overlap: f.laneOverlap
      .default("transfers")
      .describe(
        "transfers: lanes work while data move; passes: passes over a row follow each other; none: load, compute, store in turn",
      ),
    besideProducts: flag()
      .optional()
      .describe("true: lanes work on one operator while the arrays work on another; else operators follow each other"),
    besideArrays: flag()
      .optional()
      .describe(
        "false: in a fused kernel lanes and arrays take turns; else lanes work on one block while the arrays work on another",
      ),
  }).prefault({}),
  localBuffer: buffer.optional().describe("One per core"),
  globalBuffer: globalBuffer.optional().describe("One per chip"),
  dram: section({
    type: f.dramType.describe(
      "none: there is none, and all fits the global buffer; idealised: plain numbers without carbon",
    ),
    capacity: f.capacity.optional().describe("For example 512 MB; or density and dies"),
    density: whole(1, 4096).optional().describe("Gbit of one die"),
    dies: f.dies
      .optional()
      .describe(
        "Dies (HBM: stacks) that are bought; bandwidth follows from them. fewest: as few as the capacity is sold as, also where neither dies nor bandwidth is given",
      ),
    width: f.width.optional().describe("Data bits of all dies together; the widest that they have where left out"),
    idealised: f.idealised.default(false).describe("Plain numbers are taken as they are, sold or not"),
    ...port,
    bandwidth: port.bandwidth.optional(),
  }).optional(),
  energy: section({
    mac: quantity("energy", { min: 0, max: 1 }).describe("Per MAC"),
    registers: perByte,
    accumulators: perByte,
    localBuffer: perByte,
    globalBuffer: perByte,
    dram: perByte,
  })
    .optional()
    .describe("Energies of the machine's own description, instead of the technology tables; per byte read or written"),
  kernels: section({
    operandSupply: f.bandwidth.describe("Operands that a core brings to its arrays, for example 24 B/cycle"),
    resultBandwidth: f.bandwidth.optional().describe("At which results leave for DRAM; as DRAM where left out"),
    secondPass: quantity("time", { min: 0, max: 1 }).default(2e-6).describe("Adding up the parts of a split of k"),
    attention: section({
      products: real(0.01, 1).describe("Share of the arrays' rate that the two products run at"),
      softmax: real(0, 100).describe("Exponentials of an element that the products do not run beside"),
      operands: real(0.01, 1).describe("Share of DRAM's bandwidth at which operands of blocks come and go"),
      split: quantity("time", { min: 0, max: 1 }).describe("Splitting the context of a decode step, and adding up"),
      wave: quantity("time", { min: 0, max: 1 }).describe("Of each wave of sequences and kv heads in a decode step"),
    })
      .optional()
      .describe("Attention as one library kernel; else as its products and its softmax side by side"),
  })
    .optional()
    .describe(
      "Time of products as library kernels of tiles, on a GPU, instead of the mapper's; by default the mapper's",
    ),
  boardPower: section({
    ...f.boardPower,
    allocated: f.boardPower.allocated.optional(),
  })
    .optional()
    .describe(
      "Power of the board under load, from measurements: energy_board_J, and the clock under silicon.powerLimit",
    ),
  runtime: runtimeSchema
    .optional()
    .describe("Software that runs models on it: time to start kernels by stack, and of the host; by default none"),
  link: linkSchema.optional().describe("What joins several of them in a service; by default nothing"),
  silicon: siliconSchema
    .optional()
    .describe("What is measured or published of a chip that is sold: what is stated is not modelled"),
  package: packageSchema
    .optional()
    .describe("Dies that the parts of the chip are on, and what joins them: chiplets, 2.5D, 3D; by default one die"),
  schedule: scheduleSchema
    .optional()
    .describe("What its own scheduler does, unless a study or --set says otherwise; by default nothing"),
});

export type RawHardware = z.output<typeof rawHardwareSchema>;

/** A hardware file → frozen Hardware. */
export const hardwareSchema = rawHardwareSchema.transform(buildHardware);
