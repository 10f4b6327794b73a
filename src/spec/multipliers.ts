import * as z from "zod";
import { real, section } from "./fields.ts";
import { deepFreeze } from "./freeze.ts";
import { check } from "./issues.ts";
import { presetDocument } from "./preset-files.ts";

/** A published circuit that multiplies 8 × 8 bits, as synthesised in one 45 nm library, the multiplier alone. */
export interface Multiplier {
  readonly name: string;
  readonly signed: boolean;
  /** um2. */
  readonly area: number;
  /** mW at one rate of operations for all. */
  readonly power: number;
  /** ns. */
  readonly delay: number;
  /** Mean and largest absolute error of the product, as a share of the product's range. */
  readonly meanError: number;
  readonly worstError: number;
  /** Share of the operand pairs whose product is wrong. */
  readonly errorRate: number;
  /** Mean error as a share of the product. */
  readonly meanRelativeError: number;
}

const share = real(0, 10);
const fileSchema = z.record(
  z.string(),
  section({
    signed: z.boolean(),
    area: real(0.01, 1e6),
    power: real(1e-6, 1e3),
    delay: real(0.001, 1e3),
    meanError: share,
    worstError: share,
    errorRate: share,
    meanRelativeError: share,
  }),
);

let known: ReadonlyMap<string, Multiplier> | undefined;

/** Every circuit of presets/multipliers.yaml, in the order of the file. Read once. */
export function multipliers(): ReadonlyMap<string, Multiplier> {
  known ??= new Map(
    Object.entries(check(fileSchema, presetDocument("multipliers.yaml"))).map(([name, row]) => [
      name,
      deepFreeze({ name, ...row }),
    ]),
  );
  return known;
}

/** The exact circuit that one is set against: of the same signedness, from the same library and synthesis. */
export function exactMultiplier({ signed }: Pick<Multiplier, "signed">): Multiplier {
  return [...multipliers().values()].find((each) => each.signed === signed && each.worstError === 0)!;
}

/** The circuit of arrays whose products err; null: they are exact. */
export function approximateMultiplier({ multiplier }: { readonly multiplier?: string }): Multiplier | null {
  const circuit = multiplier === undefined ? undefined : multipliers().get(multiplier);
  return circuit === undefined || circuit.worstError === 0 ? null : circuit;
}
