import { hasHost, STACKS, type Hardware, type HostTimes } from "../spec/index.ts";
import { formatQuantity } from "../units/index.ts";

/** The stack that runs, and which others there are; nothing of machines that start their own operators. */
export function runtimeLines({ runtime }: Hardware): readonly string[] {
  if (runtime === null) return [];
  const others = STACKS.filter((name) => name !== runtime.stack && runtime.stacks[name] !== undefined);
  const choice = others.length === 0 ? "" : `; --set runtime=${others.join("|")} for others`;
  const host = hasHost(runtime.host) ? `, host ${hostText(runtime.host)}` : ", no time of the host";
  return [`Runtime: ${runtime.stack}${host}${choice}.`];
}

function hostText(host: HostTimes): string {
  const time = (seconds: number): string => formatQuantity(seconds, "time");
  const parts = [
    ...(host.perStep > 0 ? [`${time(host.perStep)} a step`] : []),
    ...(host.perSequence > 0 ? [`${time(host.perSequence)} a sequence and step`] : []),
    ...(host.perPrefill > 0 ? [`${time(host.perPrefill)} a first pass`] : []),
    ...(host.requestsPerSecond < Infinity ? [`${host.requestsPerSecond} requests/s at most`] : []),
    ...(host.tokensPerSecond < Infinity ? [`${host.tokensPerSecond} tokens/s at most`] : []),
  ];
  return `${parts.join(" and ")}${host.overlap ? ", beside the device" : ""}`;
}
