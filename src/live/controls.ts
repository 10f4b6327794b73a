import type { SpecSet } from "../core/index.ts";
import { regions, soldCapacities, soldCounts, soldDrams, soldGigabytes, TOWER_NAMES } from "../spec/portable.ts";
import { SECONDS_PER_YEAR } from "../units/index.ts";
import { towersOf } from "./towers.ts";

/** A value as `--set` takes it, and its place in an order. */
export interface Step {
  readonly text: string;
  readonly size: number;
}

export const GROUPS = ["Use", "Memory", "Chip", "Model"] as const;

/** One thing of a design that a reader may change. */
export interface Control {
  /** As `--set` takes it. */
  readonly path: string;
  readonly group: (typeof GROUPS)[number];
  readonly label: string;
  /** What the specs have; null: nothing of the kind now. */
  readonly current: (specs: SpecSet) => Step | null;
  /** Steps of a slider, ascending, or choices. */
  readonly steps: (specs: SpecSet) => readonly Step[];
  /** A list to choose from instead of a slider. */
  readonly isChoice?: true;
  /** What may have to change with it, where the value alone is refused: tried in turn. */
  readonly companions?: (specs: SpecSet, text: string) => readonly (readonly (readonly [string, string])[])[];
}

const GIGA = 1e9;
const MEBI = 2 ** 20;
const KIBI = 2 ** 10;
const number = (value: number): string => String(Number(value.toPrecision(12)));

const steps = (sizes: readonly number[], text: (size: number) => string = number): readonly Step[] =>
  sizes.map((size) => ({ text: text(size), size }));
const powers = (first: number, last: number): readonly number[] => {
  const all = [];
  for (let size = first; size <= last; size *= 2) all.push(size);
  return all;
};
const decades = (first: number, last: number): readonly number[] => {
  const all = [];
  for (let decade = first; decade <= last; decade *= 10)
    all.push(...[1, 2, 5].map((each) => Number((each * decade).toPrecision(1))).filter((size) => size <= last));
  return all;
};
const count = (first: number, last: number, by = 1): readonly number[] =>
  Array.from({ length: Math.floor((last - first) / by) + 1 }, (_, i) => first + i * by);

/** "64 KiB", "1 GB". */
function bytesText(bytes: number): string {
  if (bytes % 1e6 === 0) return bytes % GIGA === 0 ? `${bytes / GIGA} GB` : `${bytes / 1e6} MB`;
  if (bytes % MEBI === 0) return bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30} GiB` : `${bytes / MEBI} MiB`;
  return bytes % KIBI === 0 ? `${bytes / KIBI} KiB` : `${bytes} B`;
}

const yearsText = (seconds: number): string => `${number(seconds / SECONDS_PER_YEAR)} years`;
const step = (size: number | null | undefined, text: (size: number) => string = number): Step | null =>
  size === null || size === undefined || !Number.isFinite(size) ? null : { text: text(size), size };

const slider = (
  path: string,
  group: Control["group"],
  label: string,
  of: (specs: SpecSet) => number | null | undefined,
  sizes: readonly number[],
  text: (size: number) => string = number,
): Control => ({
  ...{ path, group, label },
  current: (specs) => step(of(specs), text),
  steps: () => steps(sizes, text),
});

const grid: Control = {
  ...{ path: "deployment.region", group: "Use", label: "Region of the grid", isChoice: true },
  current: ({ deployment: { region } }) => (regions().has(region) ? { text: region, size: 0 } : null),
  steps: () => [...regions().keys()].map((text) => ({ text, size: 0 })),
};

const USE: readonly Control[] = [
  grid,
  slider(
    "deployment.gridIntensity",
    "Use",
    "Grid intensity",
    ({ deployment }) => deployment.gridIntensity,
    count(0, 1000, 10),
    (grams) => `${number(grams)} gCO2e/kWh`,
  ),
  slider(
    "deployment.lifetime",
    "Use",
    "Life",
    ({ deployment }) => deployment.lifetime,
    count(1, 30).map((halves) => (halves * SECONDS_PER_YEAR) / 2),
    yearsText,
  ),
  slider(
    "deployment.rate",
    "Use",
    "Rate in hours of use",
    ({ deployment: { rate, duty, inferences } }) => (duty === undefined && inferences === null ? rate : null),
    decades(0.001, 10_000),
    (rate) => `${number(rate)}/s`,
  ),
  slider(
    "deployment.duty",
    "Use",
    "Duty instead of a rate",
    ({ deployment: { duty } }) => (duty === undefined ? null : duty * 100),
    [1, 2, ...count(5, 100, 5)],
    (percent) => `${number(percent)} %`,
  ),
  slider(
    "deployment.hoursPerDay",
    "Use",
    "Hours of use a day",
    ({ deployment }) => deployment.hoursPerDay,
    count(1, 24),
  ),
  slider("deployment.batch", "Use", "Batch", ({ deployment }) => deployment.batch, powers(1, 256)),
];

const soldOf = ({ hardware: { dram } }: SpecSet) => (dram?.type == null ? undefined : soldDrams().get(dram.type));
/** Memory is labelled by its capacity: half a GB is 512 MB. */
const capacityText = (gigabytes: number): string =>
  gigabytes < 1 ? `${number(gigabytes * 1024)} MB` : `${number(gigabytes)} GB`;

/** Capacities that a type is sold in, nearest first, and for each its numbers of dies. */
function soldAs(specs: SpecSet, type: string): readonly (readonly (readonly [string, string])[])[] {
  const sold = soldDrams().get(type);
  const { dram } = specs.hardware;
  if (sold === undefined || dram === null) return [];
  const now = soldGigabytes(dram.capacity);
  const far = (gigabytes: number): number => (gigabytes >= now ? gigabytes / now : 4 * (now / gigabytes));
  return [...soldCapacities(sold)]
    .sort((a, b) => far(a) - far(b))
    .slice(0, 6)
    .flatMap((gigabytes) => {
      const capacity = ["dram.capacity", capacityText(gigabytes)] as const;
      const dies = soldCounts(sold, gigabytes).map((each) => [capacity, ["dram.dies", String(each)] as const]);
      return [[capacity], ...dies];
    });
}

const MEMORY: readonly Control[] = [
  {
    ...{ path: "dram.type", group: "Memory", label: "Memory type", isChoice: true },
    current: ({ hardware: { dram } }) => (dram === null ? null : { text: dram.type ?? "idealised", size: 0 }),
    steps: () => [...soldDrams().keys()].map((text) => ({ text, size: 0 })),
    companions: soldAs,
  },
  {
    ...{ path: "dram.capacity", group: "Memory", label: "Memory size" },
    current: (specs) => {
      const { dram } = specs.hardware;
      if (dram === null || !Number.isFinite(dram.capacity)) return null;
      const gigabytes = soldGigabytes(dram.capacity);
      return {
        text: soldOf(specs) === undefined ? bytesText(dram.capacity) : capacityText(gigabytes),
        size: gigabytes,
      };
    },
    steps: (specs) => {
      const sold = soldOf(specs);
      return steps(sold === undefined ? powers(0.125, 512) : soldCapacities(sold), capacityText);
    },
    companions: (specs, text) => {
      const sold = soldOf(specs);
      const found = sold === undefined ? undefined : soldCapacities(sold).find((each) => capacityText(each) === text);
      if (sold === undefined || found === undefined) return [];
      return soldCounts(sold, found).map((dies) => [["dram.dies", String(dies)] as const]);
    },
  },
  {
    ...{ path: "dram.dies", group: "Memory", label: "Dies it is bought as" },
    current: ({ hardware: { dram } }) => step(dram?.dies),
    steps: (specs) => {
      const sold = soldOf(specs);
      const { dram } = specs.hardware;
      return sold === undefined || dram === null ? [] : steps(soldCounts(sold, soldGigabytes(dram.capacity)));
    },
  },
];

const bufferSize = (of: "localBuffer" | "globalBuffer") => (specs: SpecSet) => {
  const size = specs.hardware[of]?.size;
  return typeof size === "number" ? size : null;
};
const bits = (of: "input" | "weight" | "accumulator" | "output", label: string): Control =>
  slider(`precision.${of}`, "Chip", label, ({ hardware }) => hardware.precision[of], [2, 4, 8, 16, 32]);

const CHIP: readonly Control[] = [
  slider("cores", "Chip", "Cores", ({ hardware }) => hardware.cores, powers(1, 256)),
  slider("array.rows", "Chip", "Array rows", ({ hardware }) => hardware.array.rows, powers(1, 1024)),
  slider("array.cols", "Chip", "Array columns", ({ hardware }) => hardware.array.cols, powers(1, 1024)),
  slider(
    "localBuffer.size",
    "Chip",
    "Local buffer of a core",
    bufferSize("localBuffer"),
    powers(KIBI, 64 * MEBI),
    bytesText,
  ),
  slider(
    "globalBuffer.size",
    "Chip",
    "Global buffer",
    bufferSize("globalBuffer"),
    powers(16 * KIBI, 512 * MEBI),
    bytesText,
  ),
  slider(
    "clock",
    "Chip",
    "Clock",
    ({ hardware }) => hardware.clock,
    count(100, 3000, 25).map((mega) => mega * 1e6),
    (hertz) => `${number(hertz / 1e6)} MHz`,
  ),
  bits("input", "Bits of inputs"),
  bits("weight", "Bits of weights"),
  bits("accumulator", "Bits of partial sums"),
  bits("output", "Bits of results"),
];

/** Where all layers have one value, that; else nothing that one slider could show. */
const same = (values: readonly number[]): number | null =>
  values.length > 0 && values.every((value) => value === values[0]) ? values[0]! : null;

const TOKENS: readonly Control[] = (["contextTokens", "generatedTokens"] as const).map((field) =>
  slider(
    `model.${field}`,
    "Model",
    field === "contextTokens" ? "Tokens before the prompt" : "Tokens generated",
    ({ model }) => (field in model ? (model as Partial<Record<typeof field, number>>)[field] : null),
    [0, ...powers(1, 131_072)],
  ),
);

const TOWERS: readonly Control[] = TOWER_NAMES.flatMap((name) => [
  slider(`model.${name}.layers`, "Model", `${name}: layers`, (s) => towersOf(s)[name]?.layers, count(1, 96)),
  slider(
    `model.${name}.hidden`,
    "Model",
    `${name}: hidden size`,
    (s) => towersOf(s)[name]?.hidden,
    count(64, 8192, 64),
  ),
  slider(
    `model.${name}.ffn`,
    "Model",
    `${name}: FFN`,
    (s) => same(towersOf(s)[name]?.ffn ?? []),
    count(64, 32_768, 64),
  ),
  slider(`model.${name}.heads`, "Model", `${name}: heads`, (s) => same(towersOf(s)[name]?.heads ?? []), count(1, 128)),
]);

/** Everything that has a control, for any design. */
export const CONTROLS: readonly Control[] = [...USE, ...MEMORY, ...CHIP, ...TOKENS, ...TOWERS];

/** Those that say something of a design. What stands instead of others is there in any case. */
export function controlsOf(specs: SpecSet): readonly Control[] {
  const always = ["deployment.region", "deployment.rate", "deployment.duty", "dram.dies"];
  return CONTROLS.filter(
    ({ path, current, steps: of }) =>
      current(specs) !== null || (always.includes(path) && (path !== "dram.dies" || of(specs).length > 0)),
  );
}

/** Where a value stands among steps: the first one that is no smaller, or the last. */
export function placeOf(all: readonly Step[], { text, size }: Step): number {
  const exact = all.findIndex((each) => each.text === text);
  if (exact >= 0) return exact;
  const next = all.findIndex((each) => each.size >= size);
  return next >= 0 ? next : all.length - 1;
}
