import type { DecoderModel, TextTower } from "../spec/model.ts";
import type { Hardware } from "../spec/hardware.ts";
import type { Parallel } from "./types.ts";

/** Why a model cannot be divided so: the key of `parallel`, and a predicate that continues it. */
export interface Indivisible {
  readonly key: keyof Parallel;
  readonly message: string;
}

/**
 * Whether a model can be divided over devices, and whether the hardware joins so many.
 *
 *   tensor    divides query heads, FFN, experts' width and vocabulary; key-value heads where there are enough, else each is on several devices
 *   expert    divides the experts, with no fewer than a token chooses on each group
 *   pipeline  no more stages than layers
 */
export function indivisible(model: DecoderModel, parallel: Parallel, hardware: Hardware): Indivisible | null {
  const { tensor, pipeline, expert } = parallel;
  const { text } = model;
  const joined = tensor * pipeline * expert;
  if (joined > 1) {
    const key = tensor > 1 ? "tensor" : pipeline > 1 ? "pipeline" : "expert";
    if (hardware.link === undefined)
      return {
        key,
        message: `joins ${joined} devices, but ${hardware.name} has no link; give one, for example link.bandwidth = 64 GB/s`,
      };
    if (joined > hardware.link.devices)
      return {
        key,
        message: `joins ${joined} devices, but the link of ${hardware.name} joins ${hardware.link.devices} (link.devices)`,
      };
  }
  if (tensor > 1) {
    const odd = oddParts(text, tensor);
    if (odd !== null) return { key: "tensor", message: `is ${tensor}, which does not divide ${odd}` };
  }
  if (expert > 1) {
    const { experts } = text;
    if (experts === undefined) return { key: "expert", message: `is ${expert}, but ${model.name} has no experts` };
    if (experts.count % expert !== 0)
      return { key: "expert", message: `is ${expert}, which does not divide ${experts.count} experts` };
    if (experts.count / expert < experts.active)
      return {
        key: "expert",
        message: `is ${expert}: ${experts.count / expert} experts a group are fewer than the ${experts.active} that a token chooses, which is not modelled`,
      };
  }
  return pipeline > text.layers
    ? { key: "pipeline", message: `is ${pipeline}, more than ${text.layers} layers` }
    : null;
}

function oddParts(text: TextTower, tensor: number): string | null {
  const isOdd = (value: number): boolean => value % tensor !== 0;
  const heads = text.heads.find((each) => isOdd(each));
  if (heads !== undefined) return `${heads} heads`;
  const shared = text.kvHeads.find((each) => isOdd(each) && tensor % each !== 0);
  if (shared !== undefined) return `${shared} key-value heads, nor is it a multiple of them`;
  const ffn = text.ffn.find((each) => isOdd(each));
  if (ffn !== undefined) return `an FFN of ${ffn}`;
  if (text.experts !== undefined && isOdd(text.experts.ffn)) return `experts of ${text.experts.ffn}`;
  if (text.experts !== undefined && isOdd(text.experts.shared)) return `shared experts of ${text.experts.shared}`;
  const { recurrent } = text;
  if (recurrent !== undefined && isOdd(recurrent.heads)) return `${recurrent.heads} recurrent heads`;
  return null;
}

/**
 * What one device of a group holds and computes: a model as wide as its share (Megatron-LM, arXiv 1909.08053), hidden size and norms as they
 * are. The vocabulary is rounded up, as it is padded.
 */
export function dividedModel(
  model: DecoderModel,
  { tensor, expert }: Pick<Parallel, "tensor" | "expert">,
): DecoderModel {
  if (tensor === 1 && expert === 1) return model;
  const { text } = model;
  const part = (value: number): number => value / tensor;
  const { experts, recurrent } = text;
  return {
    ...model,
    text: {
      ...text,
      heads: text.heads.map(part),
      kvHeads: text.kvHeads.map((each) => Math.max(1, Math.floor(part(each)))),
      ffn: text.ffn.map(part),
      vocabulary: Math.ceil(part(text.vocabulary)),
      ...(experts === undefined
        ? {}
        : {
            experts: {
              ...experts,
              count: experts.count / expert,
              ffn: part(experts.ffn),
              shared: part(experts.shared),
            },
          }),
      ...(recurrent === undefined
        ? {}
        : {
            recurrent: {
              ...recurrent,
              heads: part(recurrent.heads),
              keyHeads: Math.max(1, Math.floor(part(recurrent.keyHeads))),
            },
          }),
    },
  };
}

/** The last layers of a model, as many as the largest of equal stages has; embedding and head stay, so that memory is bounded from above. */
export function stageOf(model: DecoderModel, stages: number): DecoderModel {
  if (stages === 1) return model;
  const { layers } = model.text;
  return layersOf(model, layers - Math.ceil(layers / stages), layers);
}

/** The layers `from` ≤ layer < `to` of a model, the first being 0; with embedding and head. */
export function layersOf(model: DecoderModel, from: number, to: number): DecoderModel {
  const { text } = model;
  const last = <Each>(values: readonly Each[]): readonly Each[] => values.slice(from, to);
  const isOwn = (layer: number): boolean => layer > from && layer <= to;
  return {
    ...model,
    text: {
      ...text,
      layers: to - from,
      ffn: last(text.ffn),
      heads: last(text.heads),
      kvHeads: last(text.kvHeads),
      ...(text.attention === undefined ? {} : { attention: last(text.attention) }),
      ...(text.experts === undefined
        ? {}
        : {
            experts: {
              ...text.experts,
              denseLayers: text.experts.denseLayers.filter(isOwn).map((each) => each - from),
            },
          }),
    },
  };
}

/** What a share of a model's width must make whole: a predicate that continues the share; null: it does. */
export function narrowFault({ text }: DecoderModel, share: number): string | null {
  if (text.experts !== undefined || text.recurrent !== undefined || text.latent !== undefined)
    return "is of a model with experts, states or latent attention, whose narrower models are not modelled";
  const isOdd = (value: number): boolean => Math.abs(value * share - Math.round(value * share)) > 1e-6;
  const odd = [...text.heads, text.hidden, ...text.ffn].find(isOdd);
  return odd === undefined ? null : `makes no whole number of ${odd} (heads, hidden size or FFN)`;
}

/** A model of a share of the width: hidden size, heads and FFN; layers, size of a head and vocabulary as they are. */
export function narrowModel(model: DecoderModel, share: number): DecoderModel {
  const { text } = model;
  const part = (value: number): number => Math.round(value * share);
  return {
    ...model,
    text: {
      ...text,
      hidden: part(text.hidden),
      heads: text.heads.map(part),
      kvHeads: text.kvHeads.map((each, layer) => keyHeads(part(text.heads[layer]!), each * share)),
      ffn: text.ffn.map(part),
    },
  };
}

/** The least number of key-value heads, no less than their share, that divides the heads. */
function keyHeads(heads: number, wanted: number): number {
  for (let each = Math.max(1, Math.ceil(wanted - 1e-6)); each < heads; each += 1) if (heads % each === 0) return each;
  return heads;
}

/** All-reduces of one pass of a tensor group: behind attention and behind the FFN of each layer, one where both run side by side. */
export function allReducesOf({ text }: DecoderModel): number {
  const isParallel = text.normPosition === "parallel" || text.normPosition === "parallel-shared";
  let count = 0;
  for (let layer = 0; layer < text.layers; layer += 1) {
    const attends = text.attention?.[layer] !== "none";
    const feeds = (text.ffn[layer] ?? 0) > 0 || isRouted(text, layer);
    count += isParallel ? 1 : Number(attends) + Number(feeds);
  }
  return count;
}

/** Layers whose tokens go to experts. */
export const routedLayers = ({ text }: DecoderModel): number =>
  Array.from({ length: text.layers }, (_, layer) => isRouted(text, layer)).filter(Boolean).length;

const isRouted = ({ experts }: TextTower, layer: number): boolean =>
  experts !== undefined && !experts.denseLayers.includes(layer + 1);
