import type { AudioStem, EncoderDecoderModel, TextTower } from "../spec/model.ts";
import type { Operator, Workload } from "./operator.ts";
import { runsOf, queriesOf, type Pass } from "./attention-pattern.ts";
import { cachedElements, keysAndValuesPerToken } from "./decoder.ts";
import { textEmbedding, textEmbeddingParameters, type TextStem } from "./embedding.ts";
import { encoderLayers, finalNorm } from "./encoder.ts";
import { forEachLayer, layersOf } from "./layer-shape.ts";
import { linear, stored, vector, type Place } from "./make-operator.ts";
import { crossParameters, stackParameters, type Extent } from "./parameters.ts";
import { peakOfStack } from "./peak-activation.ts";
import { crossKeys, transformerLayer } from "./transformer-layer.ts";

/**
 * Encoder on `batch` inputs of `encoder.tokens` tokens, then a decoder whose layers attend to its result. Cross keys and values are made
 * once. All but the last of the decoder's own tokens are read at once; `generatedTokens` steps follow, of which step i meets
 * decoder.tokens − 1 + i keys of its own, and gives one token.
 *
 * Structure: Raffel et al. 2020 (T5), Lewis et al. 2020 (BART), Radford et al. 2022 (Whisper).
 */
export function encoderDecoderWorkload(model: EncoderDecoderModel, batch: number): Workload {
  const { encoder, decoder, generatedTokens } = model;
  const crossElements = keysAndValuesPerToken(decoder) * encoder.tokens;
  const own = decoder.tokens - 1 + generatedTokens;
  const peak = (isFused: boolean) =>
    Math.max(
      peakOfStack(encoder, { batch, queries: encoder.tokens, keys: encoder.tokens, kvCache: false, isFused }),
      peakOfStack(decoder, {
        batch,
        queries: Math.max(1, decoder.tokens - 1),
        keys: Math.max(own, encoder.tokens),
        kvCache: true,
        isFused,
      }),
      batch * (decoder.hidden + (model.head ? decoder.vocabulary : 0)),
    );
  return {
    model: model.name,
    operators: [...encoderOperators(model, batch), ...decoderOperators(model, batch)],
    parameters: { encoder: encoderParameters(model, "stored"), decoder: decoderParameters(model, "stored") },
    activeParameters: encoderParameters(model, "active") + decoderParameters(model, "active"),
    kvCacheElements: batch * (cachedElements(decoder, own) + crossElements),
    kvElementsPerToken: keysAndValuesPerToken(decoder),
    peakActivationElements: peak(false),
    peakFusedElements: peak(true),
  };
}

export function encoderDecoderStem(
  { maxPositions, tokens }: EncoderDecoderModel["decoder"],
  generated: number,
): TextStem {
  return { positions: maxPositions ?? tokens + generated, segments: 0, hasNorm: false };
}

function encoderParameters({ encoder }: EncoderDecoderModel, extent: Extent): number {
  const { audio, hidden } = encoder;
  const convolutions = audio === undefined ? 0 : (3 * audio.bands + 1) * hidden + (3 * hidden + 1) * hidden;
  return (
    textEmbeddingParameters(encoder, encoderDecoderStem(encoder, 0)) + convolutions + stackParameters(encoder, extent)
  );
}

/** A table that both towers read is counted with the encoder. */
function decoderParameters(model: EncoderDecoderModel, extent: Extent): number {
  const { decoder, sharedEmbedding, tiedEmbedding, head, headBias, generatedTokens } = model;
  const { hidden, vocabulary } = decoder;
  const own: TextTower = sharedEmbedding ? { ...decoder, vocabulary: 0 } : decoder;
  const cross = layersOf(decoder).reduce((sum, shape) => sum + crossParameters(shape), 0);
  return (
    textEmbeddingParameters(own, encoderDecoderStem(decoder, generatedTokens)) +
    stackParameters(decoder, extent) +
    cross +
    (head && !tiedEmbedding ? hidden * vocabulary : 0) +
    (head && headBias === true ? vocabulary : 0)
  );
}

function encoderOperators({ encoder }: EncoderDecoderModel, batch: number): readonly Operator[] {
  const place = stored({ prefix: "encoder", tower: "encoder", layer: null, phase: "prefill", count: 1 }, encoder);
  return [
    ...(encoder.audio === undefined ? [] : audioOperators(encoder.audio, encoder, batch, place)),
    ...textEmbedding(encoder, encoderDecoderStem(encoder, 0), batch, encoder.tokens, place),
    ...encoderLayers(encoder, batch, place),
    ...finalNorm(encoder, batch * encoder.tokens, place),
  ];
}

/** Convolutions as products: each output position reads three input positions of all bands (channels). */
function audioOperators(
  { bands, frames }: AudioStem,
  { hidden, tokens }: TextTower,
  batch: number,
  place: Place,
): readonly Operator[] {
  const gelu = (name: string, rows: number) =>
    vector(place, "activation", name, { primitive: "gelu", elements: rows * hidden });
  return [
    linear(place, "patch-embedding", "convolution-1", { rows: batch * frames, k: 3 * bands, n: hidden }),
    gelu("convolution-1-activation", batch * frames),
    linear(place, "patch-embedding", "convolution-2", { rows: batch * tokens, k: 3 * hidden, n: hidden }),
    gelu("convolution-2-activation", batch * tokens),
  ];
}

function decoderOperators(model: EncoderDecoderModel, batch: number): readonly Operator[] {
  const { encoder, decoder, generatedTokens } = model;
  const before = decoder.tokens - 1;
  const placeOf = (phase: "prefill" | "decode"): Place =>
    stored({ prefix: `decoder.${phase}`, tower: "decoder", layer: null, phase, count: 1, hasCache: true }, decoder);
  return [
    ...forEachLayer(decoder, placeOf("prefill"), (shape, at) => crossKeys(shape, batch, encoder.tokens, at)),
    ...(before > 0 ? run(model, batch, { queries: before, keys: before }, placeOf("prefill")) : []),
    ...(generatedTokens > 0 ? run(model, batch, { context: before, steps: generatedTokens }, placeOf("decode")) : []),
  ];
}

/** Embedding and layers, once for each run; the head behind each step. */
function run(model: EncoderDecoderModel, batch: number, pass: Pass, place: Place): readonly Operator[] {
  const { encoder, decoder, head, generatedTokens, tiedEmbedding } = model;
  const whole = { ...place, count: runsOf(pass) };
  const rows = batch * queriesOf(pass);
  return [
    ...textEmbedding(decoder, encoderDecoderStem(decoder, generatedTokens), batch, queriesOf(pass), whole),
    ...forEachLayer(decoder, place, (shape, at) =>
      transformerLayer(shape, batch, pass, at, { crossTokens: encoder.tokens }),
    ),
    ...("steps" in pass ? finalNorm(decoder, rows, whole) : []),
    ...("steps" in pass && head
      ? [
          linear(
            whole,
            "head",
            "head",
            { rows, k: decoder.hidden, n: decoder.vocabulary },
            tiedEmbedding ? "embedding" : "head",
          ),
        ]
      : []),
  ];
}
