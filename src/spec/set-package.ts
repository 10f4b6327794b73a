import { oneOf } from "./fields.ts";
import type { Hardware } from "./hardware.ts";
import {
  BONDING_METHODS,
  BONDING_STEPS,
  INTERPOSERS,
  PACKAGE_KINDS,
  type Bonding,
  type Interposer,
  type Package,
  type PackageDie,
} from "./package.ts";
import { bondingOf, interposerOf, packageFields as f } from "./package-schema.ts";
import { partsOf } from "./stack.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";

/** Dies that have paths of their own. */
const DIES = 4;

type With = (specs: SpecSet, change: Partial<Hardware>) => SpecSet;

/** Buffers on a die of their own, the first split that a chip without a package is given. */
function firstSplit({ hardware }: SpecSet): readonly PackageDie[] | Refusal {
  const parts = [...partsOf(hardware)];
  if (!parts.includes("globalBuffer"))
    return refusal(
      "cannot be set: this hardware has no package: that says its dies, and no global buffer to put on another",
    );
  return [
    { name: "compute", count: 1, holds: parts.filter((part) => part !== "globalBuffer") },
    { name: "memory", count: 1, holds: ["globalBuffer"] },
  ];
}

/** A package of another kind, with what that kind needs where it was not said before. */
function ofKind(before: Package, kind: Package["kind"]): Package {
  const { bonding = bondingOf(undefined), interposer = interposerOf(undefined) } = before;
  return { ...before, kind, ...(kind === "3d" ? { bonding } : {}), ...(kind === "2.5d" ? { interposer } : {}) };
}

/** Paths of the package; `change` puts a part of the hardware in place. */
export function packagePaths(change: With): readonly SetPath[] {
  const withPackage = (specs: SpecSet, of: Partial<Package>): SpecSet | Refusal => {
    const before = specs.hardware.package;
    return before === undefined
      ? refusal("cannot be set: this hardware has no package:; set package.kind, or say its dies in the file")
      : change(specs, { package: { ...before, ...of } });
  };
  const withKind = (specs: SpecSet, kind: Package["kind"]): SpecSet | Refusal => {
    const before = specs.hardware.package;
    if (before !== undefined) return change(specs, { package: ofKind(before, kind) });
    if (kind === "2d") return specs;
    const dies = firstSplit(specs);
    return "refused" in dies ? dies : change(specs, { package: ofKind({ kind, dies }, kind) });
  };
  const withBonding = (specs: SpecSet, of: Partial<Bonding>): SpecSet | Refusal =>
    withPackage(specs, { bonding: { ...(specs.hardware.package?.bonding ?? bondingOf(undefined)), ...of } });
  const withInterposer = (specs: SpecSet, of: Partial<Interposer>): SpecSet | Refusal =>
    withPackage(specs, { interposer: { ...(specs.hardware.package?.interposer ?? interposerOf(undefined)), ...of } });
  const withDie = (specs: SpecSet, at: number, of: Partial<PackageDie>): SpecSet | Refusal => {
    const dies = specs.hardware.package?.dies ?? [];
    if (at >= dies.length) return refusal(`cannot be set: this hardware has ${dies.length} kinds of dies`);
    return withPackage(specs, { dies: dies.map((die, each) => (each === at ? { ...die, ...of } : die)) });
  };
  const withShare = (specs: SpecSet, at: number, share: number): SpecSet | Refusal =>
    specs.hardware.package?.dies[at]?.holds === undefined
      ? withDie(specs, at, { share })
      : refusal("cannot be set: these dies hold parts of the chip, not a share of it");
  const withVolume = (specs: SpecSet, volume: number): SpecSet | Refusal =>
    withPackage(specs, { volume, designIterations: specs.hardware.package?.designIterations ?? 90 });
  return [
    setPath("package.kind", "2d: one die; 2.5d: side by side; 3d: on top", "3d", oneOf(PACKAGE_KINDS), withKind),
    setPath("package.bonding", "What joins dies of 3d", "hybrid-bond", oneOf(BONDING_METHODS), (specs, method) =>
      withBonding(specs, { method }),
    ),
    setPath("package.bonding.step", "What is bonded to what", "die-to-wafer", oneOf(BONDING_STEPS), (specs, step) =>
      withBonding(specs, { step }),
    ),
    setPath("package.bonding.yield", "Yield of one bond", "97 %", f.yield, (specs, yielded) =>
      withBonding(specs, { yield: yielded }),
    ),
    setPath("package.interposer", "What dies of 2.5d lie on", "silicon", oneOf(INTERPOSERS), (specs, type) =>
      withInterposer(specs, { type }),
    ),
    setPath("package.interposer.node", "Node of its metal layers", "65 nm", f.node, (specs, node) =>
      withInterposer(specs, { node }),
    ),
    setPath("package.interposer.yield", "Yield of putting one die on it", "99 %", f.yield, (specs, yielded) =>
      withInterposer(specs, { yield: yielded }),
    ),
    setPath("package.volume", "Products made, over which design is charged", "100000", f.volume, withVolume),
    setPath(
      "package.designIterations",
      "Runs of the design tools for each die, with a volume",
      "90",
      f.designIterations,
      (specs, designIterations) =>
        specs.hardware.package?.volume === undefined
          ? refusal("cannot be set without package.volume, over which design is charged")
          : withPackage(specs, { designIterations }),
    ),
    setPath(
      "package.link.bandwidth",
      "Of a link between two dies, each way",
      "448 GB/s",
      f.linkBandwidth,
      (specs, bandwidth) => withPackage(specs, { link: { ...specs.hardware.package?.link, bandwidth } }),
    ),
    setPath("package.link.latency", "Of a link between two dies", "2 ns", f.linkLatency, (specs, latency) =>
      withPackage(specs, { link: { ...specs.hardware.package?.link, latency } }),
    ),
    setPath("package.link.energy", "Of what crosses a link", "0.5 pJ/bit", f.linkEnergy, (specs, perByte) =>
      withPackage(specs, { link: { ...specs.hardware.package?.link, energy: perByte / 8 } }),
    ),
    ...Array.from({ length: DIES }, (_, at) => [
      setPath(`package.dies.${at + 1}.node`, `Node of the dies of kind ${at + 1}`, "14 nm", f.node, (specs, node) =>
        withDie(specs, at, { node }),
      ),
      setPath(`package.dies.${at + 1}.count`, `Equal dies of kind ${at + 1}`, "2", f.dieCount, (specs, count) =>
        withDie(specs, at, { count }),
      ),
      setPath(`package.dies.${at + 1}.share`, `Share of the chip of each`, "50 %", f.share, (specs, share) =>
        withShare(specs, at, share),
      ),
      setPath(
        `package.dies.${at + 1}.holds`,
        `Parts that they hold, a list`,
        at === 0 ? "[arrays, vector, localBuffers, phy]" : "[globalBuffer]",
        f.holds,
        (specs, holds) => withDie(specs, at, { holds }),
      ),
    ]).flat(),
  ];
}
