import { square } from "../math/index.ts";
import type { BertModel } from "../spec/model.ts";
import type { Operator, Workload } from "./operator.ts";
import { textEmbedding, textEmbeddingParameters, type TextStem } from "./embedding.ts";
import { encoderLayers, finalNorm } from "./encoder.ts";
import { linear, outsideLayers, vector } from "./make-operator.ts";
import { stackParameters, type Extent } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { pickToken, poolText, projectionParameters, projectPooled } from "./pooling.ts";

/**
 * Text encoder on `batch` sequences of `text.tokens` tokens, with the pooler if the model has one and without a task head.
 * Structure: Devlin et al. 2018, as in HuggingFace `BertModel`, and what the tower says beside it.
 */
export function bertWorkload(model: BertModel, batch: number): Workload {
  const { text } = model;
  const { tokens } = text;
  const whole = { batch, queries: tokens, keys: tokens, kvCache: false };
  return {
    model: model.name,
    operators: bertText(model, batch),
    parameters: { text: bertParameters(model, "stored") },
    activeParameters: bertParameters(model, "active"),
    kvCacheElements: 0,
    kvElementsPerToken: 0,
    peakActivationElements: peakOfStack(text, { ...whole, isFused: false }),
    peakFusedElements: peakOfStack(text, { ...whole, isFused: true }),
  };
}

function bertParameters(model: BertModel, extent: Extent): number {
  const { text, embedding = 0 } = model;
  const dense = square(text.hidden) + text.hidden;
  return (
    textEmbeddingParameters(text, bertStem(model)) +
    stackParameters(text, extent) +
    (model.pooler ? dense : 0) +
    // A task head is stored and not run, here as elsewhere.
    (model.tokenHead === true ? dense : 0) +
    (embedding > 0 ? projectionParameters(text.projection, text.hidden, embedding) : 0)
  );
}

export function bertStem({ text: { maxPositions, segments } }: BertModel): TextStem {
  return { positions: maxPositions, segments, hasNorm: true };
}

function bertText(model: BertModel, batch: number): readonly Operator[] {
  const { text, embedding = 0 } = model;
  const { hidden, tokens } = text;
  const place = outsideLayers("text", text);
  return [
    ...textEmbedding(text, bertStem(model), batch, tokens, place),
    ...encoderLayers(text, batch, place),
    ...finalNorm(text, batch * tokens, place),
    ...(model.pooler ? pooler(text, batch) : text.pooling === undefined ? [] : poolText(text, batch, place)),
    ...(embedding > 0 ? projectPooled(text.projection, hidden, embedding, batch, place) : []),
  ];
}

/** tanh(W · first token + b). */
function pooler(text: BertModel["text"], batch: number): readonly Operator[] {
  const place = outsideLayers("text", text);
  const { hidden } = text;
  return [
    pickToken(hidden, batch, place),
    linear(place, "pooling", "pooler", { rows: batch, k: hidden, n: hidden }),
    vector(place, "activation", "pooler-activation", { primitive: "tanh", elements: batch * hidden }),
  ];
}
