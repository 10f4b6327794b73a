import * as z from "zod";
import { listOf, oneOf, quantity, real, refuse, section, text, whole } from "./fields.ts";
import {
  BONDING_METHODS,
  BONDING_STEPS,
  CIRCUITS,
  DIE_PARTS,
  INTERPOSERS,
  PACKAGE_KINDS,
  type Bonding,
  type Interposer,
  type Package,
  type PackageDie,
  type StatedLink,
} from "./package.ts";

const count = real(1, 1e12);
const area = quantity("area", { min: 0.001, max: 1e5 });
const node = quantity("length", { min: 1, max: 1000 });
const shareField = quantity("fraction", { min: 1e-6, max: 1 });
const yieldField = quantity("fraction", { min: 0.01, max: 1 });

/** Fields that `--set` changes too. */
export const packageFields = {
  kind: oneOf(PACKAGE_KINDS),
  node,
  share: shareField,
  dieCount: whole(1, 64),
  holds: listOf(oneOf(DIE_PARTS), DIE_PARTS.join(", "), 1),
  area,
  method: oneOf(BONDING_METHODS),
  step: oneOf(BONDING_STEPS),
  faces: oneOf(["face-to-face", "face-to-back"]),
  yield: yieldField,
  interposer: oneOf(INTERPOSERS),
  order: oneOf(["chip-last", "chip-first"]),
  layers: whole(1, 100),
  volume: count,
  designIterations: whole(0, 1_000_000),
  linkBandwidth: quantity("byte-rate", { min: 1, max: 1e18, unlimited: true }),
  linkLatency: quantity("time", { min: 0, max: 1e-3 }),
  linkEnergy: quantity("energy-per-byte", { min: 0, max: 1e5 }),
};
const f = packageFields;

const die = section({
  name: text(40).describe("What it is, for example compute"),
  count: f.dieCount.default(1).describe("Equal dies of this kind"),
  holds: f.holds.optional().describe("Parts of the chip that it holds, in equal shares among its equals"),
  share: f.share.optional().describe("Instead of parts: share of the whole chip that each of them is"),
  node: node.optional().describe("Process node; that of the chip where left out"),
  area: area.optional().describe("Of one, as published or measured; by the model where left out"),
  circuit: oneOf(CIRCUITS).optional().describe("What it is mostly made of, which the profile eco-chip scales by"),
  gates: real(1, 1e13).optional().describe("Gates of one, for the profile 3d-carbon"),
  layers: f.layers.optional().describe("Metal layers, for the profile 3d-carbon"),
  drivers: real(1, 1e9).optional().describe("Drivers of inputs and outputs, for the profile 3d-carbon"),
  volume: count.optional().describe("Dies of this design made for all products; as the package where left out"),
});

const bondingSection = section({
  method: f.method.default("hybrid-bond"),
  step: f.step.default("die-to-wafer").describe("What is bonded to what"),
  faces: f.faces.default("face-to-back"),
  yield: f.yield.optional().describe("Of one bond; by method and step where left out"),
});

const interposerSection = section({
  type: f.interposer.default("silicon"),
  node: node.default(65).describe("Process node of its metal layers"),
  area: area.optional().describe("By the dies that it carries where left out"),
  order: f.order.default("chip-last").describe("Whether dies are put on layers that are tested"),
  layers: f.layers.default(6).describe("Redistribution layers"),
  yield: f.yield.optional().describe("Of one die put on it; by its type where left out"),
});

const packageSection = section({
  kind: f.kind.describe("One die, dies side by side, or dies on top of each other"),
  dies: listOf(die, "dies", 1, 16).describe(
    "From the bottom to the top; each holds parts of the chip or a share of it",
  ),
  bonding: z
    .union([f.method, bondingSection])
    .optional()
    .describe("Of 3d: a method, or { method, step, faces, yield }"),
  interposer: z
    .union([f.interposer, interposerSection])
    .optional()
    .describe("Of 2.5d: a type, or { type, node, area, order, layers, yield }"),
  volume: f.volume.optional().describe("Products made, over which design is charged; it is not where left out"),
  designIterations: f.designIterations.optional().describe("Runs of the design tools for each die; 90 beside a volume"),
  area: area.optional().describe("Of the package; by its dies where left out"),
  link: section({
    bandwidth: f.linkBandwidth.optional().describe("Of one link, each way"),
    latency: f.linkLatency.optional(),
    energy: f.linkEnergy.optional().describe("Of what crosses, both ends"),
  })
    .optional()
    .describe("Link between two dies; by what joins them where left out"),
});

type Raw = z.output<typeof packageSection>;

/** ECO-CHIP's default. */
const ITERATIONS = 90;

/** `package:` as written → Package. */
export const packageSchema = packageSection.transform((raw, ctx): Package => {
  for (const { field, message } of problemsOf(raw)) refuse(ctx, "spec/conflict", message, null, field.split("."));
  const { bonding, interposer, volume, designIterations } = raw;
  return {
    kind: raw.kind,
    dies: raw.dies as readonly PackageDie[],
    ...(raw.kind === "3d" ? { bonding: bondingOf(bonding) } : {}),
    ...(raw.kind === "2.5d" ? { interposer: interposerOf(interposer) } : {}),
    ...(volume === undefined ? {} : { volume, designIterations: designIterations ?? ITERATIONS }),
    ...(raw.area === undefined ? {} : { area: raw.area }),
    ...(raw.link === undefined ? {} : { link: linkFrom(raw.link) }),
  };
});

const BITS_PER_BYTE = 8;

function linkFrom({ bandwidth, latency, energy }: NonNullable<Raw["link"]>): StatedLink {
  return {
    ...(bandwidth === undefined ? {} : { bandwidth }),
    ...(latency === undefined ? {} : { latency }),
    ...(energy === undefined ? {} : { energy: energy / BITS_PER_BYTE }),
  };
}

/** Bonding of a word, or of nothing. */
export function bondingOf(bonding: Raw["bonding"]): Bonding {
  const given = bonding === undefined ? {} : typeof bonding === "string" ? { method: bonding } : bonding;
  return bondingSection.parse(given) as Bonding;
}

/** Interposer of a word, or of nothing. */
export function interposerOf(interposer: Raw["interposer"]): Interposer {
  const given = interposer === undefined ? {} : typeof interposer === "string" ? { type: interposer } : interposer;
  return typeof given === "object" && "node" in given
    ? (given as Interposer)
    : (interposerSection.parse(given) as Interposer);
}

interface Problem {
  readonly field: string;
  readonly message: string;
}

/** What does not go together in a package by itself. */
function problemsOf(raw: Raw): readonly Problem[] {
  const { kind, dies, bonding, interposer } = raw;
  const found: Problem[] = [];
  const wrong = (field: string, message: string): void => void found.push({ field, message });
  const all = dies.reduce((sum, { count: each }) => sum + each, 0);
  if (kind === "2d" && all > 1) wrong("kind", `is 2d, which is one die, but there are ${all}; write 2.5d or 3d`);
  if (kind !== "3d" && bonding !== undefined) wrong("bonding", `belongs to kind 3d, and this package is ${kind}`);
  if (kind !== "2.5d" && interposer !== undefined)
    wrong("interposer", `belongs to kind 2.5d, and this package is ${kind}`);
  if (raw.designIterations !== undefined && raw.volume === undefined)
    wrong("designIterations", "needs a volume beside it, over which design is charged");
  const names = new Set<string>();
  dies.forEach(({ name, holds, share }, at) => {
    if (names.has(name)) wrong(`dies.${at}.name`, `is "${name}" twice; use count for equal dies`);
    names.add(name);
    if (holds !== undefined && share !== undefined)
      wrong(`dies.${at}.share`, "cannot stand beside holds: a die holds parts of the chip or a share of it");
  });
  return found;
}
