import type { Deployment } from "../../spec/index.ts";
import type { RetrievalAnswer } from "../../service/index.ts";
import { renderTable } from "../output.ts";
import { arrivalText, grams, joules, seconds, short } from "./text.ts";

/** What `service` prints of stages. */
export function retrievalText(
  answer: RetrievalAnswer,
  { hardware, deployment }: { readonly hardware: string; readonly deployment: Deployment },
): string {
  const { spec, found, alone, energy, carbon, corpus } = answer;
  const { encoder, ranker } = spec;
  const ranked = ranker === null ? "" : `, ${ranker.candidates} ranked by ${ranker.model.name}`;
  const lines = [
    `${spec.name}: ${encoder.name} over ${spec.corpus} vectors${ranked}, on ${answer.devices} ${hardware}`,
    `  queries    ${arrivalText(spec.arrival)}; ${spec.together} together at most`,
    `  ${answer.violations.length === 0 ? "feasible" : "not feasible"}${answer.violations.map(({ detail }) => `\n    ${detail}`).join("")}`,
    ...(answer.capacity === null ? [] : [`  capacity   ${short(answer.capacity)} queries/s`]),
    ...(answer.rateThatFits === null ? [] : [`  fits       ${short(answer.rateThatFits)} queries/s`]),
    "",
  ];
  if (found === null || alone === null || energy === null) return lines.join("\n").trimEnd();
  const { mean, p50, p90, p99 } = found.latency;
  const rows = Object.entries(alone).map(([part, each]) => [`${part} alone`, seconds(each), "-", "-", "-"]);
  const listed = Object.entries({ ...energy, total: 0 }).filter(([, value]) => value !== 0 && value !== null);
  return [
    ...lines,
    renderTable(
      ["time", "mean", "p50", "p90", "p99"],
      [["query", ...[mean, p50, p90, p99].map(seconds)], ...rows.filter(([, each]) => each !== seconds(0))],
    ),
    "",
    `  served     ${short(answer.requestsPerSecond!)} queries/s, ${short(100 * found.utilisation)} % of the time`,
    `  bound by   ${answer.boundBy!}`,
    `  engine     ${found.requests === null ? "closed form: means alone" : `events, ${found.requests} queries`}`,
    `  power      ${answer.power === null ? "unknown" : `${short(answer.power)} W`} of all devices`,
    `  energy     ${joules(energy.total)} a query${listed.length < 2 ? "" : ":"}`,
    ...(listed.length < 2
      ? []
      : [`             ${listed.map(([name, value]) => `${name} ${joules(value)}`).join(", ")}`]),
    `  carbon     ${grams(carbon!.total)} a query: embodied ${grams(carbon!.embodied)}, operational ${grams(carbon!.operational)}`,
    `             ${deployment.region}, ${short(deployment.hoursPerDay)} h of use a day at this load`,
    `  corpus     made once: ${seconds(corpus!.seconds)}, ${joules(corpus!.joules)}, ${grams(corpus!.carbon)}; shared by ${short(corpus!.queries)} queries of the life`,
    ...answer.unknown.map(({ part, reason }) => `  unknown    ${part}: ${reason}`),
  ].join("\n");
}
