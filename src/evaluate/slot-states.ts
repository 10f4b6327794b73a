import { commonRoom, type Hardware } from "../spec/hardware.ts";
import { handoverBetween, type Handover } from "./neighbours.ts";
import { prefetchBetween } from "./prefetch.ts";
import type { Job } from "./run-operator.ts";
import type { Placement } from "./schedule.ts";
import type { Slot } from "./slots.ts";

/** What one slot does for the next one beyond writing its result to DRAM. */
export interface Link {
  /** The result that waits in the global buffer. */
  readonly handover: Handover | null;
  /** Bytes of the next slot's weights that come meanwhile; 0: none. */
  readonly prefetchedBytes: number;
}

export const NO_LINK: Link = { handover: null, prefetchedBytes: 0 };

/** Which links may be made at all. */
export interface Allowed {
  readonly activations: boolean;
  readonly prefetch: boolean;
}

/** Links that slot `i` may make with the next one, none first, so that ties keep nothing. */
export function linksAfter(slots: readonly Slot[], i: number, hardware: Hardware, allowed: Allowed): readonly Link[] {
  const [producer, consumer] = [slots[i]!, slots[i + 1]];
  if (consumer === undefined || commonRoom(hardware.globalBuffer) === null) return [NO_LINK];
  const following = slots[i + 2]?.first;
  const handover = allowed.activations ? handoverBetween(producer.last, consumer.first, following, hardware) : null;
  const isAtHand = consumer.parts[0]!.placement.resident.weight;
  const prefetchedBytes = allowed.prefetch && !isAtHand ? prefetchBetween(producer.last, consumer.first, hardware) : 0;
  const waiting = handover === null ? [] : [{ handover, prefetchedBytes: 0 }];
  const fetched =
    prefetchedBytes === 0 ? [] : [NO_LINK, ...waiting].map((link): Link => ({ ...link, prefetchedBytes }));
  return [NO_LINK, ...waiting, ...fetched];
}

/** One way to run a slot: the links on both sides, by their places among those that may be made. */
export interface SlotState {
  readonly before: number;
  readonly after: number;
  readonly parts: readonly Job[];
}

/** The ways to run a slot that leave room in the global buffer. The first keeps nothing, and is always there. */
export function statesOf(
  slot: Slot,
  arriving: readonly Link[],
  leaving: readonly Link[],
  { globalBuffer }: Hardware,
): readonly SlotState[] {
  const capacity = commonRoom(globalBuffer) ?? 0;
  return arriving
    .flatMap((come, before) => leaving.map((go, after) => ({ before, after, parts: placed(slot, come, go) })))
    .filter(
      ({ before, after, parts }) =>
        (before === 0 && after === 0) || parts.every(({ placement }) => placement.reservedBytes <= capacity),
    );
}

function placed(slot: Slot, come: Link, go: Link): readonly Job[] {
  const reserved = roomOf(come) + roomOf(go);
  if (reserved === 0) return slot.parts;
  return slot.parts.map((job, index) => {
    const arriving = isLike(slot, index, 0) ? come.handover : null;
    const leaving = isLike(slot, index, slot.exit) ? go.handover : null;
    return { ...job, placement: placedPart(job, arriving, leaving, index === 0 ? come.prefetchedBytes : 0, reserved) };
  });
}

/** Fused attention may have a product in two parts, which take and leave their rows together. */
function isLike({ parts }: Slot, index: number, other: number): boolean {
  return parts[index]!.operator.kind === parts[other]!.operator.kind;
}

function roomOf({ handover, prefetchedBytes }: Link): number {
  return (handover?.bytes ?? 0) + prefetchedBytes;
}

function placedPart(
  { operator, placement }: Job,
  arriving: Handover | null,
  leaving: Handover | null,
  prefetchedBytes: number,
  reserved: number,
): Placement {
  const { resident, kept, reservedBytes } = placement;
  const stays = leaving !== null && !leaving.isWritten;
  return {
    resident: {
      input: resident.input || (arriving?.input ?? false),
      weight: resident.weight || (arriving?.weight ?? false) || prefetchedBytes > 0,
      output: resident.output || stays,
    },
    kept:
      operator.type === "gemm"
        ? kept
        : {
            inputBytes: kept.inputBytes + (arriving?.bytes ?? 0),
            outputBytes: kept.outputBytes + (stays ? leaving.bytes : 0),
            isOnTile: kept.isOnTile,
          },
    prefetchedBytes,
    reservedBytes: reservedBytes + reserved,
  };
}
