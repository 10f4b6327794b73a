import { hasHost, NO_HOST } from "../spec/runtime.ts";
import { cacheWritesOf } from "../workload/index.ts";
import type { Design, OperatorEvaluation } from "./types.ts";

/** Cycles of an inference in which the device waits for its host, by phase. */
export interface HostCycles {
  readonly prefill: number;
  readonly decode: number;
}

const NO_CYCLES: HostCycles = Object.freeze({ prefill: 0, decode: 0 });

/**
 * What the host adds to an inference of `batch` sequences:
 *
 *   first = max(perPrefill, batch / requestsPerSecond)
 *   step  = max(perStep + perSequence · batch, batch / tokensPerSecond), for each decode step
 *
 * With `overlap` the host works beside the device, but for perStep, in which the device waits: of the rest only what is longer than the
 * device's own work in that pass counts; decode steps at their mean. A model without decode is one first pass. Unit: cycles, whole ones a
 * phase. Limit of validity: a closed batch; requests that wait for each other are in a service (docs/service.md).
 */
export function hostCycles(
  { hardware, deployment, model }: Pick<Design, "hardware" | "deployment" | "model">,
  operators: readonly OperatorEvaluation[],
): HostCycles {
  const host = hardware.runtime?.host ?? NO_HOST;
  if (!hasHost(host)) return NO_CYCLES;
  const { batch } = deployment;
  const steps = operators.some(({ phase }) => phase === "decode") ? (cacheWritesOf(model)?.decodeTokens ?? 0) : 0;
  const device = { prefill: 0, decode: 0 };
  for (const { phase, count, cycles, launchCycles } of operators)
    device[phase ?? "prefill"] += count * (cycles + launchCycles);
  const first = Math.max(host.perPrefill, batch / host.requestsPerSecond) * hardware.clock;
  const step = Math.max(host.perStep + host.perSequence * batch, batch / host.tokensPerSecond) * hardware.clock;
  const alone = host.overlap ? host.perStep * hardware.clock : 0;
  const beyond = (wanted: number, own: number): number => (host.overlap ? Math.max(0, wanted - own) : wanted);
  return {
    prefill: Math.ceil(beyond(first, device.prefill)),
    decode: Math.ceil(steps * alone + beyond(steps * (step - alone), device.decode)),
  };
}
