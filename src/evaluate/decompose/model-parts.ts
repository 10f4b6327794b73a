import { problemKey } from "../../sim/portable.ts";
import type { ModelSpec } from "../../spec/model.ts";
import {
  buildWorkload,
  clipPeaks,
  clipText,
  clipVision,
  filledSizes,
  storageKey,
  storedPeak,
  sumOfSizes,
  vectorKey,
  type GemmOperator,
  type Operator,
  type StoredSize,
  type VectorOperator,
} from "../../workload/index.ts";
import { chainsOf, type Chain } from "./chains.ts";

/** What one tower, or what belongs to no tower, adds to a model. */
export interface ModelPart {
  readonly pieces: readonly Piece[];
  /** Of the trained parameters. */
  readonly parameters: StoredSize;
  /** KV cache at its longest. */
  readonly cache: StoredSize;
  /** Activations that live beside it while the part runs. */
  readonly peaks: LiveSizes;
}

/** The largest of several; of parts that run one after the other, the most counts. */
export interface LiveSizes {
  readonly plain: readonly StoredSize[];
  /** Where attention is fused; empty where nothing may be. */
  readonly fused: readonly StoredSize[];
}

/** Activations and KV cache that live while a part runs. */
export function liveOf({ cache, peaks }: Pick<ModelPart, "cache" | "peaks">): LiveSizes {
  const live = (sizes: readonly StoredSize[]): readonly StoredSize[] => sizes.map((each) => sumOfSizes(cache, each));
  return { plain: live(peaks.plain), fused: live(peaks.fused) };
}

/** What costs the same wherever it runs: an operator, or what a schedule may join, and how often it runs. */
export interface Piece {
  readonly key: string;
  readonly work: GemmOperator | VectorOperator | Chain;
  readonly count: number;
}

/** How models run, as far as it decides what their pieces are. */
export interface Running {
  readonly batch: number;
  /** A schedule may join operators. */
  readonly isChained: boolean;
}

function piecesOf(operators: readonly Operator[], { isChained }: Running): readonly Piece[] {
  if (isChained) return chainsOf(operators);
  return operators.map((work) => ({ key: keyOf(work), work, count: work.count }));
}

/** Equal for operators of equal cost; a table holds no more of them than their keys are made of. */
export function keyOf(operator: Operator): string {
  return operator.type === "gemm" ? `gemm ${problemKey(operator)} ${storageKey(operator)}` : vectorKey(operator);
}

/** A model in parts that do not depend on each other: two towers of a dual encoder, or one tower that is everything. */
export type TowerSide = 0 | 1;

const NO_SIZE: StoredSize = { bits: 0, elements: 0 };
const NOTHING: ModelPart = {
  ...{ pieces: [], parameters: NO_SIZE, cache: NO_SIZE },
  peaks: { plain: [NO_SIZE], fused: [NO_SIZE] },
};

export function towerCountOf({ family }: ModelSpec): 1 | 2 {
  return family === "clip" ? 2 : 1;
}

/** One tower of a model; side 1 of a model with one tower is empty. */
export function towerPart(model: ModelSpec, side: TowerSide, running: Running): ModelPart {
  const { batch, isChained } = running;
  if (model.family !== "clip") return side === 0 ? wholeOf(model, running) : NOTHING;
  const { parameters } = filledSizes(buildWorkload(model, batch));
  const { text, vision, embedding } = model;
  const tower = side === 0 ? "text" : "vision";
  const peak = (isFused: boolean): readonly StoredSize[] =>
    storedPeak(model[tower], clipPeaks(model, batch, isFused)[tower]);
  const operators = side === 0 ? clipText(text, embedding, batch) : clipVision(vision, embedding, batch);
  return {
    pieces: piecesOf(operators, running),
    parameters: parameters[tower] ?? NO_SIZE,
    cache: NO_SIZE,
    peaks: { plain: peak(false), fused: isChained ? peak(true) : [] },
  };
}

/** What runs beside the towers, whatever they are. */
export function jointPart(model: ModelSpec, running: Running): ModelPart {
  if (model.family !== "clip") return NOTHING;
  const workload = buildWorkload(model, running.batch);
  return {
    ...NOTHING,
    pieces: piecesOf(
      workload.operators.filter(({ tower }) => tower === "joint"),
      running,
    ),
    parameters: filledSizes(workload).parameters["joint"] ?? NO_SIZE,
  };
}

function wholeOf(model: ModelSpec, running: Running): ModelPart {
  const workload = buildWorkload(model, running.batch);
  const { parameters, kvCache, peak, peakFused } = filledSizes(workload);
  return {
    pieces: piecesOf(workload.operators, running),
    parameters: sumOfSizes(...Object.values(parameters)),
    cache: kvCache,
    peaks: { plain: peak, fused: running.isChained ? peakFused : [] },
  };
}
