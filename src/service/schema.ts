import * as z from "zod";
import { listOf, oneOf, quantity, real, refuse, section, text, whole } from "../spec/fields.ts";
import { linkFields } from "../spec/link.ts";

/*
 * SERVICE.yaml as written.
 */

const MOST_TOKENS = 1_000_000;

const length = z
  .union([
    whole(1, MOST_TOKENS),
    section({
      mean: real(1, MOST_TOKENS).optional(),
      cv: real(0, 10).optional().describe("Standard deviation over mean"),
      distribution: oneOf(["lognormal"]).default("lognormal"),
      trace: text(4000).optional().describe("CSV whose column prompt_tokens or output_tokens has the lengths"),
    }),
  ])
  .transform((value, ctx) => {
    if (typeof value === "number") return { mean: value, cv: 0 };
    const { mean, cv, trace } = value;
    if (trace !== undefined) {
      if ((mean ?? cv) !== undefined)
        refuse(ctx, "spec/conflict", "has mean and cv or a trace, not both", null, ["trace"]);
      return { trace };
    }
    if (mean === undefined) return refuse(ctx, "spec/missing-key", "needs a mean, or a trace");
    return { mean, cv: cv ?? 0 };
  })
  .describe("Tokens: a number, { mean, cv } or { trace: FILE.csv }");

const limit = quantity("time", { min: 1e-6, max: 1e6 }).optional();

const arrival = section({
  concurrency: whole(1, 1_000_000).optional().describe("Requests in flight; a new one is sent when one ends"),
  rate: quantity("rate", { min: 1e-9, max: 1e9 }).optional().describe("Requests, for example 3/s"),
  process: oneOf(["poisson", "constant"]).optional().describe("Of a rate: poisson where left out"),
  trace: text(4000).optional().describe("CSV: arrival_s, and perhaps prompt_tokens, output_tokens"),
}).transform((raw, ctx) => {
  const given = (["concurrency", "rate", "trace"] as const).filter((key) => raw[key] !== undefined);
  if (given.length !== 1)
    refuse(ctx, "spec/conflict", `needs one of concurrency, rate and trace, and has ${given.length} of them`);
  if (raw.process !== undefined && raw.rate === undefined)
    refuse(ctx, "spec/conflict", "belongs to a rate", null, ["process"]);
  return raw;
});

/** What joins devices that may differ. */
const wire = section({
  bandwidth: linkFields.bandwidth.describe('Of one device, one direction, for example "50 GB/s" or "12.5 MB/s"'),
  latency: linkFields.latency.default(0).describe("Of a message"),
  energy: linkFields.energy.default(0).describe("Of what is sent, for example 5 nJ/bit"),
});

const prefill = section({
  devices: whole(1, 1_000_000).describe("Of a replica, beside those that decode"),
  hardware: text(1000)
    .optional()
    .describe("Hardware preset or file; as those that decode, settings too, where left out"),
  tensor: whole(1, 1024).optional().describe("Devices that share every layer; as parallel.tensor where left out"),
  link: wire.optional().describe("To the devices that decode; the slower of the links of both where left out"),
});

const server = section({
  maxSequences: whole(1, 65_536).default(256).describe("Sequences of one batch at most"),
  chunk: z
    .union([whole(16, MOST_TOKENS), z.literal("none")], {
      error: `must be a whole number from 16 to ${MOST_TOKENS}, or the word none`,
    })
    .default(2048)
    .describe("Tokens of one step at most, prompts are cut to fit; none: prompts are not cut"),
  kvPage: whole(1, 4096).default(16).describe("Tokens of one page of the KV cache"),
  memory: quantity("fraction", { min: 0.01, max: 1 })
    .default(0.9)
    .describe("Share of the device's memory that it fills"),
  prefill: z
    .union([z.literal("shared"), prefill], { error: "must be shared, or { devices, hardware, tensor, link }" })
    .default("shared")
    .describe("Where prompts are worked on: shared, beside the decoding sequences, or devices of their own"),
  speculative: section({
    draft: text(1000).describe("Decoder preset or file that proposes tokens"),
    tokens: whole(1, 64).describe("That it proposes for a step"),
    acceptance: quantity("fraction", { min: 0, max: 1 }).describe(
      "Chance that a proposed token is taken, behind taken ones",
    ),
  })
    .optional()
    .describe("A small model proposes tokens, and a step of the large one takes those that it would have made"),
  prefix: section({
    tokens: whole(1, MOST_TOKENS),
    hitRate: quantity("fraction", { min: 0, max: 1 }),
  })
    .optional()
    .describe("Leading tokens that requests share, and the share of requests that find them in the cache"),
});

const member = section({
  hardware: text(1000).optional().describe("Hardware preset or file; that of the command where left out"),
  layers: whole(1, 10_000)
    .optional()
    .describe("Layers of the model that it has, behind those of the members before it"),
  width: quantity("fraction", { min: 0.001, max: 1 }).optional().describe("Of a narrower model beside the others"),
});

const parallel = section({
  tensor: whole(1, 1024).default(1).describe("Devices that share every layer"),
  pipeline: whole(1, 1024).default(1).describe("Stages of layers one behind the other"),
  expert: whole(1, 1024).default(1).describe("Groups that the experts of a mixture are spread over"),
  data: whole(1, 100_000).default(1).describe("Replicas of all this"),
  members: listOf(member, "members", 2, 64)
    .optional()
    .describe("Devices that differ: each with layers of the model, or all with a share of its width"),
  link: wire.optional().describe("That joins the members"),
});

const stage = section({
  model: text(1000).optional().describe("Model preset or file; that of the command where left out"),
  corpus: whole(1, 1_000_000_000).optional().describe("Vectors that the first stage finds the nearest of"),
  queries: whole(1, 1024).optional().describe("Queries that are worked on together at most"),
  rerank: whole(1, 100_000).optional().describe("Candidates that the second stage ranks for each query"),
});

export const rawServiceSchema = section({
  name: text(200).optional(),
  requests: section({ prompt: length, output: length }).optional().describe("May be left out where a trace has both"),
  arrival,
  level: section({
    ttft: limit.describe("Time to the first token, for example 500 ms"),
    tpot: limit.describe("Time per output token behind the first"),
    latency: limit.describe("Time to the last token"),
    percentile: real(1, 99.99).optional().describe("Of the requests; the mean where left out"),
  })
    .transform((raw, ctx) => {
      if ((raw.ttft ?? raw.tpot ?? raw.latency) === undefined)
        refuse(ctx, "spec/missing-key", "needs one of ttft, tpot and latency");
      return raw;
    })
    .optional(),
  server: server.prefault({}),
  parallel: parallel.prefault({}),
  network: section({
    energy: quantity("energy-per-byte", { min: 0, max: 1e9 }).describe("Between user and server, for example 5 nJ/bit"),
    bytesPerToken: real(0, 1e6).default(4),
  }).optional(),
  quality: section({
    outputTokens: listOf(real(1, MOST_TOKENS), "lengths", 1, 1000).describe("Lengths of answers, rising"),
    score: listOf(real(-1e9, 1e9), "scores", 1, 1000).describe("What an answer of each length is worth"),
  })
    .transform(({ outputTokens, score }, ctx) => {
      if (outputTokens.length !== score.length)
        refuse(ctx, "spec/conflict", `has ${score.length} values for ${outputTokens.length} lengths`, null, ["score"]);
      if (outputTokens.some((value, i) => i > 0 && value <= outputTokens[i - 1]!))
        refuse(ctx, "spec/conflict", "must rise", null, ["outputTokens"]);
      return { outputTokens, score };
    })
    .optional()
    .describe("Quality of answers by their length, linear between"),
  stages: listOf(stage, "stages", 1, 2)
    .optional()
    .describe("Instead of requests: the nearest of a corpus of vectors, then the best of them ranked by another model"),
});

export type RawService = z.output<typeof rawServiceSchema>;

/** The JSON Schema of service files. */
export const serviceJsonSchema = (): Readonly<Record<string, unknown>> => ({
  title: "ecotile service",
  ...z.toJSONSchema(rawServiceSchema, { io: "input", unrepresentable: "any" }),
});
