import type { Profile } from "./factors.ts";
import { readTable } from "./table.ts";

/** Rules by which the published estimator charges; what each means stands in tables/profiles.yaml. */
export const RULE_NAMES = [
  "wordChargedAsAccess",
  "inputChargedPerMac",
  "sumsInLocalBuffer",
  "writeChargedAsRead",
  "precisionIgnored",
  "bandwidthFree",
  "secondLocalBuffer",
  "inferenceEnergyOnly",
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

/** Charging rules of one profile, each a flag. */
export type ChargingRules = Readonly<Record<RuleName, boolean>>;

/** A rule, and in which profiles it is on. */
export interface ChargingRule {
  readonly name: RuleName;
  readonly published: boolean;
  readonly calibrated: boolean;
  readonly description: string;
}

let rows: readonly ChargingRule[] | null = null;

/** Every rule with its meaning and where it is on. */
export function chargingRuleRows(): readonly ChargingRule[] {
  rows ??= (readTable("profiles") as { readonly rules: readonly ChargingRule[] }).rules;
  return rows;
}

const byProfile = new Map<Profile, ChargingRules>();

export function chargingRules(profile: Profile): ChargingRules {
  const known = byProfile.get(profile);
  if (known) return known;
  const flags = chargingRuleRows().map((rule) => [rule.name, rule[profile]]);
  const rules = Object.freeze(Object.fromEntries(flags) as Record<RuleName, boolean>);
  byProfile.set(profile, rules);
  return rules;
}

/** Node and clock of the published tables. */
export const PUBLISHED_NODE_NM = 22;
