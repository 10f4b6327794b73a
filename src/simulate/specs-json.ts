import { approximateMultiplier, type Deployment, type Hardware } from "../spec/portable.ts";

/** A deployment as documents show it: of a trace what it is, not its every slot. */
export function deploymentJson(deployment: Deployment): Readonly<Record<string, unknown>> {
  const { gridTrace } = deployment;
  if (gridTrace === undefined) return { ...deployment };
  const { region, slotsPerDay, values } = gridTrace;
  return { ...deployment, gridTrace: { region, slotsPerDay, days: values.length / slotsPerDay } };
}

/** The circuit of arrays whose multipliers err, errors as shares; nothing of exact ones. */
export function multiplierJson({ precision }: Hardware): Readonly<Record<string, unknown>> {
  const circuit = approximateMultiplier(precision);
  if (circuit === null) return {};
  const { name, signed, meanError, worstError, errorRate, meanRelativeError } = circuit;
  const errors = { mean_error: meanError, worst_error: worstError, error_rate: errorRate };
  return { multiplier: { name, signed, ...errors, mean_relative_error: meanRelativeError } };
}

/** The stack that runs with its times, s, and those of the host; null: the machine starts its own operators. */
export function runtimeJson({ runtime }: Hardware): Readonly<Record<string, unknown>> | null {
  if (runtime === null) return null;
  const { stack, stacks, host } = runtime;
  const { fusion, ...launch } = stacks[stack]!;
  return {
    stack,
    ...{ launch_s: launch, fusion },
    host: {
      ...{ per_step_s: host.perStep, per_sequence_s: host.perSequence, per_prefill_s: host.perPrefill },
      overlap: host.overlap,
      requests_per_second: Number.isFinite(host.requestsPerSecond) ? host.requestsPerSecond : null,
      tokens_per_second: Number.isFinite(host.tokensPerSecond) ? host.tokensPerSecond : null,
    },
  };
}
