import type { ModelSpec } from "../../spec/model.ts";
import { classesOf, optionsOfClasses, pointOfClass } from "./layer-classes.ts";
import { LayersNotApart, numbersOf } from "./layer-numbers.ts";
import { checkLayers, readStarts } from "./layers.ts";
import { towerPart, type ModelPart, type TowerSide } from "./model-parts.ts";
import type { TowerParts } from "./operator-table.ts";
import type { LayerSlot, PartPoint, Refused } from "./types.ts";

/** The options of one tower: models one by one, or classes of models that cost the same. */
export interface TowerOptions {
  readonly count: number;
  /** How many options of the space each stands for; null: one each. */
  readonly counts: Float64Array | null;
  pointOf(option: number): PartPoint;
  readonly refused: readonly Refused[];
  partsAt(batch: number): TowerParts;
  /** Models whose accuracies are those of all options, and which of them an option has. */
  readonly judged: { readonly models: readonly ModelSpec[]; of(option: number): number };
}

/** What tells the options of one side from those of another. */
export interface TowerSpace {
  readonly side: TowerSide;
  readonly points: readonly PartPoint[];
  readonly layers: readonly LayerSlot[];
  /** All that the study has. */
  readonly batches: readonly number[];
  /** A schedule may join operators. */
  readonly isChained: boolean;
  /** Classes that are made at most. */
  readonly mostClasses: number;
}

/**
 * @param modelAt  applies a point to the base of the study
 * @param refusalOf why settings are no design; null: the error is of another kind
 * @throws LayersNotApart where layers cannot be told apart, or have too many classes
 */
export function towerOptions(
  space: TowerSpace,
  modelAt: (point: PartPoint) => ModelSpec,
  refusalOf: (error: unknown) => string | null,
): TowerOptions {
  return space.layers.length === 0
    ? plainOptions(space, modelAt, refusalOf)
    : layeredOptions(space, modelAt, refusalOf);
}

function plainOptions(
  { side, points, isChained }: TowerSpace,
  modelAt: (point: PartPoint) => ModelSpec,
  refusalOf: (error: unknown) => string | null,
): TowerOptions {
  const models: ModelSpec[] = [];
  const kept: PartPoint[] = [];
  const reasons = new Map<string, number>();
  for (const point of points) {
    try {
      models.push(modelAt(point));
      kept.push(point);
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === null) throw error;
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return {
    count: models.length,
    counts: null,
    pointOf: (option) => kept[option]!,
    refused: [...reasons].map(([reason, count]): Refused => ({ reason, count })),
    partsAt: (batch) => ({ parts: models.map((model) => towerPart(model, side, { batch, isChained })) }),
    judged: { models, of: (option) => option },
  };
}

function layeredOptions(
  { side, points, layers, batches, isChained, mostClasses }: TowerSpace,
  modelAt: (point: PartPoint) => ModelSpec,
  refusalOf: (error: unknown) => string | null,
): TowerOptions {
  const { starts, models, refused } = readStarts(points, layers, modelAt, refusalOf);
  const known = new Map<number, Map<ModelSpec, ModelPart>>(batches.map((batch) => [batch, new Map()]));
  const partsAt = (some: readonly ModelSpec[], batch: number): readonly ModelPart[] =>
    some.map((model) => known.get(batch)!.get(model) ?? towerPart(model, side, { batch, isChained }));
  for (const [batch, parts] of known)
    for (const model of models) parts.set(model, towerPart(model, side, { batch, isChained }));
  const partsOf = (batch: number): readonly ModelPart[] => partsAt(models, batch);
  checkLayers(starts, modelAt, (some) => batches.map((batch) => partsAt(some, batch)));
  const { numbers, layout } = numbersOf(models, batches.map(partsOf));
  const classes = classesOf(starts, numbers, mostClasses);
  if (classes === null)
    throw new LayersNotApart(`the layers of a tower have more than ${mostClasses} combinations of different cost`);
  const { judgedModels, places } = judgedOf(starts, classes, modelAt);
  return {
    count: classes.count,
    counts: classes.optionCounts,
    pointOf: (option) => pointOfClass(starts, classes, option),
    refused,
    partsAt: (batch) => ({
      parts: partsOf(batch),
      compose: (rowOf) => optionsOfClasses(classes, layout, batches.indexOf(batch), rowOf),
    }),
    judged: { models: judgedModels, of: (option) => places[option]! },
  };
}

/** Of a start, models with as many parameters in their blocks are equally accurate: one of them is judged. */
function judgedOf(
  starts: ReturnType<typeof readStarts>["starts"],
  classes: NonNullable<ReturnType<typeof classesOf>>,
  modelAt: (point: PartPoint) => ModelSpec,
) {
  const judgedModels: ModelSpec[] = [];
  const placeOf = new Map<string, number>();
  const places = Int32Array.from(classes.starts, (start, index) => {
    const key = `${start} ${classes.sumsOf(index)[0]!}`;
    const known = placeOf.get(key);
    if (known !== undefined) return known;
    const place = judgedModels.push(modelAt(pointOfClass(starts, classes, index))) - 1;
    placeOf.set(key, place);
    return place;
  });
  return { judgedModels, places };
}
