import { pathText, valueAt } from "./document.ts";
import { findingsOf } from "./issues.ts";
import { isTrained, type ListedOperator, type ModelSpec, type Tower } from "./model.ts";
import { modelSchema } from "./model-schema.ts";
import { TOWER_NAMES } from "./set-model.ts";

/** A model as a file says it: sizes that are equal in all layers once. Reading it back gives the same model. */
export function writtenModel(model: ModelSpec): Readonly<Record<string, unknown>> {
  const { name, description, training, family, ...all } = shortModel(model);
  const rest = model.family === "operators" ? { ...all, operators: model.operators.map(shortOperator) } : all;
  const { quantisation, shape } = hoisted(rest);
  const stored = quantisation === undefined ? {} : { quantisation };
  return { name, description, family, ...(training === null ? {} : { training }), ...stored, ...shape };
}

/** What is said of the storage of the only tower is said of the model. */
function hoisted(rest: Readonly<Record<string, unknown>>) {
  const [only, ...more] = TOWER_NAMES.filter((name) => name in rest);
  const tower = only === undefined || more.length > 0 ? {} : (rest[only] as Readonly<Record<string, unknown>>);
  if (tower["quantisation"] === undefined) return { quantisation: rest["quantisation"], shape: rest };
  const { quantisation, ...shape } = tower;
  return { quantisation, shape: { ...rest, [only!]: shape } };
}

/** What a model file would be refused for. */
export interface ModelFault {
  /** For example `text.vocabulary`. */
  readonly field: string;
  readonly message: string;
  /** The value there; undefined: there is none. */
  readonly value: unknown;
}

/** What is wrong with a model that was made and not read; nothing where a file that says it is read back. */
export function faultsOf(model: ModelSpec): readonly ModelFault[] {
  const written = writtenModel(model);
  const result = modelSchema.safeParse(written);
  if (result.success) return [];
  return result.error.issues
    .flatMap((issue) => findingsOf(issue, written, []))
    .map(({ path, message }) => ({ field: pathText(path), message, value: valueAt(written, path) }));
}

/** Towers with values that are equal in all layers written once; parts of a list of towers likewise. */
function shortModel(model: ModelSpec): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(model).map(([key, value]: [string, unknown]) => {
      if (key === "towers" && model.family === "towers")
        return [key, model.towers.map(withoutTraining).map(shortModel)];
      return [key, (TOWER_NAMES as readonly string[]).includes(key) ? shortTower(value as Tower) : value];
    }),
  );
}

/** An operator without what a model file takes for granted. */
function shortOperator(operator: ListedOperator): Readonly<Record<string, unknown>> {
  const { name, kind, ...rest } = operator;
  const own: Readonly<Record<string, unknown>> =
    operator.kind === "vector"
      ? { rowLength: 1, elementsRead: operator.elements, elementsWritten: operator.elements, parameters: 0 }
      : { batch: 1, shared: isTrained(operator.classes[1]), matrices: operator.count, sameWeightsAs: null };
  const usual: Readonly<Record<string, unknown>> = { tower: "model", phase: null, count: 1, ...own };
  const isUsual = ([key, value]: readonly [string, unknown]) =>
    key === "classes" ? String(value) === "activation,weight" : Object.hasOwn(usual, key) && usual[key] === value;
  return { name, kind, ...Object.fromEntries(Object.entries(rest).filter((each) => !isUsual(each))) };
}

/** Pre-training is that of the whole. */
function withoutTraining<T extends ModelSpec>(model: T): T {
  return Object.fromEntries(Object.entries(model).filter(([key]) => key !== "training")) as unknown as T;
}

function shortTower(tower: Tower): Readonly<Record<string, unknown>> {
  const perLayer = <T>(values: readonly T[]) => (values.every((each) => each === values[0]) ? values[0] : values);
  const { ffn, heads, kvHeads, attention } = tower;
  return {
    ...tower,
    ...{ ffn: perLayer(ffn), heads: perLayer(heads), kvHeads: perLayer(kvHeads) },
    ...(attention === undefined ? {} : { attention: perLayer(attention) }),
  };
}
