import {
  isTrained,
  type ListedOperator,
  type ListedProduct,
  type ListedVector,
  type OperandClass,
  type OperatorsModel,
} from "../spec/model.ts";
import { formatsOf, type LayerFormats } from "../spec/quantisation.ts";
import type {
  GemmOperator,
  Operator,
  OperatorKind,
  StoredOperands,
  VectorOperator,
  Workload,
  WorkloadSizes,
} from "./operator.ts";
import { sizeOf, sumOfSizes } from "./sizes.ts";

/**
 * A list of operators on `batch` inputs. Each input has its rows: a product whose second operand is one trained matrix gets so many
 * times the rows, one whose every element has a matrix of its own likewise, and a product of two activations is done for each input.
 *
 * Parameters are those of the trained matrices, each once, and what the list says beside them.
 */
export function operatorsWorkload(model: OperatorsModel, batch: number): Workload {
  const stored = model.operators.reduce((sum, each) => sum + trainedElements(each), model.otherParameters);
  const formats = formatsOf(model.quantisation, null);
  const operators = model.operators.map((each, at) =>
    each.kind === "product"
      ? productOf(each, batch, kindOfProduct(model.operators, at), formats)
      : vectorOf(each, batch, kindOfVector(model.operators, at), formats),
  );
  return {
    model: model.name,
    operators,
    parameters: { model: stored },
    activeParameters: stored,
    kvCacheElements: batch * model.kvCacheElements,
    kvElementsPerToken: model.kvElementsPerToken,
    peakActivationElements: largest(operators),
    peakFusedElements: largest(operators.filter(({ kind }) => kind !== "softmax").map(withoutScores)),
  };
}

/** Elements of the distinct trained matrices of a product. */
export function trainedElements(operator: ListedOperator): number {
  if (operator.kind === "vector" || operator.sameWeightsAs !== null || !isTrained(operator.classes[1])) return 0;
  const { batch, n, k, shared, matrices } = operator;
  return matrices * (shared ? 1 : batch) * n * k;
}

/** Elements of the trained matrices of one class. */
function trainedOf(model: OperatorsModel, operand: OperandClass): number {
  const own = model.operators.filter((each) => each.kind === "product" && each.classes[1] === operand);
  return own.reduce((sum, each) => sum + trainedElements(each), 0);
}

/** What the tensors of a list take; parameters beside its matrices are of class norms. */
export function operatorSizes(model: OperatorsModel, batch: number, workload: Workload): WorkloadSizes {
  const formats = formatsOf(model.quantisation, null);
  const kv = (elements: number) => sizeOf(elements, formats?.kv);
  return {
    parameters: {
      model: sumOfSizes(
        sizeOf(trainedOf(model, "weight"), formats?.weights),
        sizeOf(trainedOf(model, "embedding"), formats?.embedding),
        sizeOf(trainedOf(model, "head"), formats?.head),
        sizeOf(model.otherParameters, formats?.norms),
      ),
    },
    kvCache: kv(batch * model.kvCacheElements),
    kvPerToken: kv(model.kvElementsPerToken),
    peak: [sizeOf(workload.peakActivationElements, formats?.activations)],
    peakFused: [sizeOf(workload.peakFusedElements, formats?.activations)],
  };
}

const CLASS_OF: Readonly<Record<OperandClass, keyof LayerFormats>> = {
  weight: "weights",
  embedding: "embedding",
  head: "head",
  activation: "activations",
  kv: "kv",
};

function productOf(
  listed: ListedProduct,
  inputs: number,
  kind: OperatorKind,
  formats: LayerFormats | null,
): GemmOperator {
  const { name, tower, phase, count, batch, m, n, k, shared, classes } = listed;
  const isWeight = isTrained(classes[1]);
  const isPerElement = isWeight && !shared;
  return {
    ...{ name, kind, tower, layer: null, phase, count, type: "gemm" },
    batch: isPerElement ? batch : batch * inputs,
    m: isPerElement ? m * inputs : m,
    ...{ n, k, sharedB: shared, weightsAreParameters: isWeight },
    ...(formats === null ? {} : { stored: operandsOf(classes, formats) }),
  };
}

function operandsOf([first, second]: ListedProduct["classes"], formats: LayerFormats): StoredOperands {
  const { activations, sums } = formats;
  return { input: formats[CLASS_OF[first]], weight: formats[CLASS_OF[second]], output: activations, sums };
}

function vectorOf(
  listed: ListedVector,
  inputs: number,
  kind: OperatorKind,
  formats: LayerFormats | null,
): VectorOperator {
  const { name, tower, phase, count, primitive, elements, rowLength, elementsRead, elementsWritten } = listed;
  return {
    ...{ name, kind, tower, layer: null, phase, count, type: "vector", primitive },
    ...{ elements: elements * inputs, rowLength },
    ...{ elementsRead: elementsRead * inputs, parametersRead: listed.parameters },
    elementsWritten: elementsWritten * inputs,
    ...(formats === null
      ? {}
      : { stored: { read: formats.activations, parameters: formats.norms, written: formats.activations } }),
  };
}

/** Two products of activations with a softmax of the first one's result between them are attention. */
function kindOfProduct(list: readonly ListedOperator[], at: number): OperatorKind {
  if (isAttention(list, at)) return "scores";
  if (isAttention(list, at - 2)) return "context";
  const listed = list[at] as ListedProduct;
  return listed.classes[1] === "head" ? "head" : "product";
}

function kindOfVector(list: readonly ListedOperator[], at: number): OperatorKind {
  return isAttention(list, at - 1) ? "softmax" : "vector";
}

function isAttention(list: readonly ListedOperator[], at: number): boolean {
  const [scores, softmax, context] = [list[at], list[at + 1], list[at + 2]];
  if (scores?.kind !== "product" || softmax?.kind !== "vector" || context?.kind !== "product") return false;
  if (softmax.primitive !== "softmax" || isTrained(scores.classes[1]) || isTrained(context.classes[1])) return false;
  const isSame = scores.count === softmax.count && softmax.count === context.count && scores.phase === context.phase;
  const { batch, m, n } = scores;
  return isSame && softmax.elements === batch * m * n && context.batch === batch && context.m === m && context.k === n;
}

function largest(operators: readonly Operator[]): number {
  return operators.reduce((most, operator) => Math.max(most, liveElements(operator)), 0);
}

/** The products of fused attention, whose scores stay on chip: what they read and write beside them. */
function withoutScores(operator: Operator): Operator {
  if (operator.type !== "gemm") return operator;
  if (operator.kind === "scores") return { ...operator, m: 0 };
  return operator.kind === "context" ? { ...operator, k: 0 } : operator;
}

function liveElements(operator: Operator): number {
  if (operator.type === "vector") return operator.elementsRead + operator.elementsWritten;
  const { batch, m, n, k, weightsAreParameters } = operator;
  return batch * (m * k + m * n + (weightsAreParameters ? 0 : k * n));
}
