import { square } from "../math/index.ts";
import type { ModelSpec, Tower, TowerModel } from "../spec/model.ts";
import { bertStem } from "./bert.ts";
import { clipPeaks, clipStem } from "./clip.ts";
import { cachedInLayer, contextOf, decoderStem, elementsPerToken } from "./decoder.ts";
import { textTables } from "./embedding.ts";
import { encoderDecoderStem } from "./encoder-decoder.ts";
import { operatorSizes } from "./operators.ts";
import type { StoredSize, Workload, WorkloadSizes } from "./operator.ts";
import { imageTables } from "./parameters.ts";
import { pooledWidth, poolingMatrices, projectionMatrices } from "./pooling.ts";
import { NO_SIZE, sizeOf, storedCache, storedParameters, storedPeak, sumOfSizes, times } from "./sizes.ts";
import { handedOn } from "./towers.ts";
import { connectorMatrices } from "./vit.ts";
import { formatsOf } from "../spec/quantisation.ts";

/**
 * What a model's tensors take where it says how they are stored; undefined where it says nothing.
 *
 * @param workload  its operators and counts, without sizes
 * @param build     the workload of one part of a list of towers
 */
export function sizesOf(
  model: ModelSpec,
  batch: number,
  workload: Workload,
  build: (part: TowerModel, batch: number) => Workload,
): WorkloadSizes | undefined {
  if (!saysStorage(model)) return undefined;
  return model.family === "towers" ? sizesOfParts(model.towers, batch, build) : sizesOfOne(model, batch, workload);
}

function saysStorage(model: ModelSpec): boolean {
  if (model.family === "operators") return model.quantisation !== undefined;
  if (model.family === "towers") return model.towers.some(saysStorage);
  return Object.values(model).some(
    (value: unknown) =>
      typeof value === "object" && value !== null && (value as Partial<Tower>).quantisation !== undefined,
  );
}

function sizesOfOne(
  model: Exclude<ModelSpec, { family: "towers" }>,
  batch: number,
  { parameters, peakActivationElements, peakFusedElements, ...workload }: Workload,
): WorkloadSizes {
  const without = { kvCache: NO_SIZE, kvPerToken: NO_SIZE };
  const peaks = (tower: Tower) => ({
    peak: storedPeak(tower, peakActivationElements),
    peakFused: storedPeak(tower, peakFusedElements),
  });
  const total = (name: string): number => parameters[name] ?? 0;
  switch (model.family) {
    case "operators":
      return operatorSizes(model, batch, { parameters, peakActivationElements, peakFusedElements, ...workload });
    case "bert": {
      const { text, embedding = 0 } = model;
      const { tables, matrices } = textTables(text, bertStem(model));
      const dense = square(text.hidden) * ((model.pooler ? 1 : 0) + (model.tokenHead === true ? 1 : 0));
      const projected = embedding > 0 ? projectionMatrices(text.projection, text.hidden, embedding) : 0;
      const outside = { total: total("text"), embedding: tables, head: 0, matrices: matrices + dense + projected };
      return { parameters: { text: storedParameters(text, outside) }, ...without, ...peaks(text) };
    }
    case "vit": {
      const { vision, classes, heads = 1, embedding = 0, connector } = model;
      const width = pooledWidth(vision);
      const matrices =
        (model.pooler === true ? square(vision.hidden) : 0) +
        (embedding > 0 ? projectionMatrices(vision.projection, width, embedding) : 0) +
        poolingMatrices(vision) +
        (connector === undefined ? 0 : connectorMatrices(vision, connector));
      const outside = { embedding: imageTables(vision), head: heads * classes * width, matrices };
      const size = storedParameters(vision, { total: total("vision"), ...outside });
      return { parameters: { vision: size }, ...without, ...peaks(vision) };
    }
    case "clip": {
      const { text, vision, embedding } = model;
      const { tables, matrices } = textTables(text, clipStem(text));
      const projected = projectionMatrices(text.projection, text.hidden, embedding);
      const image = projectionMatrices(vision.projection, pooledWidth(vision), embedding) + poolingMatrices(vision);
      const clipPeak = (isFused: boolean) => {
        const peak = clipPeaks(model, batch, isFused);
        return [...storedPeak(text, peak.text), ...storedPeak(vision, peak.vision)];
      };
      return {
        parameters: {
          text: storedParameters(text, {
            ...{ total: total("text"), embedding: tables, head: 0 },
            matrices: matrices + projected,
          }),
          vision: storedParameters(vision, {
            ...{ total: total("vision"), embedding: imageTables(vision), head: 0 },
            matrices: image,
          }),
          joint: { bits: 0, elements: total("joint") },
        },
        ...without,
        ...{ peak: clipPeak(false), peakFused: clipPeak(true) },
      };
    }
    case "decoder": {
      const { text, tiedEmbedding, classes } = model;
      const { hidden, vocabulary, embeddingSize } = text;
      const { tables, matrices } = textTables(text, decoderStem(model));
      const hasHead = classes === undefined && model.head !== "none";
      const own = hasHead && !tiedEmbedding ? (embeddingSize ?? hidden) * vocabulary : 0;
      const head = classes === undefined ? own : hidden * classes;
      const back = hasHead && embeddingSize !== undefined ? hidden * embeddingSize : 0;
      const outside = { total: total("text"), embedding: tables, head, matrices: matrices + back };
      return {
        parameters: { text: storedParameters(text, outside) },
        kvCache: times(
          storedCache(text, (layer) => cachedInLayer(layer, contextOf(model) + model.generatedTokens)),
          batch,
        ),
        kvPerToken: storedCache(text, elementsPerToken),
        ...peaks(text),
      };
    }
    case "encoder-decoder": {
      const { encoder, decoder, generatedTokens, tiedEmbedding, sharedEmbedding, head } = model;
      const { audio, hidden } = encoder;
      const read = textTables(encoder, encoderDecoderStem(encoder, 0));
      const own = sharedEmbedding ? { ...decoder, vocabulary: 0 } : decoder;
      const written = textTables(own, encoderDecoderStem(decoder, generatedTokens));
      const convolutions = audio === undefined ? 0 : 3 * audio.bands * hidden + 3 * square(hidden);
      const perToken = storedCache(decoder, elementsPerToken);
      const cached = storedCache(decoder, (layer) => cachedInLayer(layer, decoder.tokens - 1 + generatedTokens));
      return {
        parameters: {
          encoder: storedParameters(encoder, {
            ...{ total: total("encoder"), embedding: read.tables + convolutions, head: 0 },
            matrices: read.matrices,
          }),
          decoder: storedParameters(decoder, {
            ...{ total: total("decoder"), embedding: written.tables, matrices: written.matrices, hasCross: true },
            head: head && !tiedEmbedding ? decoder.hidden * decoder.vocabulary : 0,
          }),
        },
        kvCache: times(sumOfSizes(cached, times(perToken, encoder.tokens)), batch),
        kvPerToken: perToken,
        peak: [...storedPeak(encoder, peakActivationElements), ...storedPeak(decoder, peakActivationElements)],
        peakFused: [...storedPeak(encoder, peakFusedElements), ...storedPeak(decoder, peakFusedElements)],
      };
    }
  }
}

/** Parts one after the other; what one hands on waits at the width of its activations. */
function sizesOfParts(
  towers: readonly TowerModel[],
  batch: number,
  build: (part: TowerModel, batch: number) => Workload,
): WorkloadSizes {
  const parts = towers.map((part) => ({ part, sizes: filledSizes(build(part, batch)) }));
  const peak: StoredSize[] = [];
  const peakFused: StoredSize[] = [];
  let waiting = NO_SIZE;
  for (const { part, sizes } of parts) {
    peak.push(...sizes.peak.map((each) => sumOfSizes(each, waiting)));
    peakFused.push(...sizes.peakFused.map((each) => sumOfSizes(each, waiting)));
    const formats = part.family === "vit" ? formatsOf(part.vision.quantisation, null) : null;
    waiting = sumOfSizes(waiting, sizeOf(batch * handedOn(part), formats?.activations));
  }
  return {
    parameters: Object.fromEntries(
      parts.map(({ part, sizes }) => [part.name, sumOfSizes(...Object.values(sizes.parameters))]),
    ),
    kvCache: sumOfSizes(...parts.map(({ sizes }) => sizes.kvCache)),
    kvPerToken: sumOfSizes(...parts.map(({ sizes }) => sizes.kvPerToken)),
    ...{ peak, peakFused },
  };
}

/** Sizes of any workload: where it says nothing, all at the width of the hardware. */
export function filledSizes(workload: Workload): WorkloadSizes {
  const plain = (elements: number): StoredSize => ({ bits: 0, elements });
  return (
    workload.sizes ?? {
      parameters: Object.fromEntries(
        Object.entries(workload.parameters).map(([name, elements]) => [name, plain(elements)]),
      ),
      kvCache: plain(workload.kvCacheElements),
      kvPerToken: plain(workload.kvElementsPerToken),
      peak: [plain(workload.peakActivationElements)],
      peakFused: [plain(workload.peakFusedElements)],
    }
  );
}

/** Bits at a width of the hardware. */
export function bitsAt({ bits, elements }: StoredSize, width: number): number {
  return bits + elements * width;
}
