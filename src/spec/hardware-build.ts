import type * as z from "zod";
import { sumOf, toRate, UNLIMITED, type Bandwidth, type Hertz, type Rate } from "../units/index.ts";
import { formatProblem, multiplierProblem, pastProblem, precisionProblem } from "./cross-rules.ts";
import { refuse } from "./fields.ts";
import { withFollowers } from "./followers.ts";
import { deepFreeze } from "./freeze.ts";
import type { BoardCoefficients, Buffer, Dataflow, Dram, Hardware, Operand, Port } from "./hardware.ts";
import type { RawHardware } from "./hardware-schema.ts";
import { capacityOfDies, settledDram } from "./memory.ts";
import { linkOf } from "./link.ts";
import { runtimeOf, STACKS } from "./runtime.ts";
import { filledSchedule, PLAIN_SCHEDULE } from "./schedule.ts";
import { packageProblem } from "./stack.ts";
import { siliconProblem, type Silicon } from "./silicon.ts";

type OneBandwidth = Bandwidth | { readonly read: Bandwidth; readonly write: Bandwidth };

interface RawPort {
  readonly bandwidth: OneBandwidth | "array";
  readonly shared: boolean;
  readonly latency: number;
}

export function listOfDataflows(dataflow: Dataflow | readonly Dataflow[]): readonly Dataflow[] {
  return typeof dataflow === "string" ? [dataflow] : [...new Set(dataflow)];
}

function buildPort({ bandwidth, shared, latency }: RawPort, clock: Hertz): Port {
  const given = bandwidth === "array" ? NOMINAL : bandwidth;
  const { read, write } = "per" in given ? { read: given, write: given } : given;
  return { read: toRate(read, clock), write: toRate(write, clock), shared, latency };
}

type RawBuffer = NonNullable<RawHardware["globalBuffer"]>;
const OPERANDS: readonly Operand[] = ["input", "weight", "output"];

/** Operands that a buffer keeps, where some go past it. */
export function heldOf(holds: readonly Operand[] | undefined): Pick<Buffer, "holds"> {
  const kept = OPERANDS.filter((each) => holds?.includes(each) !== false);
  return kept.length === OPERANDS.length ? {} : { holds: kept };
}

/** Sizes of the memories of a buffer, one for each operand that it keeps, or one for two of them; what is wrong is said. */
function sizesOf(
  { size }: RawBuffer,
  { holds = OPERANDS }: Pick<Buffer, "holds">,
  wrong: (field: string, message: string) => void,
): Pick<Buffer, "size" | "together"> {
  if (typeof size === "number") return { size };
  const sizes = { input: 0, weight: 0, output: 0 };
  let together: readonly [Operand, Operand] | undefined;
  for (const operand of OPERANDS) {
    const own = size[operand];
    if (holds.includes(operand) === (own === undefined)) {
      const message =
        own === undefined ? "is missing: the buffer keeps it" : "is given, but it goes past the buffer (holds)";
      wrong(`size.${operand}`, message);
    } else if (typeof own === "number") sizes[operand] = own;
    else if (own !== undefined) {
      const isFirst = own !== operand && typeof size[own] === "number";
      if (!isFirst) wrong(`size.${operand}`, `is ${own}, which must be another operand, with a size`);
      if (together !== undefined) wrong(`size.${operand}`, "shares a memory that two have; give all three one size");
      together = [own, operand];
    }
  }
  return { size: sizes, ...(together === undefined ? {} : { together }) };
}

type RawPorts = Exclude<RawBuffer["bandwidth"], OneBandwidth | "array">;

/** Ports of a buffer by operand; what is wrong is said. */
function buildPorts(
  { shared, latency }: RawBuffer,
  bandwidth: RawPorts,
  { holds = OPERANDS }: Pick<Buffer, "holds">,
  clock: Hertz,
  wrong: (field: string, message: string) => void,
): Port {
  const rates: Record<Operand, Rate> = { input: UNLIMITED, weight: UNLIMITED, output: UNLIMITED };
  let write = UNLIMITED;
  let together: readonly [Operand, Operand] | undefined;
  for (const operand of OPERANDS) {
    const own = bandwidth[operand];
    if (holds.includes(operand) === (own === undefined)) {
      const message =
        own === undefined ? "is missing: the buffer keeps it" : "is given, but it goes past the buffer (holds)";
      wrong(`bandwidth.${operand}`, message);
    } else if (typeof own === "string") {
      const first = bandwidth[own];
      if (own === operand || first === undefined || typeof first === "string")
        wrong(`bandwidth.${operand}`, `is ${own}, which must be another operand, with a bandwidth`);
      if (together !== undefined) wrong(`bandwidth.${operand}`, "is on a port that two are on; give all three one");
      together = [own, operand];
      rates[operand] = rates[own];
      write = rates[own];
    } else if (own !== undefined) {
      const { read, write: up } = "per" in own ? { read: own, write: own } : own;
      rates[operand] = toRate(read, clock);
      if (operand === "output") write = toRate(up, clock);
    }
  }
  const alone = holds.filter((each) => each !== together?.[1]).map((each) => rates[each]);
  const reads = { ...rates, ...(together === undefined ? {} : { together }) };
  return { read: sumOf(alone), write, shared, latency, reads };
}

function buildBuffer(raw: RawBuffer, clock: Hertz, wrong: (field: string, message: string) => void): Buffer {
  const { accessWidth, rounding, doubleBuffer, bandwidth } = raw;
  const follows = bandwidth === "array" ? { bandwidthFollows: bandwidth } : {};
  const holds = heldOf(raw.holds);
  const isOne = bandwidth === "array" || "per" in bandwidth || "read" in bandwidth;
  return {
    ...sizesOf(raw, holds, wrong),
    port: isOne ? buildPort({ ...raw, bandwidth }, clock) : buildPorts(raw, bandwidth, holds, clock, wrong),
    accessWidth,
    rounding,
    doubleBuffer,
    ...follows,
    ...holds,
  };
}

type RawDram = NonNullable<RawHardware["dram"]>;

/** What the fields of a memory must be like together; null: wrong, and said. */
function buildDram(raw: RawDram, clock: Hertz, ctx: z.RefinementCtx): Dram | null {
  const { accessWidth, rounding, width, density, bandwidth } = raw;
  const isLeftOut = (raw.dies ?? width ?? density ?? bandwidth) === undefined && raw.type !== "idealised";
  const isFewest = raw.dies === "fewest" || isLeftOut;
  // How many they are is settled below, with the capacity.
  const dies = raw.dies === "fewest" || isLeftOut ? 1 : raw.dies;
  const wrong = (field: string, message: string): null => {
    refuse(ctx, "spec/conflict", message, null, ["dram", field]);
    return null;
  };
  if (raw.dies === "fewest" && density !== undefined) return wrong("density", "needs a number of dies, not fewest");
  if (raw.type === "none") {
    const given = (["capacity", "density", "dies", "width", "bandwidth"] as const).find(
      (key) => raw[key] !== undefined,
    );
    return given === undefined ? null : wrong(given, "belongs to a memory, and dram.type is none");
  }
  if ((raw.capacity === undefined) === (density === undefined)) {
    return wrong(
      density === undefined ? "capacity" : "density",
      "or dram.density with dram.dies must be given, one of them",
    );
  }
  if (dies === undefined && (density ?? width) !== undefined) {
    return wrong(density === undefined ? "width" : "density", "needs dram.dies beside it");
  }
  if (dies === undefined && bandwidth === undefined) return wrong("bandwidth", "or dram.dies must be given");
  if (dies !== undefined && bandwidth !== undefined)
    return wrong("bandwidth", "follows from dram.dies, so leave it out");
  const plain: Dram = {
    type: raw.type === "idealised" ? null : raw.type,
    capacity: raw.capacity ?? capacityOfDies(density!, dies!),
    port: buildPort({ ...raw, bandwidth: bandwidth ?? NOMINAL }, clock),
    accessWidth,
    rounding,
    ...(dies === undefined ? {} : { dies }),
    ...(isFewest ? { fewestDies: true as const } : {}),
    ...(width === undefined ? {} : { width }),
    ...(raw.idealised ? { idealised: true as const } : {}),
  };
  const dram = settledDram(plain, clock);
  if (!("message" in dram)) return dram;
  refuse(ctx, "spec/not-sold", dram.message, null, ["dram", dram.field]);
  return null;
}

/** Stands in until the dies decide, or the arrays. */
const NOMINAL: Bandwidth = { per: "cycle", rate: { bytes: 1, cycles: 1 } };

/** Integers are what holds where nothing is said. */
export function withFormat(
  { input, weight, accumulator, output, multiplier }: Hardware["precision"] | RawHardware["precision"],
  format: RawHardware["precision"]["format"],
): Hardware["precision"] {
  const plain = { input, weight, accumulator, output, ...(format === "integer" ? {} : { format }) };
  return withMultiplier(plain, multiplier ?? "exact");
}

/** Exact circuits are what holds where nothing is said. */
export function withMultiplier(precision: Hardware["precision"], multiplier: string): Hardware["precision"] {
  const { multiplier: before, ...plain } = precision;
  void before;
  return multiplier === "exact" ? plain : { ...plain, multiplier };
}

function withoutUndefined({ allocated, ...rest }: NonNullable<RawHardware["boardPower"]>): BoardCoefficients {
  return allocated === undefined ? rest : { allocated, ...rest };
}

/** `dies.1.node` as the parts of a path. */
function placeOf(field: string): (string | number)[] {
  return field.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Resolves what depends on other fields: bandwidths per second by the clock, lanes by the rows. */
export function buildHardware(raw: RawHardware, ctx: z.RefinementCtx): Hardware {
  const { lanes, cyclesPerElement } = raw.vector;
  const { overlap, cyclesPerRow, heldRow } = raw.vector;
  const { schedule, formats, silicon, package: dies, runtime: software, kernels, boardPower, link, ...fields } = raw;
  const runtime = software === undefined ? null : runtimeOf(software);
  if (typeof runtime === "string") refuse(ctx, "spec/conflict", runtime, null, ["runtime", "default"]);
  const fusing = STACKS.find((name) => software?.[name] !== undefined && software[name].fusion !== "none");
  if (fusing !== undefined && schedule?.fusion !== undefined) {
    const message = `is said by the stacks of its runtime, so leave it out here or in runtime.${fusing}`;
    refuse(ctx, "spec/conflict", message, null, ["schedule", "fusion"]);
  }
  if (raw.arraysPerCore > 1 && raw.localBuffer === undefined) {
    const message = `is ${raw.arraysPerCore}, but the arrays of a core share its localBuffer, and there is none`;
    refuse(ctx, "spec/conflict", message, "give a localBuffer, or write more cores instead", ["arraysPerCore"]);
  }
  const narrow = precisionProblem(raw.precision);
  if (narrow !== null) refuse(ctx, "spec/conflict", narrow.message, null, ["precision", narrow.field]);
  (formats ?? []).forEach((each, at) => {
    const wrong = formatProblem(each, raw.precision);
    if (wrong !== null) refuse(ctx, "spec/conflict", wrong.message, null, ["formats", at, wrong.field]);
  });
  const wrongCircuit = multiplierProblem({
    ...{ formats: raw.formats, energy: raw.energy ?? null },
    precision: withFormat(raw.precision, raw.precision.format),
  });
  if (wrongCircuit !== null)
    refuse(ctx, "spec/conflict", wrongCircuit.message, null, ["precision", wrongCircuit.field]);
  const unmade = siliconProblem(raw);
  if (unmade !== null) refuse(ctx, "spec/conflict", unmade.message, null, ["silicon", unmade.field]);
  const rest = {
    cyclesPerElement,
    ...(heldRow === undefined ? {} : { heldRow }),
    ...(cyclesPerRow === undefined ? {} : { cyclesPerRow }),
    ...(overlap === "transfers" ? {} : { overlap }),
    ...(raw.vector.besideProducts === true ? { besideProducts: true as const } : {}),
    ...(raw.vector.besideArrays === false ? { besideArrays: false as const } : {}),
  };
  const dram = raw.dram ? buildDram(raw.dram, raw.clock, ctx) : null;
  if (kernels !== undefined && raw.dram === undefined)
    refuse(ctx, "spec/conflict", "needs a dram, which their operands come from", null, ["kernels"]);
  const buffer = (level: "localBuffer" | "globalBuffer"): Buffer | null => {
    const own: RawBuffer | undefined = raw[level];
    const wrong = (field: string, message: string): void => {
      refuse(ctx, "spec/conflict", message, null, [level, ...placeOf(field)]);
    };
    return own === undefined ? null : buildBuffer(own, raw.clock, wrong);
  };
  const past = raw.globalBuffer === undefined ? null : pastProblem(heldOf(raw.globalBuffer.holds), raw.dram?.type);
  if (past !== null) refuse(ctx, "spec/conflict", past, null, ["globalBuffer", "holds"]);
  const hardware: Hardware = {
    ...fields,
    precision: withFormat(raw.precision, raw.precision.format),
    ...(formats === undefined || formats.length === 0 ? {} : { formats }),
    array: { ...raw.array, dataflow: listOfDataflows(raw.array.dataflow) },
    vector: lanes === "rows" ? { lanes: raw.array.rows, lanesFollow: "rows" as const, ...rest } : { lanes, ...rest },
    localBuffer: buffer("localBuffer"),
    globalBuffer: buffer("globalBuffer"),
    energy: raw.energy ?? null,
    runtime: typeof runtime === "string" ? null : runtime,
    boardPower: boardPower === undefined ? null : withoutUndefined(boardPower),
    dram,
    kernels:
      kernels === undefined
        ? null
        : {
            operandSupply: toRate(kernels.operandSupply, raw.clock),
            resultBandwidth: kernels.resultBandwidth === undefined ? null : toRate(kernels.resultBandwidth, raw.clock),
            secondPass: kernels.secondPass,
            ...(kernels.attention === undefined ? {} : { attention: kernels.attention }),
          },
    ...(link === undefined ? {} : { link: linkOf(link) }),
    ...(silicon === undefined ? {} : { silicon: silicon as Silicon }),
    ...(dies === undefined ? {} : { package: dies }),
    ...(schedule === undefined ? {} : { schedule: filledSchedule(schedule, PLAIN_SCHEDULE) }),
    ...(raw.dram?.type === "none" ? { withoutDram: true as const } : {}),
  };
  const unfit = packageProblem(hardware);
  if (unfit !== null) refuse(ctx, "spec/conflict", unfit.message, null, ["package", ...placeOf(unfit.field)]);
  return deepFreeze(withFollowers(hardware));
}
