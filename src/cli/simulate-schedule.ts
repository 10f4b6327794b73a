import type { ScheduleOutcome } from "../evaluate/index.ts";
import { isFused, isPlainSchedule } from "../spec/index.ts";
import { formatSize } from "../units/index.ts";

/** Links of one kind that are printed; `--json` has all. */
const MOST_LINKS = 24;

interface Link {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly waitCycles?: number;
}

/** What the schedule did beyond one operator after another; nothing where nothing was asked for. */
export function scheduleLines(outcome: ScheduleOutcome): readonly string[] {
  const { settings, fused, handovers, prefetches, weightBytes, attentionRereadBytes } = outcome;
  if (isPlainSchedule(settings)) return [];
  const { fusion, activations, weights, prefetch } = settings;
  const rereads = isFused(settings, "attention")
    ? `, keys and values read again: ${formatSize(attentionRereadBytes)}`
    : "";
  return [
    "",
    `fusion       ${fusion}: ${fused.length} operators run inside others${rereads}`,
    ...(weights
      ? [`weights      on chip over inferences: ${weightBytes === 0 ? "none" : formatSize(weightBytes)}`]
      : []),
    ...(activations ? linkLines("activations", "wait in the global buffer", handovers) : []),
    ...(prefetch ? linkLines("prefetch", "weights fetched while the operator before runs", prefetches) : []),
  ];
}

function linkLines(title: string, what: string, links: readonly Link[]): readonly string[] {
  if (links.length === 0) return [`${title.padEnd(13)}${what}: none is better`];
  const shown = links.slice(0, MOST_LINKS).map(({ from, to, bytes, waitCycles = 0 }) => {
    const wait = waitCycles > 0 ? `, waited for ${waitCycles} cycles` : "";
    return `               ${from} → ${to}, ${formatSize(bytes)}${wait}`;
  });
  const more = links.length - shown.length;
  return [
    `${title.padEnd(13)}${what}:`,
    ...shown,
    ...(more > 0 ? [`               and ${more} more (--json has all)`] : []),
  ];
}
