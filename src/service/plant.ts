import { problemOf, SpecError } from "../errors/index.ts";
import type { DecoderModel } from "../spec/model.ts";
import type { SpecSet } from "../spec/settings.ts";
import { lawOf, type BatchLaw, type Load } from "./batch-law.ts";
import { indivisible } from "./divide.ts";
import { slicesOf } from "./lengths.ts";
import type { PromptSlice } from "./prompts.ts";
import { createServer, type NoServer, type Server } from "./server.ts";
import type { ServiceSpec } from "./types.ts";

/** A server with the law of its batches. */
export interface Plant {
  readonly server: Server;
  readonly law: BatchLaw;
  readonly load: Load;
}

/** @throws SpecError where the model is no decoder, or cannot be divided so */
export function plantOf(specs: SpecSet, spec: ServiceSpec): Plant | NoServer {
  const model = decoderOf(specs);
  const wrong = indivisible(model, spec.parallel, specs.hardware);
  if (wrong !== null) {
    const message = `parallel.${wrong.key} ${wrong.message}.`;
    throw new SpecError([problemOf(spec.name, "service/parallel", message)]);
  }
  checkDraft(specs, spec);
  const server = createServer({ specs: { ...specs, model }, settings: spec.server, parallel: spec.parallel });
  if ("reason" in server) return server;
  const load = loadOf(spec);
  return { server, load, law: lawOf(server, load) };
}

function checkDraft({ hardware }: SpecSet, { name, parallel, server }: ServiceSpec): void {
  if (server.speculative === null) return;
  const { draft } = server.speculative;
  const wrong = indivisible(draft, parallel, hardware);
  const several = parallel.pipeline * parallel.expert > 1;
  if (wrong === null && !several) return;
  const message = several
    ? "server.speculative goes with parallel.tensor and parallel.data; with stages or groups of experts it is not modelled."
    : `parallel.${wrong!.key} ${wrong!.message} of the draft ${draft.name}.`;
  throw new SpecError([problemOf(name, "service/parallel", message)]);
}

export function decoderOf({ model }: Pick<SpecSet, "model">): DecoderModel {
  if (model.family === "decoder") return model;
  const message = `${model.name} is of family ${model.family}; a service generates tokens, which takes a decoder.`;
  throw new SpecError([problemOf(model.name, "service/model", message)]);
}

/** Fewest tokens of an answer in the closed form: time per token behind the first needs a second. */
const SHORTEST_ANSWER = 2;

/** What requests are to a batch. */
export function loadOf({ prompt, output, server }: ServiceSpec): Load {
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
    output: answers.reduce((total, tokens) => total + tokens, 0) / answers.length,
    outputCv: output.cv,
  };
}
