import * as z from "zod";
import { flag, MAX_WHOLE, oneOf, section, text, whole } from "./fields.ts";
import { LISTED_PRIMITIVES } from "./model.ts";

const operandClass = oneOf(["weight", "embedding", "head", "activation", "kv"]);
const listed = {
  name: text(200),
  tower: text(40).default("model"),
  phase: oneOf(["prefill", "decode"]).nullable().default(null),
  count: whole(1, 1_000_000_000).default(1),
};
const extent = whole(1, 1_000_000_000);
/** A product or a vector operator of a model that is a list of operators, as written. */
export const listedOperator = z.discriminatedUnion(
  "kind",
  [
    section({
      ...listed,
      kind: z.literal("product"),
      batch: extent.default(1),
      m: extent,
      n: extent,
      k: extent,
      shared: flag().optional().describe("The second operand is common to the product's batch"),
      classes: z
        .tuple([operandClass, operandClass], { error: "must be two of weight, embedding, head, activation, kv" })
        .default(["activation", "weight"])
        .describe("What the first and the second operand are"),
      matrices: whole(1, 1_000_000_000)
        .optional()
        .describe("Distinct trained matrices among its runs; all where left out"),
      sameWeightsAs: text(200).nullable().default(null).describe("Product whose trained matrix this one uses too"),
    }),
    section({
      ...listed,
      kind: z.literal("vector"),
      primitive: oneOf(LISTED_PRIMITIVES),
      elements: whole(1, MAX_WHOLE),
      rowLength: whole(1, MAX_WHOLE).default(1),
      elementsRead: whole(0, MAX_WHOLE).optional(),
      elementsWritten: whole(0, MAX_WHOLE).optional(),
      parameters: whole(0, MAX_WHOLE).default(0).describe("Trained numbers that are read"),
    }),
  ],
  { error: "must be one of: product, vector" },
);
