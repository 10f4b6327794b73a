const NAMES: Readonly<Record<string, string>> = {
  dieEnergy: "die: energy of the fab",
  dieGas: "die: process gases",
  dieMaterial: "die: materials",
  dram: "DRAM",
  bonding: "bonds between dies",
  design: "design",
  package: "package",
  inference: "use: inferences",
  idleInUse: "use: idle in hours of use",
  offHours: "use: other hours",
  retention: "use: weights kept on chip",
};

/** What people call a part of the carbon. */
export function carbonPartName(part: string): string {
  return Object.hasOwn(NAMES, part) ? NAMES[part]! : part;
}
