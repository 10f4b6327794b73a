import { problemOf, SpecError } from "../errors/index.ts";
import type { DecoderModel } from "../spec/model.ts";
import type { SpecSet } from "../spec/settings.ts";
import { apartOf, type Apart } from "./apart.ts";
import { lawOf, type BatchLaw, type Load } from "./batch-law.ts";
import { indivisible, narrowFault } from "./divide.ts";
import { slicesOf } from "./lengths.ts";
import type { PromptSlice } from "./prompts.ts";
import { createServer, type NoServer, type Server } from "./server.ts";
import type { Members, ServiceSpec } from "./types.ts";

/** A server with the law of its batches. */
export interface Plant {
  readonly server: Server;
  readonly law: BatchLaw;
  readonly load: Load;
  /** Devices for prompts alone; null: there are none. */
  readonly apart: Apart | null;
}

/** @throws SpecError where the model is no decoder, or cannot be divided so */
export function plantOf(specs: SpecSet, spec: ServiceSpec): Plant | NoServer {
  const model = decoderOf(specs);
  const wrong =
    spec.members === null ? indivisible(model, spec.parallel, specs.hardware) : unfitMembers(model, spec.members);
  if (wrong !== null) {
    const message = `parallel.${wrong.key} ${wrong.message}.`;
    throw new SpecError([problemOf(spec.name, "service/parallel", message)]);
  }
  checkDraft(specs, spec);
  const server = createServer({
    specs: { ...specs, model },
    settings: spec.server,
    parallel: spec.parallel,
    members: spec.members,
  });
  if ("reason" in server) return server;
  const apart = apartOf({ ...specs, model }, spec);
  if (apart !== null && "key" in apart) {
    const message = `${apart.key} ${apart.message}.`;
    throw new SpecError([problemOf(spec.name, "service/prefill", message)]);
  }
  if (apart !== null && "reason" in apart) return apart;
  const load = loadOf(spec);
  return { server, load, apart, law: lawOf(server, load) };
}

/** Why the parts are not those of the model: a predicate of `parallel.members`; null: they are. */
function unfitMembers(
  model: DecoderModel,
  { split, members }: Members,
): { readonly key: "members"; readonly message: string } | null {
  const sum = members.reduce((total, { share }) => total + share, 0);
  if (split === "layers")
    return sum === model.text.layers
      ? null
      : { key: "members", message: `have ${sum} layers in all, and ${model.name} has ${model.text.layers}` };
  if (Math.abs(sum - 1) > 1e-9)
    return { key: "members", message: `have ${100 * sum} % of the width in all, not 100 %` };
  for (const { share } of members) {
    const fault = narrowFault(model, share);
    if (fault !== null) return { key: "members", message: `have a width of ${100 * share} %, which ${fault}` };
  }
  return null;
}

/** A draft is divided as the model is, but for experts: each group of them has the whole draft for its sequences. */
function checkDraft({ hardware }: SpecSet, { name, parallel, server, members }: ServiceSpec): void {
  if (server.speculative === null) return;
  const { draft } = server.speculative;
  const refuse = (message: string): never => {
    throw new SpecError([problemOf(name, "service/parallel", message)]);
  };
  if (members !== null)
    refuse(
      "server.speculative is of devices that are alike; of parallel.members it is not said which would have the draft.",
    );
  const wrong = indivisible(draft, { ...parallel, expert: 1 }, hardware);
  if (wrong !== null) refuse(`parallel.${wrong.key} ${wrong.message} of the draft ${draft.name}.`);
}

export function decoderOf({ model }: Pick<SpecSet, "model">): DecoderModel {
  if (model.family === "decoder") return model;
  const message = `${model.name} is of family ${model.family}; a service generates tokens, which takes a decoder.`;
  throw new SpecError([problemOf(model.name, "service/model", message)]);
}

/** Fewest tokens of an answer in the closed form: time per token behind the first needs a second. */
const SHORTEST_ANSWER = 2;

/** What requests are to a batch. */
export function loadOf({ prompt, output, server }: Pick<ServiceSpec, "prompt" | "output" | "server">): Load {
  const lengths = slicesOf(prompt, 1);
  const answers = slicesOf(output, SHORTEST_ANSWER);
  const { prefix } = server;
  const hit = prefix === null ? 0 : prefix.hitRate;
  const weight = 1 / lengths.length;
  const prompts: PromptSlice[] = lengths.map((tokens) => ({ weight: weight * (1 - hit), tokens, past: 0 }));
  if (prefix !== null && hit > 0)
    for (const tokens of lengths) {
      const past = Math.min(prefix.tokens, tokens - 1);
      prompts.push({ weight: weight * hit, tokens: tokens - past, past });
    }
  const sum = (of: (slice: PromptSlice) => number): number =>
    prompts.reduce((total, slice) => total + slice.weight * of(slice), 0);
  return {
    prompts: prompts.filter((slice) => slice.weight > 0),
    computed: sum(({ tokens }) => tokens),
    cached: sum(({ tokens, past }) => tokens + past),
    promptCv: prompt.cv,
    output: answers.reduce((total, tokens) => total + tokens, 0) / answers.length,
    outputCv: output.cv,
    answers: answers.map((tokens) => tokens - 1),
  };
}
