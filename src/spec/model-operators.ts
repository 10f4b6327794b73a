import type * as z from "zod";
import { refuse } from "./fields.ts";
import type { TowerContext } from "./model-build.ts";
import type { rawModelSchema } from "./model-schema.ts";
import { isTrained, type ListedOperator } from "./model.ts";

/** Names that stand twice. */
export function checkNames(list: readonly { readonly name: string }[], ctx: TowerContext, field: string): void {
  const seen = new Set<string>();
  list.forEach(({ name }, at) => {
    if (seen.has(name)) refuse(ctx, "spec/inconsistent", `names "${name}" a second time`, null, [field, at, "name"]);
    seen.add(name);
  });
}

type RawOperator = Extract<z.output<typeof rawModelSchema>, { family: "operators" }>["operators"][number];

/** What an operator leaves out, filled in; a trained matrix is shared by the batch unless it says otherwise. */
export function buildOperators(raw: readonly RawOperator[], ctx: TowerContext): readonly ListedOperator[] {
  checkNames(raw, ctx, "operators");
  const products = new Map<string, Extract<RawOperator, { kind: "product" }>>();
  return raw.map((each, at): ListedOperator => {
    if (each.kind === "vector") {
      const { elements, elementsRead = elements, elementsWritten = elements } = each;
      if (elements % each.rowLength !== 0 && each.primitive !== "mean") {
        const message = `is ${each.rowLength}, which does not divide the ${elements} elements`;
        refuse(ctx, "spec/inconsistent", message, null, ["operators", at, "rowLength"]);
      }
      return { ...each, elementsRead, elementsWritten };
    }
    const first = each.sameWeightsAs === null ? undefined : products.get(each.sameWeightsAs);
    if (each.sameWeightsAs !== null && first === undefined) {
      const message = `names "${each.sameWeightsAs}", which is no product before this one`;
      refuse(ctx, "spec/inconsistent", message, null, ["operators", at, "sameWeightsAs"]);
    }
    products.set(each.name, each);
    const { matrices = each.count } = each;
    if (matrices > each.count) {
      const message = `is ${matrices}, more than the ${each.count} runs`;
      refuse(ctx, "spec/inconsistent", message, null, ["operators", at, "matrices"]);
    }
    return { ...each, matrices, shared: each.shared ?? isTrained(each.classes[1]) };
  });
}
