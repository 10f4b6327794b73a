import type { Deployment } from "../../spec/index.ts";
import type { Arrival, Lengths, Measured, ServiceAnswer } from "../../service/index.ts";
import { formatQuantity } from "../../units/index.ts";
import { renderTable } from "../output.ts";

export const short = (value: number): string => String(Number(value.toPrecision(4)));
export const seconds = (value: number | null): string => (value === null ? "-" : formatQuantity(value, "time"));
export const joules = (value: number | null): string => (value === null ? "unknown" : formatQuantity(value, "energy"));
export const grams = (kilograms: number | null): string =>
  kilograms === null ? "unknown" : formatQuantity(kilograms, "mass");

const lengthText = ({ mean, cv }: Lengths): string => (cv === 0 ? short(mean) : `${short(mean)} (cv ${short(cv)})`);

export function arrivalText(arrival: Arrival): string {
  switch (arrival.kind) {
    case "concurrency":
      return `${arrival.concurrency} in flight`;
    case "rate":
      return `${short(arrival.rate)}/s, ${arrival.process}`;
    case "trace":
      return `a trace of ${arrival.trace.arrivals.length} requests`;
  }
}

/** What `service` prints. */
export function serviceText(
  answer: ServiceAnswer,
  {
    model,
    hardware,
    deployment,
  }: { readonly model: string; readonly hardware: string; readonly deployment: Deployment },
): string {
  const { spec, measured } = answer;
  const lines = [
    `${spec.name}: ${model} on ${devicesText(answer, hardware)}`,
    `  requests   ${lengthText(spec.prompt)} tokens in, ${lengthText(spec.output)} out; ${arrivalText(spec.arrival)}`,
    `  ${answer.violations.length === 0 ? "feasible" : "not feasible"}${answer.violations.map(({ detail }) => `\n    ${detail}`).join("")}`,
    ...fitsLines(answer),
    "",
  ];
  if (measured === null) return lines.join("\n").trimEnd();
  return [...lines, timesTable(measured), "", ...loadLines(answer, measured), ...billLines(answer, deployment)].join(
    "\n",
  );
}

function devicesText({ devices, spec }: ServiceAnswer, hardware: string): string {
  const { tensor, pipeline, expert, data } = spec.parallel;
  const parts = Object.entries({ tensor, pipeline, expert, data }).filter(([, many]) => many > 1);
  const how = parts.map(([name, many]) => `${name} ${many}`).join(", ");
  const { prefill } = spec.server;
  if (spec.members !== null) {
    const { members, split } = spec.members;
    const each = members.map(
      ({ hardware: own, share }) =>
        `${own?.name ?? hardware} ${split === "layers" ? `${share} layers` : `${short(100 * share)} %`}`,
    );
    return `${devices} devices (${each.join(", ")})`;
  }
  const prompts = prefill === null ? 0 : prefill.devices * data;
  const others = prefill === null ? "" : `, prompts on ${prompts} ${prefill.hardware?.name ?? hardware}`;
  return `${devices - prompts} ${hardware}${how === "" ? "" : ` (${how})`}${others}`;
}

function fitsLines({ rateThatFits, capacity, capacityBoundBy }: ServiceAnswer): readonly string[] {
  const bound = capacityBoundBy === null ? "" : `, bound by ${capacityBoundBy}`;
  return [
    ...(capacity === null ? [] : [`  capacity   ${short(capacity)} requests/s${bound}`]),
    ...(rateThatFits === null ? [] : [`  fits       ${short(rateThatFits)} requests/s`]),
  ];
}

function timesTable({ ttft, tpot, latency }: Measured): string {
  const rows = Object.entries({ "first token": ttft, "per token": tpot, "last token": latency });
  return renderTable(
    ["time", "mean", "p50", "p90", "p99"],
    rows.map(([name, { mean, p50, p90, p99 }]) => [name, ...[mean, p50, p90, p99].map(seconds)]),
  );
}

function loadLines(
  answer: ServiceAnswer,
  { steady, outputTokensPerSecond, kvPeakTokens, requests }: Measured,
): readonly string[] {
  const { plant, requestsPerSecond } = answer;
  const tokens = (outputTokensPerSecond / steady.requestsPerSecond) * requestsPerSecond!;
  const held = (100 * kvPeakTokens) / plant!.server.kvTokens;
  return [
    `  served     ${short(requestsPerSecond!)} requests/s, ${short(tokens)} output tokens/s`,
    `  steps      ${short(steady.batch)} sequences in the mean, ${short(100 * steady.utilisation)} % of the time`,
    `  KV cache   ${short(held)} % full ${requests === null ? "in the mean" : "at most"}`,
    ...(plant!.apart === null ? [] : [`  prefill    ${short(100 * steady.prefillShare)} % of the time`]),
    `  bound by   ${answer.boundBy ?? "-"}`,
    ...(answer.quality === null ? [] : [`  quality    ${short(answer.quality)}`]),
    `  engine     ${requests === null ? "closed form: means alone" : `events, ${requests} requests`}`,
  ];
}

function billLines({ bill, measured }: ServiceAnswer, { region, hoursPerDay }: Deployment): readonly string[] {
  if (bill === null) return [];
  const { energy, carbon, power } = bill;
  const perRequest = measured!.outputTokensPerSecond / measured!.steady.requestsPerSecond;
  const parts = Object.entries({ ...energy, total: 0 }).filter(([, value]) => value !== 0 && value !== null);
  const listed = parts.map(([name, value]) => `${name} ${joules(value)}`);
  const half = Math.ceil(listed.length / 2);
  return [
    `  power      ${power === null ? "unknown" : `${short(power)} W`} of all devices`,
    `  energy     ${joules(energy.total)} a request, ${joules(energy.total === null ? null : energy.total / perRequest)} an output token`,
    ...(listed.length < 2
      ? []
      : [
          `             ${listed.slice(0, half).join(", ")}${listed.length > half ? ",\n             " : ""}${listed.slice(half).join(", ")}`,
        ]),
    `  carbon     ${grams(carbon.total)} a request: embodied ${grams(carbon.embodied)}, operational ${grams(carbon.operational)}`,
    `             ${region}, ${short(hoursPerDay)} h of use a day at this load`,
    ...bill.unknown.map(({ part, reason }) => `  unknown    ${part}: ${reason}`),
  ];
}
