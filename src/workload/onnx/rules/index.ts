import type { Rule } from "../node-context.ts";
import { ATTENTION_RULES } from "./attention.ts";
import { CONVOLUTION_RULES } from "./convolution.ts";
import { ELEMENT_WISE_RULES } from "./element-wise.ts";
import { LAYOUT_RULES } from "./layout.ts";
import { ROW_RULES } from "./normalisation.ts";
import { PRODUCT_RULES } from "./products.ts";

const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    ...LAYOUT_RULES,
    ...ELEMENT_WISE_RULES,
    ...PRODUCT_RULES,
    ...CONVOLUTION_RULES,
    ...ROW_RULES,
    ...ATTENTION_RULES,
  }),
);

/** Operators that are counted, in the order of the alphabet; those of ONNX and of its contributed domain together. */
export const ONNX_OPERATORS: readonly string[] = [...RULES.keys()].sort();

/** An operator's name without the domain of contributed operators. */
export const plainName = (op: string): string => op.replace(/^com\.microsoft\./, "");

export function ruleOf(op: string): Rule | undefined {
  return RULES.get(op) ?? RULES.get(plainName(op));
}
