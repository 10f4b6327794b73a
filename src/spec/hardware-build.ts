import type * as z from "zod";
import { toRate, type Bandwidth, type Hertz } from "../units/index.ts";
import { formatProblem, multiplierProblem, precisionProblem } from "./cross-rules.ts";
import { refuse } from "./fields.ts";
import { withFollowers } from "./followers.ts";
import { deepFreeze } from "./freeze.ts";
import type { BoardCoefficients, Buffer, Dataflow, Dram, Hardware, Port } from "./hardware.ts";
import type { RawHardware } from "./hardware-schema.ts";
import { capacityOfDies, settledDram } from "./memory.ts";
import { linkOf } from "./link.ts";
import { runtimeOf, STACKS } from "./runtime.ts";
import { filledSchedule, PLAIN_SCHEDULE } from "./schedule.ts";
import { packageProblem } from "./stack.ts";
import { siliconProblem, type Silicon } from "./silicon.ts";

interface RawPort {
  readonly bandwidth: Bandwidth | "array" | { readonly read: Bandwidth; readonly write: Bandwidth };
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

function buildBuffer(raw: NonNullable<RawHardware["localBuffer"]>, clock: Hertz): Buffer {
  const { size, accessWidth, rounding, doubleBuffer, bandwidth } = raw;
  const follows = bandwidth === "array" ? { bandwidthFollows: bandwidth } : {};
  return { size, port: buildPort(raw, clock), accessWidth, rounding, doubleBuffer, ...follows };
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
  const hardware: Hardware = {
    ...fields,
    precision: withFormat(raw.precision, raw.precision.format),
    ...(formats === undefined || formats.length === 0 ? {} : { formats }),
    array: { ...raw.array, dataflow: listOfDataflows(raw.array.dataflow) },
    vector: lanes === "rows" ? { lanes: raw.array.rows, lanesFollow: "rows" as const, ...rest } : { lanes, ...rest },
    localBuffer: raw.localBuffer ? buildBuffer(raw.localBuffer, raw.clock) : null,
    globalBuffer: raw.globalBuffer ? buildBuffer(raw.globalBuffer, raw.clock) : null,
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
