import { problemOf, SpecError } from "../errors/index.ts";
import { JOULES_PER_KILOWATT_HOUR } from "../units/index.ts";
import { solve } from "./solver.ts";

/*
 * Which variant of a service answers in each slot (as carbonstat does: Ferrari et al., arXiv 2405.12582). Requests R(t) are answered
 * by variant s(t) of quality q and energy e:
 *
 *     least  Σ CI(t) · R(t) · e[s(t)]   with   Σ R(t) · q[s(t)] ≥ limit · Σ R(t).
 *
 * A multiple-choice knapsack. Small ones are solved as an integer programme. Of others the linear relaxation is exact but for one slot:
 * slots move along the lower hull of their variants in order of carbon paid for quality, and the last one is rounded up; the relaxation
 * is the bound.
 */

export interface Variant {
  readonly name: string;
  /** Of one answer, 0 to 1 or any scale of which means can be taken. */
  readonly quality: number;
  /** Of one answer, J. */
  readonly energy: number;
}

export interface DemandSlot {
  /** ms of the epoch. */
  readonly start: number;
  readonly requests: number;
  /** gCO2e/kWh. */
  readonly intensity: number;
}

export interface VariantPlan {
  /** By slot, index of the variant. */
  readonly chosen: readonly number[];
  /** g by the numbers that it was planned with. */
  readonly cost: number;
  readonly bound: number;
  readonly isProved: boolean;
}

const MOST_VARIABLES = 6_000;

const costOf = ({ requests, intensity }: DemandSlot, { energy }: Variant): number =>
  (requests * intensity * energy) / JOULES_PER_KILOWATT_HOUR;

/** g of an assignment. */
export function carbonOfVariants(
  slots: readonly DemandSlot[],
  variants: readonly Variant[],
  chosen: readonly number[],
): number {
  return slots.reduce((sum, slot, t) => sum + costOf(slot, variants[chosen[t]!]!), 0);
}

/** Mean quality of an assignment, weighted by requests; NaN without any. */
export function meanQuality(
  slots: readonly DemandSlot[],
  variants: readonly Variant[],
  chosen: readonly number[],
): number {
  const total = slots.reduce((sum, { requests }) => sum + requests, 0);
  return slots.reduce((sum, { requests }, t) => sum + requests * variants[chosen[t]!]!.quality, 0) / total;
}

/**
 * The assignment of least carbon whose mean quality is at least the limit.
 *
 * @throws SpecError plan/quality where no variant is good enough
 */
export async function planVariants(
  slots: readonly DemandSlot[],
  variants: readonly Variant[],
  limit: number,
): Promise<VariantPlan> {
  const best = variants.reduce((a, b) => (b.quality > a.quality ? b : a));
  if (best.quality < limit) {
    const message = `A mean quality of ${limit} cannot be reached: the best variant, ${best.name}, has ${best.quality}.`;
    throw new SpecError([problemOf("quality.mean", "plan/quality", message)]);
  }
  const relaxed = alongHulls(slots, variants, limit);
  const isKept = (chosen: readonly number[]): boolean => slackOf(slots, variants, chosen, limit) >= 0;
  if (slots.length * variants.length > MOST_VARIABLES) return relaxed;
  const exact = await exactly(slots, variants, limit);
  if (exact === null || !isKept(exact.chosen)) return relaxed;
  const cost = carbonOfVariants(slots, variants, exact.chosen);
  return { chosen: exact.chosen, cost, bound: exact.isProved ? cost : relaxed.bound, isProved: exact.isProved };
}

/** Quality over the limit, in requests; sums that are equal but for their last digits count as equal. */
function slackOf(
  slots: readonly DemandSlot[],
  variants: readonly Variant[],
  chosen: readonly number[],
  limit: number,
): number {
  const total = slots.reduce((sum, { requests }) => sum + requests, 0);
  const slack = slots.reduce((sum, { requests }, t) => sum + requests * (variants[chosen[t]!]!.quality - limit), 0);
  return Math.abs(slack) <= 1e-12 * total ? 0 : slack;
}

async function exactly(slots: readonly DemandSlot[], variants: readonly Variant[], limit: number) {
  const at = (t: number, v: number): number => t * variants.length + v;
  const costs = slots.map((slot) => variants.map((variant) => costOf(slot, variant)));
  const total = slots.reduce((sum, { requests }) => sum + requests, 0);
  if (total === 0) return null;
  const solution = await solve({
    variables: costs.flat().map((cost) => ({ cost, upper: 1, isWhole: true })),
    rows: [
      ...slots.map((_, t) => ({
        terms: variants.map((__, v) => [at(t, v), 1] as const),
        sense: "=" as const,
        value: 1,
      })),
      {
        terms: slots.flatMap(({ requests }, t) =>
          variants.flatMap(({ quality }, v) => {
            const factor = (requests / total) * (quality - limit) * 1e4;
            return factor === 0 ? [] : [[at(t, v), factor] as const];
          }),
        ),
        sense: ">=",
        value: 0,
      },
    ],
  });
  if (solution === null || solution === "infeasible") return null;
  const chosen = slots.map((_, t) => {
    const own = variants.map((__, v) => solution.values[at(t, v)]!);
    return own.indexOf(Math.max(...own));
  });
  return { chosen, isProved: solution.isProved };
}

interface Step {
  readonly slot: number;
  readonly to: number;
  readonly cost: number;
  readonly quality: number;
}

/** The linear relaxation, rounded to the safe side in its one broken slot. */
function alongHulls(slots: readonly DemandSlot[], variants: readonly Variant[], limit: number): VariantPlan {
  const chosen: number[] = [];
  const steps: Step[] = [];
  slots.forEach((slot, t) => {
    const hull = hullOf(slot, variants);
    chosen.push(hull[0]!);
    for (let i = 1; i < hull.length; i += 1) {
      const [a, b] = [variants[hull[i - 1]!]!, variants[hull[i]!]!];
      steps.push({
        slot: t,
        to: hull[i]!,
        cost: costOf(slot, b) - costOf(slot, a),
        quality: slot.requests * (b.quality - a.quality),
      });
    }
  });
  let lacking = -slackOf(slots, variants, chosen, limit);
  let bound = carbonOfVariants(slots, variants, chosen);
  const free = steps.filter(({ quality }) => quality > 0);
  free.sort((a, b) => a.cost * b.quality - b.cost * a.quality || a.slot - b.slot);
  for (const { slot, to, cost, quality } of free) {
    if (lacking <= 0) break;
    chosen[slot] = to;
    bound += cost * Math.min(1, lacking / quality);
    lacking -= quality;
  }
  const cost = carbonOfVariants(slots, variants, chosen);
  bound = Math.min(bound, cost);
  return { chosen, cost, bound, isProved: cost - bound <= 1e-12 * cost };
}

/** Variants on the lower hull of carbon over quality, from the least carbon up. */
function hullOf(slot: DemandSlot, variants: readonly Variant[]): readonly number[] {
  const order = variants
    .map((_, v) => v)
    .sort(
      (a, b) => costOf(slot, variants[a]!) - costOf(slot, variants[b]!) || variants[b]!.quality - variants[a]!.quality,
    );
  const hull: number[] = [];
  const slope = (a: number, b: number): number =>
    (costOf(slot, variants[b]!) - costOf(slot, variants[a]!)) / (variants[b]!.quality - variants[a]!.quality);
  for (const v of order) {
    if (hull.length > 0 && variants[v]!.quality <= variants[hull.at(-1)!]!.quality) continue;
    while (hull.length > 1 && slope(hull.at(-2)!, hull.at(-1)!) >= slope(hull.at(-1)!, v)) hull.pop();
    hull.push(v);
  }
  return hull;
}
