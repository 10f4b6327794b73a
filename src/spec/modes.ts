import type { StudyObjective } from "./study.ts";

/** A named choice of objectives. */
export interface Mode {
  readonly description: string;
  readonly objectives: readonly StudyObjective[];
  /** What is kept as it is: its parameters leave the space. */
  readonly fixes: "model" | "hardware" | null;
  /** Metrics that the study must limit, since the objectives alone would let them run away. */
  readonly needsLimitOf: readonly string[];
}

const accuracy: StudyObjective = { metric: "accuracy", direction: "max" };
const carbon: StudyObjective = { metric: "carbon_total_kgCO2e", direction: "min" };
const latency: StudyObjective = { metric: "latency_s", direction: "min" };
const energy: StudyObjective = { metric: "energy_total_J", direction: "min" };

/** Modes of the CATransformers study (arXiv 2505.01386); `carbon-latency` is the paper's name for `all`. */
export const MODES: Readonly<Record<string, Mode>> = {
  carbon: {
    description: "accuracy against total carbon, under a latency limit",
    objectives: [accuracy, carbon],
    fixes: null,
    needsLimitOf: ["latency_s"],
  },
  latency: {
    description: "accuracy against latency",
    objectives: [accuracy, latency],
    fixes: null,
    needsLimitOf: [],
  },
  energy: {
    description: "accuracy against energy per inference, under a latency limit",
    objectives: [accuracy, energy],
    fixes: null,
    needsLimitOf: ["latency_s"],
  },
  all: {
    description: "accuracy against total carbon against latency",
    objectives: [accuracy, carbon, latency],
    fixes: null,
    needsLimitOf: [],
  },
  "carbon-latency": {
    description: "accuracy against total carbon against latency",
    objectives: [accuracy, carbon, latency],
    fixes: null,
    needsLimitOf: [],
  },
  "all-hw": {
    description: "hardware for a fixed model: total carbon against latency",
    objectives: [carbon, latency],
    fixes: "model",
    needsLimitOf: [],
  },
  "energy-model": {
    description: "model for fixed hardware: accuracy against energy per inference, under a latency limit",
    objectives: [accuracy, energy],
    fixes: "hardware",
    needsLimitOf: ["latency_s"],
  },
};

/** Whether a path belongs to the model: its shape, or how its tensors are stored and what of them is left out. */
export function isModelPath(path: string): boolean {
  return /^(model|quantisation|sparsity)\./.test(path);
}

/** Whether a mode keeps a path of the space as it is. */
export function isFixedBy(mode: Mode | undefined, path: string): boolean {
  if (mode?.fixes === "model") return isModelPath(path);
  if (mode?.fixes === "hardware") return !isModelPath(path) && !/^(deployment|technology|schedule)\./.test(path);
  return false;
}
