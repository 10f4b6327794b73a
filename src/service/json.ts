import type { Measured, Spread } from "./measure.ts";
import type { ServiceAnswer } from "./service.ts";

/** What `service --json` and the method `service` of `serve` give; numbers that there are not are null, and `unknown` says why. */
export function serviceJson(answer: ServiceAnswer): Readonly<Record<string, unknown>> {
  const { measured, bill, plant, spec } = answer;
  const server = plant?.server ?? null;
  const energy = bill?.energy;
  const carbon = bill?.carbon;
  const tokens = measured === null ? null : measured.outputTokensPerSecond / measured.steady.requestsPerSecond;
  const perToken = energy?.total == null || tokens === null ? null : energy.total / tokens;
  const batches = server === null ? 0 : server.batches * spec.parallel.data;
  return {
    ...{ service: spec.name, engine: answer.engine, feasible: answer.violations.length === 0 },
    violations: answer.violations,
    rate_that_fits_requests_per_s: answer.rateThatFits,
    ...timesOf("ttft", measured),
    ...timesOf("tpot", measured),
    ...timesOf("latency", measured),
    requests_per_s: answer.requestsPerSecond,
    capacity_requests_per_s: answer.capacity,
    output_tokens_per_s: measured === null ? null : measured.outputTokensPerSecond * batches,
    utilisation: measured?.steady.utilisation ?? null,
    batch_mean: measured === null ? null : measured.steady.batch,
    kv_peak_bytes:
      measured === null || server === null ? null : Math.round(measured.kvPeakTokens * server.kvTokenBytes),
    kv_capacity_bytes:
      server === null || !Number.isFinite(server.kvTokens) ? null : Math.round(server.kvTokens * server.kvTokenBytes),
    ...{ devices: answer.devices, parallel: spec.parallel, requests_simulated: measured?.requests ?? null },
    power_mean_W: bill?.power ?? null,
    energy_per_request_J: energy?.total ?? null,
    energy_per_output_token_J: perToken,
    energy_prefill_J: energy?.prefill ?? null,
    energy_decode_J: energy?.decode ?? null,
    energy_idle_J: energy?.idle ?? null,
    energy_host_J: energy?.host ?? null,
    energy_site_J: energy?.site ?? null,
    energy_network_J: energy?.network ?? null,
    energy_transfer_J: energy?.transfer ?? null,
    carbon_per_request_kgCO2e: carbon?.total ?? null,
    carbon_embodied_per_request_kgCO2e: carbon?.embodied ?? null,
    carbon_operational_per_request_kgCO2e: carbon?.operational ?? null,
    carbon_off_per_request_kgCO2e: carbon?.off ?? null,
    ...(answer.quality === null ? {} : { quality_mean: answer.quality }),
    bound_by: answer.boundBy,
    ...(answer.capacityBoundBy === null
      ? {}
      : { capacity_bound_by: answer.capacityBoundBy, prefill_utilisation: measured?.steady.prefillShare ?? null }),
    devices_by_kind:
      bill?.shares.map(({ role, hardware, devices, embodied }) => ({
        ...{ role, hardware, devices },
        carbon_embodied_per_request_kgCO2e: embodied,
      })) ?? [],
    unknown: bill?.unknown ?? [],
  };
}

const timesOf = (
  key: "ttft" | "tpot" | "latency",
  measured: Measured | null,
): Readonly<Record<string, number | null>> => spreadJson(key, measured?.[key]);

export function spreadJson(key: string, spread: Spread | undefined): Readonly<Record<string, number | null>> {
  return {
    [`${key}_mean_s`]: spread?.mean ?? null,
    [`${key}_p50_s`]: spread?.p50 ?? null,
    [`${key}_p90_s`]: spread?.p90 ?? null,
    [`${key}_p99_s`]: spread?.p99 ?? null,
  };
}
