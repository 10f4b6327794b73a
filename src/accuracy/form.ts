import { power } from "../math/index.ts";
import type { TowerShape } from "./subject.ts";
import type { Training } from "./training.ts";

/** Quantities that enter the form. */
export type Quantity = "text-blocks" | "vision-blocks" | "vision-kept" | "patches" | "samples";

/**
 * One saturating term of the score:  − amplitude · (quantity / reference)^(−exponent),  amplitude ≥ 0.
 *
 * `vision-kept` is the share of the parent's parameters that a pruned model keeps, 1 where nothing was cut.
 */
export interface Term {
  readonly quantity: Quantity;
  readonly exponent: number;
  readonly reference: number;
}

export type Part = "text" | "vision" | "training";

export function partOf({ quantity }: Term): Part {
  if (quantity === "samples") return "training";
  return quantity === "text-blocks" ? "text" : "vision";
}

/** The value that multiplies the amplitude; a quantity that is unknown, or that the model has not, counts as the reference. */
export function termValue({ quantity, reference, exponent }: Term, shape: TermShape): number {
  const value = quantityOf(quantity, shape);
  return value === null ? -1 : -power(value / reference, -exponent);
}

export interface TermShape {
  readonly text: TowerShape | null;
  readonly vision: TowerShape | null;
  readonly training: Pick<Training, "samplesSeen"> | null;
}

function quantityOf(quantity: Quantity, { text, vision, training }: TermShape): number | null {
  switch (quantity) {
    case "text-blocks":
      return text?.blocks ?? null;
    case "vision-blocks":
      return vision?.blocks ?? null;
    case "vision-kept":
      return vision ? vision.blocks / vision.parentBlocks : null;
    case "patches":
      return vision?.patches ?? null;
    case "samples":
      return training?.samplesSeen ?? null;
  }
}
