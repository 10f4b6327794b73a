import * as z from "zod";
import type { CarbonPrice } from "./deployment.ts";
import { refuse, text } from "./fields.ts";

/** Kilograms of a mass that prices are quoted by. */
const KILOGRAMS: Readonly<Record<string, number>> = { t: 1000, kg: 1 };
/** A kilogram that costs more than this is a slip of the unit: emission rights have cost up to 0.1 EUR, damage is put below 5. */
const MOST_PER_KILOGRAM = 1000;

/** `deployment.carbonPrice`: `80 EUR/t`; what was read of one is taken too. */
export const carbonPriceField = z
  .union([text(60).transform((written, ctx) => priceOf(written, ctx))], {
    error: 'must be a price, for example "80 EUR/t" or "0.1 USD/kg"',
  })
  .describe('What CO2e costs, for example "80 EUR/t": gives cost_carbon in that currency');

function priceOf(written: string, ctx: z.RefinementCtx): CarbonPrice {
  const [, amount = "", currency = "", mass = ""] =
    /^\s*(\d+\.?\d*|\.\d+)\s*([A-Z]{3})\s*\/\s*(\w+)\s*$/.exec(written) ?? [];
  const perKilogram = Number(amount) / (KILOGRAMS[mass] ?? NaN);
  if (amount !== "" && perKilogram <= MOST_PER_KILOGRAM) return { perKilogram, currency };
  const must = `must be an amount, a currency of three letters, and t or kg, at most ${MOST_PER_KILOGRAM} a kg`;
  return refuse(ctx, "spec/bad-price", `is "${written}", but ${must}: "80 EUR/t"`);
}
