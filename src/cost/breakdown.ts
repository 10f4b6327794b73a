import type { Breakdown } from "./types.ts";

/** Sums the parts in insertion order, so that the total is the exact sum of what it shows. */
export function breakdown(parts: Readonly<Record<string, number>>): Breakdown {
  let total = 0;
  for (const name in parts) total += parts[name] ?? 0;
  return { total, parts };
}

/** Sum of breakdowns, part by part, each times its count. */
export function addBreakdowns(terms: readonly { readonly of: Breakdown; readonly count: number }[]): Breakdown {
  const parts: Record<string, number> = {};
  for (const { of, count } of terms) {
    for (const [name, value] of Object.entries(of.parts)) parts[name] = (parts[name] ?? 0) + value * count;
  }
  return breakdown(parts);
}
