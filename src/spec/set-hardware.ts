import { rateAtClock, toRate, type Bandwidth, type Hertz, type Rate } from "../units/index.ts";
import { withFollowers } from "./followers.ts";
import { hardwareFields as f } from "./hardware-schema.ts";
import { heldOf, listOfDataflows, withFormat, withMultiplier } from "./hardware-build.ts";
import { pastProblem } from "./cross-rules.ts";
import { onePort, roomOf } from "./hardware.ts";
import type { Buffer, Dram, Hardware, Operand, PeArray, Port } from "./hardware.ts";
import { linkPaths } from "./set-link.ts";
import { packagePaths } from "./set-package.ts";
import { hostFields, stackName, STACKS, type HostTimes, type StackName } from "./runtime.ts";
import { ownSchedule } from "./schedule.ts";
import { withSiliconOf } from "./silicon.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";

const withHardware = (specs: SpecSet, change: Partial<Hardware>): SpecSet => ({
  ...specs,
  hardware: withSiliconOf(specs.hardware, withFollowers({ ...specs.hardware, ...change })),
});

function withArray(specs: SpecSet, change: Partial<PeArray>): SpecSet {
  const array = { ...specs.hardware.array, ...change };
  const { vector } = specs.hardware;
  return withHardware(specs, { array, vector: vector.lanesFollow ? { ...vector, lanes: array.rows } : vector });
}

/** Bandwidths given per second change their bytes per cycle. */
function withClock(specs: SpecSet, clock: Hertz): SpecSet {
  const at = <T extends { readonly port: Port }>(level: T | null): T | null => {
    if (!level) return null;
    const { read, write, reads } = level.port;
    const at = (rate: Rate): Rate => rateAtClock(rate, clock);
    const own =
      reads === undefined
        ? {}
        : { reads: { ...reads, input: at(reads.input), weight: at(reads.weight), output: at(reads.output) } };
    return { ...level, port: { ...level.port, read: at(read), write: at(write), ...own } };
  };
  const { localBuffer, globalBuffer, dram, kernels } = specs.hardware;
  return withHardware(specs, {
    clock,
    localBuffer: at(localBuffer),
    globalBuffer: at(globalBuffer),
    dram: at(dram),
    kernels: kernels && {
      ...kernels,
      operandSupply: rateAtClock(kernels.operandSupply, clock),
      resultBandwidth: kernels.resultBandwidth && rateAtClock(kernels.resultBandwidth, clock),
    },
  });
}

type Level = "localBuffer" | "globalBuffer" | "dram";

const absent = (level: Level): Refusal => refusal(`cannot be set: this hardware has no ${level}`);

/** A buffer's own bandwidth, or that which the arrays take. */
function withBufferBandwidth(
  specs: SpecSet,
  level: "localBuffer" | "globalBuffer",
  bandwidth: Bandwidth | "array",
): SpecSet | Refusal {
  const before = specs.hardware[level];
  if (!before) return absent(level);
  if (bandwidth === "array") {
    const follows = { ...before, port: onePort(before.port), bandwidthFollows: bandwidth };
    return withHardware(specs, { [level]: follows });
  }
  const { bandwidthFollows, ...own } = before;
  void bandwidthFollows;
  const rate = toRate(bandwidth, specs.hardware.clock);
  return withHardware(specs, { [level]: { ...own, port: { ...onePort(own.port), read: rate, write: rate } } });
}

function withDies(specs: SpecSet, dies: number | "fewest"): SpecSet | Refusal {
  const { dram } = specs.hardware;
  if (!dram) return absent("dram");
  const { fewestDies, ...own } = dram;
  void fewestDies;
  // How many the fewest are is settled with the capacity.
  const chosen: Dram = dies === "fewest" ? { ...own, dies: own.dies ?? 1, fewestDies: true } : { ...own, dies };
  return withHardware(specs, { dram: chosen });
}

function withBandwidth(specs: SpecSet, level: Level, bandwidth: Bandwidth): SpecSet | Refusal {
  const before = specs.hardware[level];
  if (!before) return absent(level);
  const rate = toRate(bandwidth, specs.hardware.clock);
  return withHardware(specs, { [level]: { ...before, port: { ...before.port, read: rate, write: rate } } });
}

function withSize(specs: SpecSet, level: "localBuffer" | "globalBuffer", bytes: number): SpecSet | Refusal {
  const before: Buffer | null = specs.hardware[level];
  if (!before) return absent(level);
  // An operand without a memory of its own stays without.
  const own = (operand: Operand): number => (roomOf(before, operand) === 0 || isSecond(before, operand) ? 0 : bytes);
  const apart = { input: own("input"), weight: own("weight"), output: own("output") };
  const size = typeof before.size === "number" ? bytes : apart;
  return withHardware(specs, { [level]: { ...before, size } });
}

/** Whether an operand is the second of two that share a memory. */
const isSecond = ({ together }: Buffer, operand: Operand): boolean => together?.[1] === operand;

/** Operands that the global buffer keeps; the others go past it. */
function withHolds(specs: SpecSet, holds: readonly Operand[]): SpecSet | Refusal {
  const { globalBuffer: before, withoutDram } = specs.hardware;
  if (!before) return absent("globalBuffer");
  if (typeof before.size !== "number")
    return refusal("cannot be set: its operands have memories of their own, which a file has to say");
  const { holds: held, ...rest } = before;
  void held;
  const kept = heldOf(holds);
  const problem = pastProblem(kept, withoutDram === true ? "none" : undefined);
  return problem === null ? withHardware(specs, { globalBuffer: { ...rest, ...kept } }) : refusal(problem);
}

/** One memory of those that the operands have apart. */
function withOperandSize(
  specs: SpecSet,
  level: "localBuffer" | "globalBuffer",
  operand: Operand,
  bytes: number,
): SpecSet | Refusal {
  const before = specs.hardware[level];
  if (!before) return absent(level);
  if (typeof before.size === "number")
    return refusal(`cannot be set: the operands share one memory, whose size is ${level}.size`);
  if (isSecond(before, operand))
    return refusal(`cannot be set: it shares the memory whose size is ${level}.size.${before.together![0]}`);
  if (roomOf(before, operand) === 0) return refusal(`cannot be set: it goes past the ${level} (${level}.holds)`);
  return withHardware(specs, { [level]: { ...before, size: { ...before.size, [operand]: bytes } } });
}

/** Fields of a level beside its size and bandwidth. */
function withLevel(specs: SpecSet, level: Level, change: Partial<Buffer & Dram>): SpecSet | Refusal {
  const before = specs.hardware[level];
  return before ? withHardware(specs, { [level]: { ...before, ...change } }) : absent(level);
}

function withPort(specs: SpecSet, level: Level, change: Partial<Port>): SpecSet | Refusal {
  const before = specs.hardware[level];
  return before ? withLevel(specs, level, { port: { ...before.port, ...change } }) : absent(level);
}

/** One way of a bandwidth. */
function withWay(specs: SpecSet, level: Level, way: "read" | "write", bandwidth: Bandwidth): SpecSet | Refusal {
  const { dram } = specs.hardware;
  if (level === "dram" && (dram?.dies ?? dram?.width) !== undefined)
    return refusal("cannot be set: it follows from dram.dies and dram.width");
  if (level !== "dram" && specs.hardware[level]?.bandwidthFollows !== undefined)
    return refusal(`cannot be set: ${level}.bandwidth is what the arrays take; set it first`);
  if (specs.hardware[level]?.port.reads !== undefined)
    return refusal(
      `cannot be set: operands have ports of their own, which a file has to say; ${level}.bandwidth sets one`,
    );
  return withPort(specs, level, { [way]: toRate(bandwidth, specs.hardware.clock) });
}

function withDram(specs: SpecSet, change: Partial<Dram>): SpecSet | Refusal {
  const { dram } = specs.hardware;
  return dram ? withHardware(specs, { dram: { ...dram, ...change } }) : absent("dram");
}

function withDramType(specs: SpecSet, type: string): SpecSet | Refusal {
  const { dram, withoutDram } = specs.hardware;
  const problem = pastProblem(specs.hardware.globalBuffer ?? {}, type);
  if (problem !== null) return refusal(problem);
  if (type === "none")
    return dram || withoutDram ? withHardware(specs, { dram: null, withoutDram: true }) : absent("dram");
  return withDram(specs, { type: type === "idealised" ? null : type });
}

function withDramBandwidth(specs: SpecSet, bandwidth: Bandwidth): SpecSet | Refusal {
  const { dram } = specs.hardware;
  if ((dram?.dies ?? dram?.width) !== undefined)
    return refusal("cannot be set: it follows from dram.dies and dram.width");
  return withBandwidth(specs, "dram", bandwidth);
}

/** Another stack; where the schedule is the machine's own, it fuses what that stack does. */
function withStack(specs: SpecSet, stack: StackName): SpecSet | Refusal {
  const { runtime } = specs.hardware;
  if (runtime === null) return refusal("cannot be set: this hardware has no runtime");
  const given = STACKS.filter((name) => runtime.stacks[name] !== undefined);
  if (!given.includes(stack)) return refusal(`is ${stack}, but this hardware has: ${given.join(", ")}`);
  const changed = withHardware(specs, { runtime: { ...runtime, stack } });
  const isOwn = specs.schedule.fusion === ownSchedule(specs.hardware).fusion;
  const { fusion } = ownSchedule(changed.hardware);
  return isOwn ? { ...changed, schedule: { ...specs.schedule, fusion } } : changed;
}

function withHost(specs: SpecSet, change: Partial<HostTimes>): SpecSet | Refusal {
  const { runtime } = specs.hardware;
  if (runtime === null) return refusal("cannot be set: this hardware has no runtime");
  return withHardware(specs, { runtime: { ...runtime, host: { ...runtime.host, ...change } } });
}

const hosts = (
  [
    ["perStep", "Host time of a decode step", "0.7 ms"],
    ["perSequence", "Host time of a decode step for each sequence in it", "40 us"],
    ["perPrefill", "Host time of a first pass", "1 ms"],
    ["requestsPerSecond", "Requests a second that the host keeps up with", "200"],
    ["tokensPerSecond", "Output tokens a second that the host keeps up with", "50000"],
  ] as const
).map(([key, description, example]) =>
  setPath(`runtime.host.${key}`, description, example, hostFields[key], (specs, value) =>
    withHost(specs, { [key]: value }),
  ),
);

const runtimes: readonly SetPath[] = [
  setPath("runtime", "Stack that runs models: eager, graph or fused", "graph", stackName, withStack),
  ...hosts,
  setPath(
    "runtime.host.overlap",
    "Whether the host works while the device does",
    "true",
    hostFields.overlap,
    (specs, overlap) => withHost(specs, { overlap }),
  ),
];

const precisions = (["input", "weight", "accumulator", "output"] as const).map((operand) =>
  setPath(`precision.${operand}`, `Bits of one ${operand} element`, "8", f.bits, (specs, bits) =>
    withHardware(specs, { precision: { ...specs.hardware.precision, [operand]: bits } }),
  ),
);

const buffers = (["localBuffer", "globalBuffer"] as const).flatMap((level) => [
  setPath(
    `${level}.size`,
    level === "localBuffer" ? "Size per core; of each memory where operands have their own" : "Size per chip",
    "64 KiB",
    f.bufferSize,
    (specs, bytes) => withSize(specs, level, bytes),
  ),
  setPath(
    `${level}.bandwidth`,
    `Bandwidth${level === "localBuffer" ? " per core" : ""}, read and write each`,
    "128 B/cycle",
    f.bufferBandwidth,
    (specs, bandwidth) => withBufferBandwidth(specs, level, bandwidth),
  ),
]);

const OPERANDS = ["input", "weight", "output"] as const;

const operandSizes = (["localBuffer", "globalBuffer"] as const).flatMap((level) => [
  ...OPERANDS.map((operand) =>
    setPath(
      `${level}.size.${operand}`,
      `Of the memory of its own for ${operand}`,
      "64 KiB",
      f.bufferSize,
      (specs, bytes) => withOperandSize(specs, level, operand, bytes),
    ),
  ),
  setPath(
    `${level}.doubleBuffer`,
    "Whether tiles may be double buffered",
    "true",
    f.doubleBuffer,
    (specs, doubleBuffer) => withLevel(specs, level, { doubleBuffer }),
  ),
]);

const ports = (["localBuffer", "globalBuffer", "dram"] as const).flatMap((level) => [
  ...(["read", "write"] as const).map((way) =>
    setPath(`${level}.bandwidth.${way}`, `Bandwidth of ${way}s alone`, "128 B/cycle", f.bandwidth, (specs, bandwidth) =>
      withWay(specs, level, way, bandwidth),
    ),
  ),
  setPath(`${level}.latency`, "Delay of what comes", "10 cycles", f.latency, (specs, latency) =>
    withPort(specs, level, { latency }),
  ),
  setPath(`${level}.shared`, "Whether reads and writes take turns on one port", "true", f.shared, (specs, shared) =>
    withPort(specs, level, { shared }),
  ),
  setPath(`${level}.accessWidth`, "Bytes of one access", "16 B", f.accessWidth, (specs, accessWidth) =>
    withLevel(specs, level, { accessWidth }),
  ),
  setPath(
    `${level}.rounding`,
    "pro-rata, or block: whole accesses are counted",
    "block",
    f.rounding,
    (specs, rounding) => withLevel(specs, level, { rounding }),
  ),
]);

/** The order matters: the clock comes before the bandwidths that it turns into bytes per cycle. */
export const hardwarePaths: readonly SetPath[] = [
  setPath("clock", "Clock of the chip", "625 MHz", f.clock, withClock),
  setPath("node", "Process node", "22 nm", f.node, (specs, node) => withHardware(specs, { node })),
  setPath("cores", "Number of cores", "4", f.cores, (specs, cores) => withHardware(specs, { cores })),
  setPath(
    "arraysPerCore",
    "Arrays of one core, which share its local buffer",
    "2",
    f.arraysPerCore,
    (specs, arraysPerCore) =>
      arraysPerCore > 1 && specs.hardware.localBuffer === null
        ? refusal("cannot be set: the arrays of a core share its localBuffer, and there is none")
        : withHardware(specs, { arraysPerCore }),
  ),
  setPath(
    "multicast",
    "Whether one read serves every core that wants the word",
    "true",
    f.multicast,
    (specs, multicast) => withHardware(specs, { multicast }),
  ),
  setPath("array.kind", "systolic or dot-product", "systolic", f.kind, (specs, kind) => withArray(specs, { kind })),
  setPath("array.rows", "Rows of PEs", "256", f.side, (specs, rows) => withArray(specs, { rows })),
  setPath("array.cols", "Columns of PEs", "8", f.side, (specs, cols) => withArray(specs, { cols })),
  setPath("array.unroll", "fixed or flexible", "flexible", f.unroll, (specs, unroll) => withArray(specs, { unroll })),
  setPath("array.dataflow", "Allowed dataflow, or a list", "weight-stationary", f.dataflow, (specs, dataflow) =>
    withArray(specs, { dataflow: listOfDataflows(dataflow) }),
  ),
  setPath("array.skew", "full-array or edge-aware", "edge-aware", f.skew, (specs, skew) => withArray(specs, { skew })),
  setPath("array.overlap", "none, weights or folds", "folds", f.overlap, (specs, overlap) =>
    withArray(specs, { overlap }),
  ),
  setPath("array.drain", "shadow or shift", "shadow", f.drain, (specs, drain) => withArray(specs, { drain })),
  setPath("array.registers", "Storage words in each PE", "32", f.words, (specs, words) =>
    withArray(specs, { registers: { ...specs.hardware.array.registers, words } }),
  ),
  setPath("array.accumulators", "Partial-sum registers per PE or column", "32", f.accumulators, (specs, count) =>
    withArray(specs, { accumulators: { ...specs.hardware.array.accumulators, count } }),
  ),
  setPath("array.registers.holds", "Operands that they may hold, a list", "[weight]", f.holds, (specs, holds) =>
    withArray(specs, { registers: { ...specs.hardware.array.registers, holds } }),
  ),
  setPath("array.accumulators.per", "pe or column", "pe", f.per, (specs, per) =>
    withArray(specs, { accumulators: { ...specs.hardware.array.accumulators, per } }),
  ),
  ...precisions,
  setPath(
    "precision.format",
    "Number format of the MACs, which decides what they cost",
    "bf16",
    f.format,
    (specs, format) => withHardware(specs, { precision: withFormat(specs.hardware.precision, format) }),
  ),
  setPath(
    "precision.multiplier",
    "Circuit that multiplies 8 × 8 bits: exact, or a published one that errs (ecotile presets multipliers)",
    "mul8s_1L2H",
    f.multiplier,
    (specs, multiplier) => withHardware(specs, { precision: withMultiplier(specs.hardware.precision, multiplier) }),
  ),
  ...buffers,
  ...operandSizes,
  setPath(
    "globalBuffer.holds",
    "Operands that it keeps, a list; the others go past it",
    "[input, output]",
    f.bufferHolds,
    withHolds,
  ),
  setPath("dram.type", "Type; idealised: plain numbers; none: no DRAM", "LPDDR4", f.dramType, withDramType),
  setPath("dram.capacity", "Capacity of the memory", "1 GB", f.capacity, (specs, capacity) =>
    withDram(specs, { capacity }),
  ),
  setPath("dram.dies", "Dies that the capacity is bought as; bandwidth follows", "2", f.dies, withDies),
  setPath(
    "dram.width",
    "Data bits of all dies together; of the fewest dies without dram.dies",
    "32",
    f.width,
    (specs, width) => withDram(specs, { width }),
  ),
  setPath("dram.idealised", "Plain numbers need not be sold", "true", f.idealised, (specs, idealised) =>
    withDram(specs, { idealised }),
  ),
  setPath("dram.bandwidth", "Of plain numbers, read and write each", "80 GB/s", f.bandwidth, withDramBandwidth),
  ...ports,
  setPath("vector.overlap", "transfers, passes or none", "passes", f.laneOverlap, (specs, overlap) => {
    const { overlap: before, ...rest } = specs.hardware.vector;
    void before;
    return withHardware(specs, { vector: overlap === "transfers" ? rest : { ...rest, overlap } });
  }),
  setPath("vector.lanes", "Vector lanes per core; rows: as many as rows", "256", f.lanes, (specs, lanes) => {
    const { lanes: before, lanesFollow, ...rest } = specs.hardware.vector;
    void [before, lanesFollow];
    const { rows } = specs.hardware.array;
    return withHardware(specs, {
      vector: lanes === "rows" ? { lanes: rows, lanesFollow: lanes, ...rest } : { lanes, ...rest },
    });
  }),
  ...runtimes,
  ...linkPaths(withHardware),
  ...packagePaths(withHardware),
];
