import { spreadJson } from "../json.ts";
import type { RetrievalAnswer } from "./retrieval.ts";

/** What `service --json` gives of a service with `stages`; numbers that there are not are null, and `unknown` says why. */
export function retrievalJson(answer: RetrievalAnswer): Readonly<Record<string, unknown>> {
  const { spec, found, energy, carbon, corpus, alone } = answer;
  const average = found?.groups.reduce((sum, chance, group) => sum + chance * group, 0) ?? null;
  return {
    ...{ service: spec.name, engine: answer.engine, feasible: answer.violations.length === 0 },
    violations: answer.violations,
    rate_that_fits_requests_per_s: answer.rateThatFits,
    ...spreadJson("latency", found?.latency),
    ...{ encode_s: alone?.encode ?? null, search_s: alone?.search ?? null, rerank_s: alone?.rerank ?? null },
    requests_per_s: answer.requestsPerSecond,
    capacity_requests_per_s: answer.capacity,
    utilisation: found?.utilisation ?? null,
    batch_mean: average,
    devices: answer.devices,
    requests_simulated: found?.requests ?? null,
    power_mean_W: answer.power,
    energy_per_request_J: energy?.total ?? null,
    energy_encode_J: energy?.encode ?? null,
    energy_search_J: energy?.search ?? null,
    energy_rerank_J: energy?.rerank ?? null,
    energy_idle_J: energy?.idle ?? null,
    energy_host_J: energy?.host ?? null,
    energy_site_J: energy?.site ?? null,
    energy_corpus_J: energy?.corpus ?? null,
    carbon_per_request_kgCO2e: carbon?.total ?? null,
    carbon_embodied_per_request_kgCO2e: carbon?.embodied ?? null,
    carbon_operational_per_request_kgCO2e: carbon?.operational ?? null,
    carbon_off_per_request_kgCO2e: carbon?.off ?? null,
    corpus_vectors: spec.corpus,
    corpus_bytes: corpus?.bytes ?? null,
    corpus_encode_s: corpus?.seconds ?? null,
    corpus_encode_energy_J: corpus?.joules ?? null,
    corpus_encode_carbon_kgCO2e: corpus?.carbon ?? null,
    corpus_shared_by_requests: corpus?.queries ?? null,
    bound_by: answer.boundBy,
    unknown: answer.unknown,
  };
}
