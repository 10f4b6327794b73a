import type { ModelSpec, Tower, VisionTower } from "../spec/model.ts";
import type { ArchitectureTower } from "./architectures.ts";
import { blockParameters, meanOf, patchCount } from "./capacity.ts";
import { clipTraining, textTraining, vitTraining, type Training } from "./training.ts";

/** A tower in the numbers that the fit uses. */
export interface TowerShape {
  readonly layers: number;
  readonly hidden: number;
  readonly ffn: number;
  readonly heads: number;
  /** Parameters of the blocks. */
  readonly blocks: number;
  /** Image patches; 0 for text. */
  readonly patches: number;
  /** Parameters of the blocks of the tower that this one was cut from; equal to `blocks` where nothing was cut. */
  readonly parentBlocks: number;
}

/** A model reduced to what decides its accuracy here. */
export interface Subject {
  readonly family: ModelSpec["family"];
  readonly text: TowerShape | null;
  readonly vision: TowerShape | null;
  readonly training: Training | null;
  /** Whether a tower is smaller than that of the named architecture: pruned and fine-tuned. */
  readonly isPruned: boolean;
}

export function subjectOf(model: ModelSpec): Subject {
  const training = trainingOf(model);
  const parent = training?.parent ?? null;
  const text = "text" in model ? textShape(model.text, parent?.text ?? null) : null;
  const vision = "vision" in model ? visionShape(model.vision, parent?.vision ?? null) : null;
  const isPruned = [text, vision].some((shape) => shape !== null && shape.blocks < shape.parentBlocks * 0.999);
  return { family: model.family, text, vision, training, isPruned };
}

/** Searches evaluate many shapes with one training; its name is read once. */
const readTrainings = new WeakMap<object, Map<string, Training>>();

function trainingOf(model: ModelSpec): Training | null {
  if (!model.training) return null;
  let byKind = readTrainings.get(model.training);
  if (!byKind) readTrainings.set(model.training, (byKind = new Map()));
  const kind = model.family === "clip" ? `clip ${model.vision.patchSize}` : model.family;
  const known = byKind.get(kind);
  if (known) return known;
  const training = readTraining(model, model.training);
  byKind.set(kind, training);
  return training;
}

function readTraining(model: ModelSpec, named: NonNullable<ModelSpec["training"]>): Training {
  const { family, pretrained, samplesSeen } = named;
  const samples = samplesSeen > 0 ? samplesSeen : null;
  if (model.family === "clip") return clipTraining(family, pretrained, samples, model.vision.patchSize);
  if (model.family === "vit") return vitTraining(family, pretrained);
  return textTraining(family, pretrained, samples);
}

export function textShape(tower: Tower, parent: ArchitectureTower | null): TowerShape {
  const blocks = blockParameters(tower);
  const parentBlocks = parent ? Math.max(blocks, denseBlocks(parent)) : blocks;
  const { layers, hidden } = tower;
  return { layers, hidden, ffn: meanOf(tower.ffn), heads: meanOf(tower.heads), blocks, patches: 0, parentBlocks };
}

export function visionShape(tower: VisionTower, parent: ArchitectureTower | null): TowerShape {
  return { ...textShape(tower, parent), patches: patchCount(tower) };
}

function denseBlocks({ layers, hidden, ffn }: ArchitectureTower): number {
  return layers * hidden * (4 * hidden + 2 * ffn);
}
