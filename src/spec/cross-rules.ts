import { square } from "../math/index.ts";
import { curveProblem } from "./activation-sparsity.ts";
import type { Deployment } from "./deployment.ts";
import type { ArrayFormat, Hardware } from "./hardware.ts";
import type { ModelSpec, Tower, TowerModel, VisionTower } from "./model.ts";

/** Fields that do not go together. The message is a predicate that continues the path of the field. */
export interface CrossProblem {
  readonly field: string;
  readonly message: string;
}

/**
 * Partial sums that are narrower than what they are made of, or than what is read out of them, lose digits that nothing here
 * models. Equal widths are legal.
 *
 * @returns null where accumulators are at least as wide as inputs, weights and outputs
 */
export function precisionProblem(precision: Omit<Hardware["precision"], "format">): CrossProblem | null {
  const widest = (["input", "weight", "output"] as const).reduce((most, each) =>
    precision[each] > precision[most] ? each : most,
  );
  if (precision.accumulator >= precision[widest]) return null;
  const message = `is ${precision.accumulator} bits, narrower than precision.${widest} with ${precision[widest]}: sums need at least the width of inputs, weights and outputs`;
  return { field: "accumulator", message };
}

/** A circuit for 8 × 8 bits is of integer arrays of that width, computes nothing else, and is priced by the tables. */
export function multiplierProblem({
  precision: { input, weight, format, multiplier },
  formats = [],
  energy,
}: {
  readonly precision: Hardware["precision"];
  readonly formats?: readonly unknown[] | undefined;
  readonly energy: unknown;
}): CrossProblem | null {
  if (multiplier === undefined) return null;
  const problem = (why: string): CrossProblem => ({ field: "multiplier", message: `is ${multiplier}, ${why}` });
  if (format !== undefined) return problem(`a circuit for integers, but precision.format is ${format}`);
  if (input !== 8 || weight !== 8)
    return problem(`a circuit for 8 × 8 bits, but precision is ${input} × ${weight}: set input and weight to 8`);
  if (formats.length > 0) return problem("and what it makes of the faster formats of the arrays is not known");
  if (energy !== null) return problem("but the machine says itself what a MAC costs (energy.mac)");
  return null;
}

/** Why operands cannot go past a global buffer; null: none do, or they come from DRAM. */
export function pastProblem(
  { holds }: Pick<NonNullable<Hardware["globalBuffer"]>, "holds">,
  dramType: string | undefined,
): string | null {
  if (holds === undefined || dramType !== "none") return null;
  return "leaves operands that go past the buffer nowhere to come from: dram.type is none";
}

/** What a PE takes of a faster format in one cycle adds up in accumulators that are at least as wide. */
export function formatProblem(
  format: ArrayFormat,
  { accumulator }: Pick<Hardware["precision"], "accumulator">,
): CrossProblem | null {
  const widest = Math.max(format.input, format.weight);
  if (format.rate * widest <= accumulator) return null;
  const message = `is ${format.rate}: so many elements of ${widest} bits a cycle are wider than precision.accumulator with ${accumulator} bits`;
  return { field: "rate", message };
}

/** Inferences that are given need hours in which they run. */
export function usageProblem({
  inferences,
  hoursPerDay,
}: Pick<Deployment, "inferences" | "hoursPerDay">): CrossProblem | null {
  if (inferences === null || inferences === 0 || hoursPerDay > 0) return null;
  return { field: "hoursPerDay", message: `is 0, but deployment.inferences asks for ${inferences}` };
}

/** What is wrong between the fields of a model; the path is below the model. */
export interface ModelProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Towers that the operators of a model cannot be made of: fewer tokens than patches, more tokens than rows of a table of positions.
 *
 * @returns every problem; nothing where the model is whole
 */
export function modelProblems(model: ModelSpec): readonly ModelProblem[] {
  switch (model.family) {
    case "operators":
      return [];
    case "towers":
      return model.towers.flatMap((part, at) =>
        partProblems(part).map(({ path, message }) => ({ path: ["towers", at, ...path], message })),
      );
    case "clip":
      return [
        ...rowProblems(model.text, model.text.tokens, "the text", "text"),
        ...patchProblems(model.vision),
        ...reductionProblems(model.vision, false),
        ...sparsityProblems(model),
      ];
    default:
      return partProblems(model);
  }
}

function partProblems(part: TowerModel): readonly ModelProblem[] {
  return [...shapeProblems(part), ...sparsityProblems(part)];
}

/** What stays of sparse weights and of sparse activations has a width, in every layer; a threshold has a place on its curve. */
function sparsityProblems(model: ModelSpec): readonly ModelProblem[] {
  return TOWERS.flatMap((name): readonly ModelProblem[] => {
    const tower: Partial<Tower> = (model as Partial<Record<(typeof TOWERS)[number], Tower>>)[name] ?? {};
    const { activationSparsity, quantisation } = tower;
    const widthProblem = (field: "sparsity" | "activationSparsity", of: "weights" | "activations"): ModelProblem[] => {
      const formats = quantisation?.[of];
      if (tower[field] === undefined || (formats !== undefined && ![formats].flat().includes(null))) return [];
      const message = `needs the width of what stays: quantisation.${name}.${of}, in every layer`;
      return [{ path: [name, field], message }];
    };
    const wrong = activationSparsity === undefined ? null : curveProblem(activationSparsity);
    return [
      ...widthProblem("sparsity", "weights"),
      ...widthProblem("activationSparsity", "activations"),
      ...(wrong === null ? [] : [{ path: [name, "activationSparsity"], message: wrong }]),
    ];
  });
}

const TOWERS = ["text", "vision", "encoder", "decoder"] as const;

function shapeProblems(part: TowerModel): readonly ModelProblem[] {
  switch (part.family) {
    case "vit":
      return [
        ...patchProblems(part.vision),
        ...connectorProblems(part),
        ...reductionProblems(part.vision, part.connector !== undefined),
      ];
    case "bert":
      return rowProblems(part.text, part.text.tokens, "the text", "text");
    case "decoder": {
      const used = part.contextTokens + part.text.tokens + part.generatedTokens;
      return rowProblems(part.text, used, "context, prompt and generation", "text");
    }
    case "encoder-decoder": {
      const used = part.decoder.tokens + part.generatedTokens;
      return [
        ...rowProblems(part.decoder, used, "prompt and generation", "decoder"),
        ...rowProblems(part.encoder, part.encoder.tokens, "input", "encoder"),
      ];
    }
  }
}

function rowProblems(
  { maxPositions }: { readonly maxPositions?: number | undefined },
  used: number,
  what: string,
  tower: string,
): readonly ModelProblem[] {
  if (maxPositions === undefined || used <= maxPositions) return [];
  return [{ path: [tower, "maxPositions"], message: `is ${maxPositions}, less than the ${used} tokens of ${what}` }];
}

/** Tokens that are put side by side make one token at least. */
function connectorProblems({ vision, connector }: Extract<TowerModel, { family: "vit" }>): readonly ModelProblem[] {
  if (connector === undefined) return [];
  const { merge, tokens = square(Math.floor(vision.imageSize / vision.patchSize)) } = connector;
  if (tokens >= merge) return [];
  return [{ path: ["connector", "merge"], message: `is ${merge}, more than the ${tokens} tokens that come in` }];
}

function patchProblems({ tokens, imageSize, patchSize }: VisionTower): readonly ModelProblem[] {
  const patches = square(Math.floor(imageSize / patchSize));
  if (tokens >= patches) return [];
  const shown = `${patches} patches of an image of ${imageSize} pixels in patches of ${patchSize}`;
  return [{ path: ["vision", "tokens"], message: `is ${tokens}, fewer than the ${shown}` }];
}

/**
 * Fewer tokens from layer to layer need places that nobody asks about again: keys of one kind that all of them have, positions that
 * were added before the layers, a place between attention and FFN, and pruning a class token, whose attention decides.
 */
function reductionProblems(vision: VisionTower, hasConnector: boolean): readonly ModelProblem[] {
  const { tokenReduction: reduction, attention, latent, disentangled, position, normPosition, tokens } = vision;
  if (reduction === undefined) return [];
  const isParallel = normPosition === "parallel" || normPosition === "parallel-shared";
  const needs: readonly (readonly [isMissing: boolean, what: string])[] = [
    [attention?.some((kind) => kind !== "full") === true, "attention: full in every layer"],
    [latent !== undefined || disentangled !== undefined, "plain attention"],
    [!["learned", "fixed", "none"].includes(position), "positions that are added before the layers, or none"],
    [isParallel, "an FFN behind the attention, not beside it"],
    [hasConnector, "a tower without a connector, which takes the patches of the image"],
    [
      "keep" in reduction && tokens <= square(Math.floor(vision.imageSize / vision.patchSize)),
      "a class token, whose attention says what is pruned",
    ],
  ];
  return needs.flatMap(([isMissing, what]) =>
    isMissing ? [{ path: ["vision", "tokenReduction"], message: `needs ${what}` }] : [],
  );
}
