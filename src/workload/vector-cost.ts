import type { LanePrimitive, VectorWork } from "./operator.ts";
import { SPECIAL_FUNCTION, VECTOR_PRIMITIVES } from "./vector-primitives.ts";

/** Lane-cycles of one element: Σ over passes. `special`: lane-cycles of a special function. */
export function laneCyclesPerElement(primitive: LanePrimitive, special: number = SPECIAL_FUNCTION.value): number {
  return VECTOR_PRIMITIVES[primitive].passes.reduce(
    (sum, { operations, specials }) => sum + operations + specials * special,
    0,
  );
}

/** Elements that pass through the lanes, and rows, of one run. */
function extentOf(operator: VectorWork): { readonly elements: number; readonly rows: number } {
  return VECTOR_PRIMITIVES[operator.primitive].over === "reduced"
    ? { elements: operator.elements * operator.rowLength, rows: operator.elements }
    : { elements: operator.elements, rows: operator.elements / operator.rowLength };
}

/**
 * Lane-cycles of one run of an operator (not times its count): divide by lanes, and round up, for cycles.
 *
 * @param measured  lane-cycles per element of named primitives (`Hardware.vector.cyclesPerElement`); what is named there takes the place of
 *                  the table, row work included
 */
export function laneCyclesOf(operator: VectorWork, measured: Readonly<Record<string, number>> = {}): number {
  const { elements, rows } = extentOf(operator);
  const given = Object.hasOwn(measured, operator.primitive) ? measured[operator.primitive] : undefined;
  if (given !== undefined) return elements * given;
  const { operations, specials } = VECTOR_PRIMITIVES[operator.primitive].perRow;
  return elements * laneCyclesPerElement(operator.primitive) + rows * (operations + specials * SPECIAL_FUNCTION.value);
}

/**
 * Elements read from and written to the local buffer in one run, over all passes. Parameters (gain, offset, tables) are among the reads:
 * those of a norm once a row element, those of an addition as its second operand.
 */
export function localAccessesOf(operator: VectorWork): { readonly reads: number; readonly writes: number } {
  const { passes, over } = VECTOR_PRIMITIVES[operator.primitive];
  const { elements, rows } = extentOf(operator);
  const gains = parametersPerElement(operator);
  return {
    reads: elements * (passes.reduce((sum, each) => sum + each.reads, 0) + gains),
    writes: over === "reduced" ? rows : elements * passes.reduce((sum, each) => sum + each.writes, 0),
  };
}

/** How often a primitive goes through its elements. */
export function passCountOf(primitive: LanePrimitive): number {
  return VECTOR_PRIMITIVES[primitive].passes.length;
}

/** What one pass over an operator's elements does: lane-cycles, and elements read from and written to the local buffer. */
export interface PassWork {
  readonly laneCycles: number;
  readonly reads: number;
  readonly writes: number;
}

/**
 * The work of one run by pass; sums over passes are those of {@link laneCyclesOf} and {@link localAccessesOf}. What is done once
 * a row, and the parameters, belong to the last pass; measured lane-cycles are shared out as the table's are.
 */
export function passesOf(operator: VectorWork, measured: Readonly<Record<string, number>> = {}): readonly PassWork[] {
  const { passes, over, perRow } = VECTOR_PRIMITIVES[operator.primitive];
  const { elements, rows } = extentOf(operator);
  const gains = parametersPerElement(operator);
  const isLast = (i: number) => i === passes.length - 1;
  const work = passes.map(({ operations, specials, reads, writes }, i) => ({
    laneCycles:
      elements * (operations + specials * SPECIAL_FUNCTION.value) +
      (isLast(i) ? rows * (perRow.operations + perRow.specials * SPECIAL_FUNCTION.value) : 0),
    reads: elements * (reads + (isLast(i) ? gains : 0)),
    writes: over === "reduced" ? (isLast(i) ? rows : 0) : elements * writes,
  }));
  const scale = laneCyclesOf(operator, measured) / work.reduce((sum, { laneCycles }) => sum + laneCycles, 0);
  return work.map((pass) => ({ ...pass, laneCycles: pass.laneCycles * scale }));
}

/** Gain and offset that the last pass of a norm reads beside every element, as far as the norm has them. */
function parametersPerElement({ primitive, parametersRead, rowLength }: VectorWork): number {
  const most = primitive === "layernorm" ? 2 : primitive === "rmsnorm" ? 1 : 0;
  return Math.min(most, Math.floor(parametersRead / rowLength));
}
