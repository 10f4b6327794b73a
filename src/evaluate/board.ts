import { power } from "../math/index.ts";
import { combined, type Known } from "../metrics/index.ts";
import type { GemmCounters } from "../sim/index.ts";
import type { Hardware } from "../spec/hardware.ts";
import { joulesOf } from "../units/index.ts";
import type { Evaluation, OperatorEvaluation } from "./types.ts";

/**
 * Dynamic power of a chip goes with its clock to this power, since the voltage follows: 1.5 to 3; published GEMM kernels of an H100 over 0.5 ms
 * fit with 2.2 and 3 alike.
 */
const CLOCK_EXPONENT = 2.5;

/** No firmware goes lower. */
const LEAST_CLOCK = 0.1;
const HALVINGS = 40;

/** What an operator does to the board's power: DRAM bytes, and MACs as its format counts them. */
export interface BoardWork {
  readonly bytes: number;
  readonly macs: number;
}

/** W by what moves with the clock: nothing, the bytes, and everything that switches. */
interface Watts {
  readonly still: number;
  readonly moving: number;
  readonly switching: number;
}

/**
 * Mean power of a board while an operator runs at its full clock, W:
 *
 *   still = idle power of a board that is in use     moving = DRAM bytes / s · dramByte     switching = cores · busyPerCore + MACs / s · mac
 *
 * Coefficients are all in: regulators, links, clock tree and instruction issue among them (`boardPower` of the chip's file).
 */
function wattsOf({ bytes, macs }: BoardWork, cycles: number, hardware: Hardware): Watts | null {
  const { boardPower, silicon, cores, clock } = hardware;
  const still = boardPower?.allocated ?? silicon?.idlePower;
  if (boardPower === null || still === undefined || cycles === 0) return null;
  const perSecond = clock / cycles;
  return {
    still,
    moving: joulesOf(bytes * boardPower.dramByte) * perSecond,
    switching: cores * boardPower.busyPerCore + macs * boardPower.mac * perSecond,
  };
}

/**
 * Share of its clock at which an operator's mean power fits the board's limit:
 *
 *   still + share · moving + share^2.5 · switching ≤ limit,  the largest share of at most 1
 *
 * Its cycles take 1 / share times as long. 1 where no limit is stated, or nothing is known of the board's power. Limit of validity: the mean
 * over an operator; all of it slows down, transfers too.
 */
export function clockShare(work: BoardWork, cycles: number, hardware: Hardware): number {
  const limit = hardware.silicon?.powerLimit;
  const watts = limit === undefined ? null : wattsOf(work, cycles, hardware);
  if (watts === null || limit === undefined) return 1;
  const { still, moving, switching } = watts;
  const at = (share: number): number => still + share * moving + power(share, CLOCK_EXPONENT) * switching;
  if (at(1) <= limit) return 1;
  let [low, high] = [LEAST_CLOCK, 1];
  for (let i = 0; i < HALVINGS; i += 1) {
    const middle = (low + high) / 2;
    if (at(middle) <= limit) low = middle;
    else high = middle;
  }
  return low;
}

/** Of a product as the core counted it, in words of its format. */
export function boardWorkOf({ macs, dram }: GemmCounters): BoardWork {
  const { reads, writes } = dram;
  return { bytes: reads.input + reads.weight + reads.output + writes.output, macs };
}

const workOf = ({ macs, format, traffic }: OperatorEvaluation): BoardWork => ({
  bytes: traffic.dram.read + traffic.dram.written,
  macs: macs / format.rate,
});

/**
 * Operators at the clock that the board's power limit leaves their kernels: what runs inside one has its mean power, and its clock.
 *
 * @param inside names of operators that run inside the kernel of the one before
 */
export function underLimit(
  operators: readonly OperatorEvaluation[],
  inside: ReadonlySet<string>,
  hardware: Hardware,
  activePerCycle: number | null,
): readonly OperatorEvaluation[] {
  if (hardware.silicon?.powerLimit === undefined || hardware.boardPower === null) return operators;
  const kernels: OperatorEvaluation[][] = [];
  for (const operator of operators) {
    const last = kernels.at(-1);
    if (last !== undefined && inside.has(operator.name)) last.push(operator);
    else kernels.push([operator]);
  }
  return kernels.flatMap((parts) => {
    const sum = (of: (part: OperatorEvaluation) => number): number =>
      parts.reduce((total, part) => total + part.count * of(part), 0);
    const work = { bytes: sum((part) => workOf(part).bytes), macs: sum((part) => workOf(part).macs) };
    const share = clockShare(
      work,
      sum(({ cycles }) => cycles),
      hardware,
    );
    return share === 1 ? parts : parts.map((part) => atShare(part, share, activePerCycle));
  });
}

function atShare(operator: OperatorEvaluation, share: number, activePerCycle: number | null): OperatorEvaluation {
  const cycles = Math.ceil(operator.cycles / share);
  const energy =
    activePerCycle === null || operator.energy["static"] === undefined
      ? operator.energy
      : {
          ...operator.energy,
          static: operator.energy["static"] + joulesOf((cycles - operator.cycles) * activePerCycle),
        };
  return { ...operator, cycles, clockShare: share, energy, utilisation: operator.utilisation * share };
}

/**
 * All that the board takes while an inference runs, J, idle power included:
 *
 *   Σ operators (still + share · moving + share^2.5 · switching) · time + (still + cores · busyPerCore) · launches + still · host
 *
 * where the file states coefficients (`boardPower`); else typical power while the device works and idle power while it waits for its host.
 * It holds what `energy` holds, and what no event counts. Error on rows that set no coefficient: docs/validation.md.
 */
export function boardEnergyOf({
  operators,
  design,
  nonOperatorCycles,
}: Pick<Evaluation, "operators" | "design" | "nonOperatorCycles">): Known {
  const { boardPower, silicon, clock } = design.hardware;
  const idle = boardPower?.allocated ?? silicon?.idlePower;
  if (idle === undefined) return unknown("the idle power of the board is not stated (silicon.idlePower)");
  const { launch = 0, host = 0 } = nonOperatorCycles;
  const waiting = (idle * host) / clock;
  if (boardPower === null) {
    const typical = silicon?.typicalPower;
    if (typical === undefined)
      return unknown("what the board takes under load is not stated (boardPower, or silicon.typicalPower)");
    const cycles = operators.reduce((sum, each) => sum + each.count * each.cycles, launch);
    return combined("energy of the board", [], () => (typical * cycles) / clock + waiting);
  }
  const working = operators.reduce((sum, each) => sum + each.count * each.cycles, launch);
  const above = operators.reduce((sum, each) => sum + each.count * (boardJoules(each, design.hardware) ?? 0), 0);
  return combined("energy of the board", [], () => above + (idle * working) / clock + waiting);
}

/** J above idle that one run of an operator takes of the board, with its start; null: its file has no coefficients. */
export function boardJoules(operator: OperatorEvaluation, hardware: Hardware): number | null {
  const { boardPower, cores, clock } = hardware;
  if (boardPower === null) return null;
  const share = operator.clockShare ?? 1;
  const watts = wattsOf(workOf(operator), operator.cycles * share, hardware);
  const running = watts === null ? 0 : share * watts.moving + power(share, CLOCK_EXPONENT) * watts.switching;
  return (running * operator.cycles + cores * boardPower.busyPerCore * operator.launchCycles) / clock;
}

const unknown = (reason: string): Known => ({ total: null, reason });

/** Powers of a board, W; null: not known. Mean: over an inference. */
export interface BoardPower {
  readonly idle_W: number | null;
  readonly in_use_W: number | null;
  readonly mean_W: number | null;
  readonly limit_W: number | null;
}

/** @returns null where the chip's file says nothing of its board */
export function boardPowerOf(evaluation: Evaluation): BoardPower | null {
  const { boardPower, silicon } = evaluation.design.hardware;
  const idle = silicon?.idlePower;
  if (boardPower === null && idle === undefined) return null;
  const energy = boardEnergyOf(evaluation);
  return {
    idle_W: idle ?? null,
    in_use_W: boardPower?.allocated ?? idle ?? null,
    mean_W: typeof energy === "number" ? energy / evaluation.latency_s : null,
    limit_W: silicon?.powerLimit ?? null,
  };
}
