import type { BertModel } from "../spec/model.ts";
import type { Operator, Workload } from "./operator.ts";
import { addTable, tokenEmbedding } from "./embedding.ts";
import { encoderLayers, finalNorm } from "./encoder.ts";
import { linear, normalisation, outsideLayers, vector } from "./make-operator.ts";
import { normParameters, stackParameters, tokenEmbeddingParameters } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { pickToken } from "./pooling.ts";

/**
 * BERT encoder on `batch` sequences of `text.tokens` tokens, with the pooler if the model has one and without a task head.
 * Structure: Devlin et al. 2018, as in HuggingFace `BertModel`.
 */
export function bertWorkload(model: BertModel, batch: number): Workload {
  const { text } = model;
  const { hidden, tokens, segments, maxPositions } = text;
  return {
    model: model.name,
    operators: bertText(model, batch),
    parameters: {
      text:
        tokenEmbeddingParameters(text, maxPositions) +
        segments * hidden +
        normParameters(text) +
        stackParameters(text) +
        (model.pooler ? hidden * hidden + hidden : 0),
    },
    kvCacheElements: 0,
    peakActivationElements: peakOfStack(text, { batch, queries: tokens, keys: tokens, kvCache: false }),
  };
}

function bertText(model: BertModel, batch: number): readonly Operator[] {
  const { text } = model;
  const { hidden, tokens, segments } = text;
  const place = outsideLayers("text");
  const table = { batch, tokens, hidden };
  return [
    tokenEmbedding(text, batch, tokens, place),
    ...(text.position === "learned" ? [addTable("position-embedding", { ...table, rows: tokens }, place)] : []),
    ...(segments > 0 ? [addTable("segment-embedding", { ...table, rows: Math.min(segments, tokens) }, place)] : []),
    normalisation(place, "embedding-norm", { ...text, rows: batch * tokens }),
    ...encoderLayers(text, batch, place),
    ...finalNorm(text, batch * tokens, place),
    ...(model.pooler ? pooler(hidden, batch) : []),
  ];
}

/** tanh(W · first token + b). */
function pooler(hidden: number, batch: number): readonly Operator[] {
  const place = outsideLayers("text");
  return [
    pickToken(hidden, batch, place),
    linear(place, "pooling", "pooler", { rows: batch, k: hidden, n: hidden }),
    vector(place, "activation", "pooler-activation", { primitive: "tanh", elements: batch * hidden }),
  ];
}
