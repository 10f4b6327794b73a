/**
 * The model of one GEMM as docs/model.md tells it, walked tile by tile, core by core and fold by fold. Slow and plain on
 * purpose: the tests compare the core with it number by number, so it shares no code and no derivation with the core.
 *
 *   far memory --outer port--> outer buffer --inner port--> inner buffers --array port--> arrays
 *
 * Which buffers these are on a chip, see levels.ts. Units: cycles and bytes. Compared with the
 * core in test/property/sim/walk.test.ts.
 */
import type { Mapping, Tile } from "../../src/mapping/mapping.ts";
import type { GemmProblem, PerOperand, Traffic } from "../../src/sim/types.ts";
import type { Buffer, Dram, Hardware, OperandReads } from "../../src/spec/hardware.ts";
import type { Rate } from "../../src/units/quantity.ts";
import { arrayTime, coreWork, HELD, type CoreWork } from "./array-time.ts";
import { levelsOf, passesOuter } from "./levels.ts";
import { elementsOfCore, hasWork, stepsOf, type Chunk, type Step } from "./steps.ts";

export interface Walk {
  readonly cycles: number;
  readonly computeCycles: number;
  readonly stallCycles: number;
  readonly firstFillCycles: number;
  readonly lastDrainCycles: number;
  readonly dram: Traffic;
  readonly global: Traffic;
  readonly local: Traffic;
  readonly array: {
    readonly inputReads: number;
    readonly weightReads: number;
    readonly outputReads: number;
    readonly outputWrites: number;
  };
}

/** Cycles between which something happens. */
export type Span = readonly [begin: number, end: number];
/** What each direction of each port carries, and what the array works on, in order. */
export interface Log {
  readonly outerRead: Span[];
  readonly outerWrite: Span[];
  readonly innerRead: Span[];
  readonly innerWrite: Span[];
  readonly array: Span[];
}

type Operand = keyof PerOperand;
interface Counts {
  input: number;
  weight: number;
  output: number;
}

/** A bandwidth and a latency, with the times from which on its two directions are free. */
interface PortState {
  readonly read: Rate;
  readonly write: Rate;
  readonly isShared: boolean;
  readonly latency: number;
  readFree: number;
  writeFree: number;
  readonly reads: Span[];
  readonly writes: Span[];
}

/** When the first unit of something is at a place, and when the whole of it. */
interface Arrival {
  readonly first: number;
  readonly there: number;
}

/** What a transfer brings arrives; `end`: when it leaves its port. */
interface Transfer extends Arrival {
  readonly end: number;
}

/** What arrives in one piece, at `time`. */
const whole = (time: number): Arrival => ({ first: time, there: time });
const AT_ONCE = whole(0);

interface OuterTile {
  /** When each part, one inner tile, is there. */
  readonly parts: Map<string, Arrival>;
  lastRead: number;
}

interface InnerTile extends Arrival {
  lastUse: number;
}

function transferCycles(bytes: number, rate: Rate): number {
  return Math.ceil((bytes * rate.cycles) / rate.bytes);
}

/** Ports of the operands of a buffer: one, or one for each, of which two may be the same. Only outputs are written upwards. */
function portsOf(
  port: { read: Rate; write: Rate; shared: boolean; latency: number; reads?: OperandReads } | null,
  reads: Span[] = [],
  writes: Span[] = [],
): Record<Operand, PortState> {
  if (port?.reads === undefined) {
    const one = portOf(port, reads, writes);
    return { input: one, weight: one, output: one };
  }
  const together: readonly Operand[] = port.reads.together ?? [];
  const own = (read: Rate): PortState => portOf({ ...port, read }, reads, writes);
  const all = { input: own(port.reads.input), weight: own(port.reads.weight), output: own(port.reads.output) };
  const of = (operand: Operand): PortState => all[together.includes(operand) ? together[0]! : operand];
  return { input: of("input"), weight: of("weight"), output: of("output") };
}

function portOf(
  port: { read: Rate; write: Rate; shared: boolean; latency: number } | null,
  reads: Span[] = [],
  writes: Span[] = [],
): PortState {
  const free: Rate = { bytes: 1, cycles: 0 };
  return {
    read: port?.read ?? free,
    write: port === null ? free : port.shared ? port.read : port.write,
    isShared: port?.shared ?? false,
    latency: port?.latency ?? 0,
    readFree: 0,
    writeFree: 0,
    reads,
    writes,
  };
}

/** One transfer of so many units, handed on unit by unit, from a source at which it arrives to a place free from `placeFree` on. */
function transfer(
  cycles: number,
  units: number,
  portFree: number,
  placeFree: number,
  source: Arrival,
  latency: number,
) {
  const unit = Math.ceil(cycles / units);
  const begin = Math.max(portFree, placeFree, source.first);
  const end = Math.max(begin + cycles, source.there + unit);
  return { begin, first: begin + unit + latency, end, there: end + latency };
}

function down(port: PortState, placeFree: number, source: Arrival, bytes: number, units: number): Transfer {
  const moved = transfer(transferCycles(bytes, port.read), units, port.readFree, placeFree, source, port.latency);
  port.readFree = moved.end;
  port.reads.push([moved.begin, moved.end]);
  if (port.isShared) port.writeFree = moved.end;
  return moved;
}

function up(port: PortState, placeFree: number, source: Arrival, bytes: number, units: number): Transfer {
  const moved = transfer(transferCycles(bytes, port.write), units, port.writeFree, placeFree, source, port.latency);
  port.writeFree = moved.end;
  port.writes.push([moved.begin, moved.end]);
  if (port.isShared) port.readFree = moved.end;
  return moved;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function zero(): Counts {
  return { input: 0, weight: 0, output: 0 };
}

/** @param log  filled with when what happens */
export function walk(hardware: Hardware, problem: GemmProblem, mapping: Mapping, log: Log | null = null): Walk {
  const { precision } = hardware;
  const width = {
    input: precision.input / 8,
    weight: precision.weight / 8,
    output: precision.output / 8,
    sum: precision.accumulator / 8,
  };
  const { dram } = hardware;
  const resident = problem.resident ?? { input: false, weight: false, output: false };
  const levels = levelsOf(hardware);
  const hasOuter = levels.outer !== null;
  const splitsK = mapping.coreSplit.k > 1;
  /** What goes past the outer buffer crosses DRAM's port where the rest crosses the inner one. */
  const passes = (operand: Operand): boolean => passesOuter(levels, operand);
  const outerPort = portOf(dram?.port ?? null, log?.outerRead, log?.outerWrite);
  const innerPorts = portsOf(levels.outer?.port ?? dram?.port ?? null, log?.innerRead, log?.innerWrite);
  const arrayPorts = portsOf(levels.inner?.port ?? null);
  const arrayPort = arrayPorts.output;
  const all = { input: true, weight: true, output: true };
  /** Without a buffer near the array, whatever it does not hold streams. */
  const stays = levels.inner === null ? (HELD[mapping.dataflow] ?? "output") : null;
  const streams = (operand: Operand): boolean => stays !== null && operand !== stays;
  const isDouble = {
    outer: levels.outerIs === "local" ? mapping.doubleBuffered.local : mapping.doubleBuffered.global,
    inner: levels.inner === null ? all : { ...mapping.doubleBuffered.local },
  };

  // Bytes over each boundary, downwards per operand and upwards (outputs only).
  const outerDown = zero();
  const innerDown = zero();
  const passedDown = zero();
  const arrivedDown = zero();
  const edgeDown = zero();
  const outerUp = zero();
  const innerUp = zero();
  const passedUp = zero();
  const leftUp = zero();
  const edgeUp = zero();
  const array = { inputReads: 0, weightReads: 0, outputReads: 0, outputWrites: 0 };

  /** Rounding up to whole accesses. */
  const wholeOf = (level: Buffer | Dram | null) => (size: number) =>
    level?.rounding === "block" ? Math.ceil(size / level.accessWidth) * level.accessWidth : size;
  const block = {
    outer: wholeOf(dram),
    inner: wholeOf(levels.outer ?? dram),
    array: wholeOf(levels.inner),
  };
  const bytes = (elements: number, elementBytes: number): number => Math.ceil(elements * elementBytes);
  const elementsOf = (tile: Tile, operand: Operand): number =>
    operand === "input" ? tile.m * tile.k : operand === "weight" ? tile.n * tile.k : tile.m * tile.n;

  /**
   * The tiles of an operand that the cores hold in a step, copies apart: cores at one place along the dimension that it does
   * not depend on. Sums of several cores along k are tiles of their own.
   */
  function tilesOnCores(step: Step, operand: Operand): { readonly copies: Chunk[][]; readonly summands: number } {
    const mine = step.cores.filter(hasWork);
    const free = operand === "input" ? "n" : operand === "weight" ? "m" : "k";
    const places = [...new Set(mine.map(({ at }) => at[free]))];
    const copies = places.map((place) => mine.filter(({ at }) => at[free] === place));
    return operand === "output" ? { copies: copies.slice(0, 1), summands: copies.length } : { copies, summands: 1 };
  }

  /**
   * Bytes of one copy of an operand's tiles. What the cores hold of one batch element is one transfer and is rounded up once;
   * the elements are rounded up each.
   */
  function bytesOfCopy(chunks: readonly Chunk[], operand: Operand, elementBytes: number): number {
    const perElement = new Map<number, number>();
    for (const { at, elements, tile } of chunks) {
      for (let e = 0; e < elements; e++) {
        const element = at.b * elementsOfCore(mapping) + e;
        perElement.set(element, (perElement.get(element) ?? 0) + elementsOf(tile, operand));
      }
    }
    return sum([...perElement.values()].map((elements) => bytes(elements, elementBytes)));
  }

  /** Bytes of an operand's inner tiles, of all cores: those that the inner port carries, and those that arrive. */
  function innerBytes(step: Step, operand: Operand, elementBytes: number): { carried: number; arrived: number } {
    const { copies, summands } = tilesOnCores(step, operand);
    const sizes = copies.map((chunks) => bytesOfCopy(chunks, operand, elementBytes));
    const arrived = sum(sizes) * summands;
    const carried = hardware.multicast ? sizes[0]! * summands : arrived;
    return { carried: passes(operand) ? block.outer(carried) : block.inner(carried), arrived };
  }

  /** Sums of a step on all cores, those of cores along k apart. */
  function elementsOnCores(step: Step): number {
    return sum(step.cores.filter(hasWork).map(({ elements, tile }) => elements * tile.m * tile.n));
  }

  /** The same tiles over the outer port: the outer buffer has one copy of each. */
  function partBytes(step: Step, operand: Operand, elementBytes: number): number {
    return block.outer(bytesOfCopy(tilesOnCores(step, operand).copies[0]!, operand, elementBytes));
  }

  /** Work of the arrays of each core that has any. */
  function workOf(step: Step, before: Step | undefined): CoreWork[] {
    const held = HELD[mapping.dataflow];
    const wasHeld = held !== null && step.innerName[held] === before?.innerName[held];
    // With k split over cores, each starts its sums at zero whenever its output changes.
    const startsAtZero = splitsK ? step.innerName.output !== before?.innerName.output : step.isFirstK;
    return step.cores.filter(hasWork).map(({ tile }) => coreWork(hardware.array, mapping, tile, startsAtZero, wasHeld));
  }

  /** Counts what crosses the arrays' edges in a step; returns the cycles that the busiest array port needs for it. */
  function crossEdges(step: Step, works: readonly CoreWork[]): number {
    let portCycles = 0;
    step.cores.filter(hasWork).forEach(({ tile, elements }, i) => {
      const work = works[i]!;
      const finished = step.isLastK && !splitsK ? tile.m * tile.n : 0;
      const read = {
        input: elements * (mapping.bypass === "input" ? 0 : bytes(work.inputsRead, width.input)),
        weight: elements * (mapping.bypass === "weight" ? 0 : bytes(work.weightsRead, width.weight)),
        output: elements * bytes(work.sumsRead, width.sum),
      };
      const written = elements * bytes(finished * width.output + (work.sumsWritten - finished) * width.sum, 1);
      edgeDown.input += read.input;
      edgeDown.weight += read.weight;
      edgeDown.output += read.output;
      edgeUp.output += written;
      array.inputReads += elements * work.inputsRead;
      array.weightReads += elements * work.weightsRead;
      // Where the inner port is the array's edge, sums are counted as they cross that.
      if (levels.inner !== null) array.outputReads += elements * work.sumsRead;
      if (levels.inner !== null) array.outputWrites += elements * work.sumsWritten;
      const writes = transferCycles(block.array(written), arrayPort.write);
      for (const port of new Set(Object.values(arrayPorts))) {
        const mine = (["input", "weight", "output"] as const).filter((operand) => arrayPorts[operand] === port);
        const reads = transferCycles(block.array(sum(mine.map((operand) => read[operand]))), port.read);
        const isBoth = port.isShared && mine.includes("output");
        portCycles = Math.max(portCycles, isBoth ? reads + writes : Math.max(reads, writes));
      }
    });
    return portCycles;
  }

  const steps = stepsOf(problem, mapping);
  const works = steps.map((step, s) => workOf(step, steps[s - 1]));
  const times = works.map(([core]) => arrayTime(hardware.array, mapping.dataflow, core!.first));
  // What the array needs first is asked for first: held weights, where nothing else can hold them.
  const operands = stays === "weight" ? (["weight", "input"] as const) : (["input", "weight"] as const);
  /** Positions in the stream of a step's only fold, and cycles of each. */
  const positions = works.map(([core]) => {
    const { steps: stream, held } = core!.first.folds.at(-1)!;
    const { m, n } = mapping.registerTile;
    const together = { "weight-stationary": m, "output-stationary": 1, "input-stationary": n }[mapping.dataflow];
    return { count: Math.ceil(stream / (held * together)), cycles: held * together };
  });
  const unitsOf = (s: number, operand: Operand): number => (streams(operand) ? positions[s]!.count : 1);
  /** From the first unit of an operand that streams to the last. */
  const leadOf = (s: number, operand: Operand): number => (unitsOf(s, operand) - 1) * positions[s]!.cycles;

  // What the walk remembers. Lists hold one entry per tile that ever came in; the last entry is the one in place.
  const outerTiles = { input: [] as OuterTile[], weight: [] as OuterTile[] };
  const innerTiles = { input: [] as InnerTile[], weight: [] as InnerTile[] };
  /** For each outer output that was ever in place: when the last of its parts was in the far memory. */
  const outerOutputs: { stored: number }[] = [];
  const innerStores: Transfer[] = [];
  /** Stores that let loads go first on a shared outer port. */
  const outerQueue: { sums: Arrival; size: number; units: number; queuedIn: number }[] = [];
  let stepInWork = 0;
  let outerPlaceFree = 0;
  /** Outputs that the outer buffer has sums of, and the bytes that its adder read. */
  const added = new Set<string>();
  let adderReads = 0;
  let innerPlaceFree = 0;
  /** When a step can start, as far as its sums are concerned; 0: nothing comes back. */
  let innerSumsReady = 0;
  let streamEnd = 0;
  let arrayFree = 0;
  let sumsLeft = 0;
  let arrayEmpty = 0;
  let computeCycles = 0;
  /** What the array has waited before each step. */
  const waits: number[] = [];
  let openedOuterTiles = 0;
  /** The last step that brings a part of the first outer tile, or the first of all. */
  let lastFilling = 0;
  let end = 0;

  function bringPart(s: number, operand: "input" | "weight"): void {
    const step = steps[s]!;
    const tiles = outerTiles[operand];
    const present = tiles.at(-1)!;
    if (resident[operand]) {
      present.parts.set(step.innerName[operand], AT_ONCE);
      return;
    }
    const waitsFor = tiles.at(isDouble.outer[operand] ? -3 : -2);
    if (openedOuterTiles === 1) lastFilling = s;
    const size = partBytes(step, operand, width[operand]);
    outerDown[operand] += size;
    const brought = down(outerPort, waitsFor?.lastRead ?? 0, AT_ONCE, size, unitsOf(s, operand));
    present.parts.set(step.innerName[operand], brought);
  }

  function fetchInner(s: number, operand: "input" | "weight"): void {
    const step = steps[s]!;
    const tiles = innerTiles[operand];
    const source = outerTiles[operand].at(-1);
    const part = source?.parts.get(step.innerName[operand]) ?? AT_ONCE;
    const placeFree = isDouble.inner[operand] ? (tiles.at(-2)?.lastUse ?? 0) : arrayFree;
    const size = innerBytes(step, operand, width[operand]);
    (passes(operand) ? passedDown : innerDown)[operand] += size.carried;
    if (mapping.bypass !== operand) arrivedDown[operand] += size.arrived;
    const port = passes(operand) ? outerPort : innerPorts[operand];
    const fetched = down(port, placeFree, passes(operand) ? AT_ONCE : part, size.carried, unitsOf(s, operand));
    if (source !== undefined) source.lastRead = fetched.end;
    tiles.push({ first: fetched.first, there: fetched.there, lastUse: 0 });
  }

  function computeStep(s: number, inputs: InnerTile, weights: InnerTile): void {
    // Cores, and arrays of a core, go in step, and the first of them has the largest tile: it sets the time.
    const time = times[s]!;
    const next = times[s + 1];
    const streamCycles = Math.max(time.stream, crossEdges(steps[s]!, works[s]!));
    const placeNeeded = innerSumsReady > 0 ? innerPlaceFree : innerPlaceFree - time.skew;
    const inputsReady = Math.max(inputs.first, inputs.there - leadOf(s, "input"));
    const weightsReady = Math.max(weights.first, weights.there - leadOf(s, "weight"));
    // Straight from the outer buffer, sums are added on the way out.
    const sumsNeeded = levels.inner === null ? innerSumsReady - time.skew : innerSumsReady;
    let start = Math.max(arrayFree, inputsReady, weightsReady, sumsNeeded, placeNeeded);
    if (s === 0) {
      // The first held words go into the PEs once they are there, while what streams may still come.
      const heldReady = HELD[mapping.dataflow] === "weight" ? weightsReady : inputsReady;
      start = Math.max(start, heldReady + time.load) + arrayPort.latency;
      computeCycles += time.load + arrayPort.latency;
    }
    waits.push(start - arrayFree);
    const notHidden = Math.max(0, (next?.load ?? 0) - time.hides);
    streamEnd = start + streamCycles;
    arrayFree = Math.max(streamEnd, start + time.stream + notHidden);
    const begun = s === 0 ? start - time.load - arrayPort.latency : start;
    log?.array.push([begun, start + time.stream + notHidden]);
    sumsLeft = streamEnd + time.skew;
    arrayEmpty = Math.max(arrayEmpty, sumsLeft);
    computeCycles += time.stream + notHidden;
    inputs.lastUse = arrayFree;
    weights.lastUse = arrayFree;
  }

  function storeOutput(s: number): void {
    const step = steps[s]!;
    const elementBytes = step.isLastK && !splitsK ? width.output : width.sum;
    const size = innerBytes(step, "output", elementBytes);
    (passes("output") ? passedUp : innerUp).output += size.carried;
    leftUp.output += size.arrived;
    if (levels.inner === null) array.outputWrites += elementsOnCores(step);
    const leaving = { first: sumsLeft - leadOf(s, "output"), there: sumsLeft };
    const store = passes("output")
      ? up(outerPort, 0, leaving, size.carried, unitsOf(s, "output"))
      : up(innerPorts.output, outerPlaceFree, leaving, size.carried, unitsOf(s, "output"));
    innerStores.push(store);
    end = Math.max(end, store.there);
    if (splitsK) addSums(step, size.arrived);
    if (!hasOuter || passes("output") || resident.output || !step.isLastInnerK || !step.outerOutputLeaves) return;
    const part = partBytes(step, "output", step.isLastK ? width.output : width.sum);
    outerUp.output += part;
    outerQueue.push({ sums: store, size: part, units: unitsOf(s, "output"), queuedIn: stepInWork });
    if (!outerPort.isShared) storeOuter(Infinity);
  }

  /** Puts stores on the outer port that have been in the queue since step `until` or longer. */
  function storeOuter(until: number): void {
    while (outerQueue.length > 0 && outerQueue[0]!.queuedIn <= until) {
      const { sums, size, units } = outerQueue.shift()!;
      const stored = up(outerPort, 0, sums, size, units).there;
      outerOutputs.at(-1)!.stored = stored;
      end = Math.max(end, stored);
    }
  }

  /** The outer buffer reads what it has and adds the sums of each core to it; the first of an outer tile is only written. */
  function addSums(step: Step, size: number): void {
    const key = `${step.innerName.output}`;
    const cores = tilesOnCores(step, "output").summands;
    const isFirst = !added.has(key);
    added.add(key);
    adderReads += isFirst ? size - size / cores : size;
  }

  function openInnerOutput(s: number, isOuterOutputNew: boolean): void {
    const step = steps[s]!;
    // Straight from the array, sums wait for no place.
    innerPlaceFree = levels.inner === null ? 0 : (innerStores.at(isDouble.inner.output ? -2 : -1)?.there ?? 0);
    innerSumsReady = 0;
    if (splitsK ? step.isFirstOuterK : step.isFirstK) return;
    let inOuterBuffer = AT_ONCE;
    if (hasOuter && !passes("output") && !resident.output && isOuterOutputNew && step.inner.k === 0) {
      const part = partBytes(step, "output", width.sum);
      outerDown.output += part;
      const beforeTheLast = outerOutputs.at(-3)?.stored ?? 0;
      const placeFree = Math.max(outerPlaceFree, beforeTheLast);
      inOuterBuffer = down(outerPort, placeFree, AT_ONCE, part, unitsOf(s, "output"));
    }
    // Where the outer buffer adds, nothing comes down to the cores.
    if (splitsK) return;
    const size = innerBytes(step, "output", width.sum);
    (passes("output") ? passedDown : innerDown).output += size.carried;
    arrivedDown.output += size.arrived;
    // Their last store is the last of all, if the step before worked on the same sums.
    const isOfSame = step.innerName.output === steps[s - 1]?.innerName.output;
    const lastStore = isOfSame ? innerStores.at(-1)! : whole(innerStores.at(-2)?.there ?? 0);
    const source = {
      first: Math.max(lastStore.first, inOuterBuffer.first),
      there: Math.max(lastStore.there, inOuterBuffer.there),
    };
    const port = passes("output") ? outerPort : innerPorts.output;
    const portFree = port.readFree;
    const back = down(port, innerPlaceFree, source, size.carried, unitsOf(s, "output"));
    if (levels.inner === null) {
      // Other streams go on while these are waited for.
      port.readFree = portFree + transferCycles(size.carried, port.read);
      port.reads[port.reads.length - 1] = [portFree, port.readFree];
      if (port.isShared) port.writeFree = port.readFree;
    }
    innerSumsReady = Math.max(back.first, back.there - leadOf(s, "output"));
    if (levels.inner === null) array.outputReads += elementsOnCores(step);
  }

  /** Whether the operand of the present outer tile came in when that tile was opened. */
  const isNew = { input: false, weight: false, output: false };
  steps.forEach((step, s) => {
    const before = steps[s - 1];
    const changed = (operand: Operand): boolean =>
      streams(operand) || step.innerName[operand] !== before?.innerName[operand];
    if (step.opensOuterTile) {
      openedOuterTiles += 1;
      for (const operand of ["input", "weight", "output"] as const) {
        isNew[operand] = step.outerName[operand] !== before?.outerName[operand];
      }
    }
    // 0
    if (hasOuter) {
      for (const operand of operands) {
        if (step.opensOuterTile && isNew[operand]) outerTiles[operand].push({ parts: new Map(), lastRead: 0 });
        const isFirstUse = operand === "input" ? step.inner.n === 0 : step.inner.m === 0;
        const comes = mapping.kept[operand] ? step.outerFree[operand] === 0 : isNew[operand];
        if (comes && isFirstUse && !passes(operand)) bringPart(s, operand);
      }
    }
    // The tiles in place for step s - 1, before those of s come in.
    const inputs = innerTiles.input.at(-1);
    const weights = innerTiles.weight.at(-1);
    // 1
    for (const operand of operands) {
      if (changed(operand) && isDouble.inner[operand]) fetchInner(s, operand);
    }
    // 2
    if (before !== undefined) computeStep(s - 1, inputs!, weights!);
    // 3
    stepInWork = s;
    storeOuter(s - 2);
    if (before !== undefined && changed("output")) storeOutput(s - 1);
    if (step.opensOuterTile && isNew.output) storeOuter(s);
    if (step.opensOuterTile && isNew.output) {
      outerPlaceFree = hasOuter ? (outerOutputs.at(isDouble.outer.output ? -2 : -1)?.stored ?? 0) : 0;
      outerOutputs.push({ stored: 0 });
    }
    // 4
    for (const operand of operands) {
      if (changed(operand) && !isDouble.inner[operand]) fetchInner(s, operand);
    }
    if (changed("output")) openInnerOutput(s, isNew.output);
  });
  computeStep(steps.length - 1, innerTiles.input.at(-1)!, innerTiles.weight.at(-1)!);
  const lastStreamEnd = streamEnd;
  computeCycles += arrayEmpty - lastStreamEnd;
  storeOutput(steps.length - 1);
  storeOuter(Infinity);
  end = Math.max(end, arrayEmpty);

  const add = (a: Counts, b: Counts): PerOperand => ({
    input: a.input + b.input,
    weight: a.weight + b.weight,
    output: a.output + b.output,
  });
  const none: Traffic = { reads: zero(), writes: zero() };
  const inner: Traffic = { reads: add(edgeDown, leftUp), writes: add(arrivedDown, edgeUp) };
  const outer: Traffic = {
    reads: add(add(innerDown, outerUp), { ...zero(), output: adderReads }),
    writes: add(outerDown, innerUp),
  };
  const far: Traffic = hasOuter
    ? { reads: add(outerDown, passedDown), writes: add(outerUp, passedUp) }
    : { reads: innerDown, writes: innerUp };
  return {
    cycles: end,
    computeCycles,
    stallCycles: end - computeCycles,
    firstFillCycles: waits.slice(0, lastFilling + 1).reduce((sum, wait) => sum + wait, 0),
    lastDrainCycles: end - lastStreamEnd,
    dram: dram === null ? none : far,
    global: levels.outerIs === "global" ? outer : none,
    local: levels.outerIs === "local" ? outer : levels.inner !== null ? inner : none,
    array,
  };
}
