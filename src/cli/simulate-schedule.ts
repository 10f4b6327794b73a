import type { ScheduleOutcome } from "../evaluate/index.ts";
import { isFused, isPlainSchedule } from "../spec/index.ts";
import { formatSize } from "../units/index.ts";

/** What the schedule did beyond one operator after another; nothing where nothing was asked for. */
export function scheduleLines(outcome: ScheduleOutcome): readonly string[] {
  const { settings, fused, handovers, prefetches, weightBytes, attentionRereadBytes } = outcome;
  if (isPlainSchedule(settings)) return [];
  const { fusion, activations, weights, prefetch } = settings;
  const rereads = isFused(settings, "attention")
    ? `, keys and values read again: ${formatSize(attentionRereadBytes)}`
    : "";
  const waits = prefetches.reduce((sum, { waitCycles }) => sum + waitCycles, 0);
  return [
    "",
    `fusion       ${fusion}: ${fused.length} operators run inside others${rereads}`,
    ...(activations ? [`activations  wait in the global buffer: ${listOf(handovers)}`] : []),
    ...(weights
      ? [`weights      on chip over inferences: ${weightBytes === 0 ? "none" : formatSize(weightBytes)}`]
      : []),
    ...(prefetch
      ? [`prefetch     weights fetched ahead: ${listOf(prefetches)}${waits > 0 ? ", some not in time" : ""}`]
      : []),
  ];
}

/** "3 (text.layers.qkv → text.layers.scores 64 KiB, …)", the largest first. */
function listOf(links: readonly { readonly from: string; readonly to: string; readonly bytes: number }[]): string {
  const [largest] = [...links].sort((a, b) => b.bytes - a.bytes);
  if (largest === undefined) return "none is better";
  const { from, to, bytes } = largest;
  return `${links.length} (the largest ${from} to ${to}, ${formatSize(bytes)})`;
}
