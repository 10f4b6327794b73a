import * as z from "zod";
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

const ruleSchema = z.strictObject({
  name: z.enum(RULE_NAMES),
  published: z.boolean(),
  calibrated: z.boolean(),
  description: z.string().min(1),
});
export type ChargingRule = Readonly<z.infer<typeof ruleSchema>>;

let rows: readonly ChargingRule[] | null = null;

/** Every rule with its meaning and where it is on. */
export function chargingRuleRows(): readonly ChargingRule[] {
  rows ??= z.strictObject({ rules: z.array(ruleSchema).length(RULE_NAMES.length) }).parse(readTable("profiles")).rules;
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
