import type { FrontRow, OtherDesign, RunRecord } from "../types.ts";

/*
 * The record of a run as a page holds it, column by column: numbers as base64, texts as places in a list of words. A design that is not
 * shown in detail takes some thirty characters, one that is some three hundred, most of them numbers to the last digit. What views do
 * not show is left out.
 */

type Totals = "energy_J" | "area_mm2";
type Parts = "embodied_kgCO2e" | "operational_kgCO2e";

/** A row without its numbers. */
type RowTexts = Pick<
  FrontRow,
  "trial" | "hardware" | "towers" | "precision" | "extrapolation" | "nearest" | "step" | "designs"
>;

/** Texts that are alike from row to row. */
type Text = "hardware" | "towers" | "nearest";
/** What is between the parts of such a text, of which rows share many. */
const BETWEEN = ", ";

/** What few rows have, or all have alike. */
type RowRest = Pick<RowTexts, "precision" | "extrapolation">;

/** Texts of rows, by column. */
interface TextsPack extends Readonly<Record<Text, readonly (readonly number[])[]>> {
  readonly trials: readonly (number | null)[];
  /** Null: none. */
  readonly steps: readonly (number | null)[];
  readonly designs: readonly (number | null)[];
  readonly words: readonly string[];
  readonly rests: readonly RowRest[];
  /** Which of them each row has. */
  readonly rest: readonly number[];
}

export interface PackedRecord extends Pick<
  RunRecord,
  "study" | "accuracyOrigin" | "convergence" | "steps" | "published" | "importance"
> {
  readonly isExact: boolean;
  /** The baseline first, where there is one. */
  readonly hasBaseline: boolean;
  readonly rows: TextsPack;
  /** Keys of what `numbers` has of each row: metrics, then parts as `embodied.dram`. */
  readonly keys: readonly string[];
  /** By key, where its column begins in `numbers`, and how long it is there: after its end all is as at its end. Equal columns are one. */
  readonly columns: readonly (readonly [from: number, length: number])[];
  /** float64, column by column; NaN: none. */
  readonly numbers: string;
  /** Designs that are shown in detail, in the space, as {@link OthersPack.places}. */
  readonly places: string;
  readonly others: OthersPack;
}

interface OthersPack {
  readonly count: number;
  readonly metrics: readonly string[];
  /** uint32 */
  readonly trials: string;
  /** float32, design by design: they are drawn. */
  readonly numbers: string;
  /** A whole number in as many bytes as the largest needs: places in mixed radix, the first parameter first. Empty: not known. */
  readonly places: string;
}

const OWN = ["energy_J", "area_mm2", "alwaysOn_kgCO2e"] as const;
const PARTS: readonly (readonly [string, Parts])[] = [
  ["embodied", "embodied_kgCO2e"],
  ["operational", "operational_kgCO2e"],
];

export function packRecord(record: RunRecord): PackedRecord {
  const { study, front, baseline, others, exact } = record;
  const rows = [...(baseline === null ? [] : [baseline]), ...front];
  const keys = [...new Set(rows.flatMap(keysOf))];
  const { columns, numbers } = packColumns(keys.map((key) => Float64Array.from(rows, (row) => numberOf(row, key))));
  const { accuracyOrigin, convergence, steps, published, importance } = record;
  return {
    ...{ study, accuracyOrigin, convergence, isExact: exact !== undefined, hasBaseline: baseline !== null, keys },
    ...(steps === undefined ? {} : { steps }),
    ...(published === undefined ? {} : { published }),
    ...(importance === undefined ? {} : { importance }),
    rows: packTexts(rows),
    ...{ columns, numbers },
    places: packPlaces(
      study,
      rows.map(({ point }) => placesOf(study, point)),
    ),
    others: packOthers(study, others),
  };
}

function packTexts(rows: readonly RowTexts[]): TextsPack {
  const [words, rests] = [listOf<string>(), listOf<RowRest>()];
  const columnOf = (text: Text): readonly (readonly number[])[] =>
    rows.map((row) => row[text].split(BETWEEN).map(words.placeOf));
  return {
    trials: rows.map(({ trial }) => trial),
    steps: rows.map(({ step }) => step ?? null),
    designs: rows.map(({ designs }) => designs ?? null),
    ...{ hardware: columnOf("hardware"), towers: columnOf("towers"), nearest: columnOf("nearest") },
    rest: rows.map(({ precision, extrapolation }) =>
      rests.placeOf({ extrapolation, ...(precision === undefined ? {} : { precision }) }),
    ),
    ...{ words: words.items, rests: rests.items },
  };
}

function unpackTexts({ trials, steps, designs, rest, rests, words, ...texts }: TextsPack): readonly RowTexts[] {
  return trials.map((trial, at) => {
    const textOf = (text: Text): string => texts[text][at]!.map((place) => words[place]!).join(BETWEEN);
    const [step, count] = [steps[at] ?? null, designs[at] ?? null];
    return {
      ...{ trial, hardware: textOf("hardware"), towers: textOf("towers"), nearest: textOf("nearest") },
      ...rests[rest[at]!]!,
      ...(step === null ? {} : { step }),
      ...(count === null ? {} : { designs: count }),
    };
  });
}

/** A list that has each item once. */
function listOf<Item>() {
  const items: Item[] = [];
  const places = new Map<string, number>();
  const placeOf = (item: Item): number => {
    const key = JSON.stringify(item);
    const place = places.get(key) ?? items.push(item) - 1;
    places.set(key, place);
    return place;
  };
  return { items, placeOf };
}

function packColumns(all: readonly Float64Array[]): Pick<PackedRecord, "columns" | "numbers"> {
  const numbers: number[] = [];
  const known = new Map<string, readonly [number, number]>();
  const columns = all.map((column) => {
    const last = column.findLastIndex((value) => !Object.is(value, column.at(-1)));
    const kept = column.slice(0, last + 2);
    const key = base64Of(kept);
    const before = known.get(key);
    if (before !== undefined) return before;
    const place = [numbers.length, kept.length] as const;
    numbers.push(...kept);
    known.set(key, place);
    return place;
  });
  return { columns, numbers: base64Of(Float64Array.from(numbers)) };
}

function keysOf(row: FrontRow): readonly string[] {
  const own = OWN.filter((key) => row[key] !== null);
  const parts = PARTS.flatMap(([name, key]) =>
    row[key] === null ? [] : [name, ...Object.keys(row[key].parts).map((part) => `${name}.${part}`)],
  );
  return [...Object.keys(row.metrics).map((metric) => `metric.${metric}`), ...own, ...parts];
}

function numberOf(row: FrontRow, key: string): number {
  const [kind, ...rest] = key.split(".");
  const name = rest.join(".");
  if (kind === "metric") return row.metrics[name] ?? NaN;
  const parts = PARTS.find(([each]) => each === kind);
  if (parts !== undefined) {
    const breakdown = row[parts[1]];
    return (name === "" ? breakdown?.total : breakdown?.parts[name]) ?? NaN;
  }
  const own = row[key as Totals | "alwaysOn_kgCO2e"];
  return (typeof own === "number" ? own : own?.total) ?? NaN;
}

/** What a page shows of a run: the record without what no view has, and the points of its other designs. */
export interface PageRecord extends Omit<RunRecord, "others"> {
  readonly others: readonly (OtherDesign & Pick<FrontRow, "point">)[];
}

/** The record again. What a page does not show of it has no values. */
export function unpackRecord(packed: PackedRecord): PageRecord {
  const { keys, columns, hasBaseline, isExact, study, others } = packed;
  const rows = unpackTexts(packed.rows);
  const numbers = new Float64Array(bytesOf(packed.numbers).buffer);
  const numberAt = ([from, length]: PackedRecord["columns"][number], at: number): number =>
    numbers[from + Math.min(at, length - 1)]!;
  const places = unpackPlaces(study, packed.places, rows.length);
  const all = rows.map((texts, at): FrontRow => {
    const values = keys.map((key, i) => [key, numberAt(columns[i]!, at)] as const);
    const known = new Map(values.filter(([, value]) => !Number.isNaN(value)));
    const under = (prefix: string): readonly (readonly [string, number])[] =>
      [...known].flatMap(([key, value]) =>
        key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : [],
      );
    const total = (key: string) => (known.has(key) ? { total: known.get(key)!, parts: {} } : null);
    const parts = (name: string) =>
      known.has(name) ? { total: known.get(name)!, parts: Object.fromEntries(under(`${name}.`)) } : null;
    const metrics = values.flatMap(([key, value]) =>
      key.startsWith("metric.") ? [[key.slice("metric.".length), Number.isNaN(value) ? null : value] as const] : [],
    );
    return {
      ...texts,
      point: pointOf(study, places[at]!),
      metrics: Object.fromEntries(metrics),
      energy_J: total("energy_J"),
      area_mm2: total("area_mm2"),
      embodied_kgCO2e: parts("embodied"),
      operational_kgCO2e: parts("operational"),
      alwaysOn_kgCO2e: known.get("alwaysOn_kgCO2e") ?? null,
    };
  });
  const { accuracyOrigin, convergence, steps, published, importance } = packed;
  return {
    ...{ format: 1, study, accuracyOrigin, convergence },
    ...(steps === undefined ? {} : { steps }),
    ...(published === undefined ? {} : { published }),
    ...(importance === undefined ? {} : { importance }),
    baseline: hasBaseline ? { ...all[0]!, point: {} } : null,
    front: hasBaseline ? all.slice(1) : all,
    others: unpackOthers(study, others),
    ...(isExact ? { exact: NO_SUMMARY } : {}),
    ...{ trialCount: 0, feasibleCount: 0, stopped: "", hypervolume: 0, referencePoint: null, violations: [] },
    provenance: { version: "", core: "", tables: "", studyHash: "", idlePolicy: "" },
  };
}

/** That there is one is all that views ask. */
const NO_SUMMARY = {} as NonNullable<RunRecord["exact"]>;

type Study = RunRecord["study"];

function packOthers(study: Study, others: readonly OtherDesign[]): OthersPack {
  const metrics = [...new Set(others.flatMap((each) => Object.keys(each.metrics)))];
  const places = others.map((each) => each.places);
  const isKnown = (each: readonly number[] | undefined): each is readonly number[] =>
    each !== undefined && each.length === parametersOf(study).length;
  return {
    ...{ count: others.length, metrics },
    trials: base64Of(Uint32Array.from(others, ({ trial }) => trial)),
    numbers: base64Of(
      Float32Array.from(others.flatMap((each) => metrics.map((metric) => each.metrics[metric] ?? NaN))),
    ),
    places: places.every(isKnown) ? packPlaces(study, places) : "",
  };
}

function unpackOthers(study: Study, pack: OthersPack): PageRecord["others"] {
  const { count, metrics } = pack;
  const trials = new Uint32Array(bytesOf(pack.trials).buffer);
  const numbers = new Float32Array(bytesOf(pack.numbers).buffer);
  const places = unpackPlaces(study, pack.places, count);
  return Array.from({ length: count }, (_, at) => {
    const values = metrics.map((metric, i) => [metric, numbers[at * metrics.length + i]!] as const);
    const known = values.filter(([, value]) => !Number.isNaN(value));
    return { trial: trials[at]!, metrics: Object.fromEntries(known), point: pointOf(study, places[at] ?? []) };
  });
}

const parametersOf = ({ parameters }: Study) => parameters ?? [];

function placesOf(study: Study, point: FrontRow["point"]): readonly number[] {
  return parametersOf(study).map(({ path, values }) =>
    Object.hasOwn(point, path) ? values.indexOf(point[path]!) : -1,
  );
}

function pointOf(study: Study, places: readonly number[]): FrontRow["point"] {
  const known = parametersOf(study).flatMap(({ path, values }, i) => {
    const value = values[places[i] ?? -1];
    return value === undefined ? [] : [[path, value] as const];
  });
  return Object.fromEntries(known);
}

/** Values of each parameter, and none. */
const radixes = (study: Study): readonly bigint[] => parametersOf(study).map(({ values }) => BigInt(values.length + 1));

function widthOf(study: Study): number {
  const largest = radixes(study).reduce((product, radix) => product * radix, 1n) - 1n;
  return Math.max(1, Math.ceil(largest.toString(16).length / 2));
}

function packPlaces(study: Study, all: readonly (readonly number[])[]): string {
  const [width, bases] = [widthOf(study), radixes(study)];
  const bytes = new Uint8Array(width * all.length);
  all.forEach((places, at) => {
    let code = bases.reduce((sum, base, i) => sum * base + BigInt(places[i]! + 1), 0n);
    for (let byte = width - 1; byte >= 0; byte -= 1) {
      bytes[at * width + byte] = Number(code & 255n);
      code >>= 8n;
    }
  });
  return base64Of(bytes);
}

function unpackPlaces(study: Study, text: string, count: number): readonly (readonly number[])[] {
  if (text === "") return [];
  const [width, bases, bytes] = [widthOf(study), radixes(study), bytesOf(text)];
  return Array.from({ length: count }, (_, at) => {
    let code = 0n;
    for (let byte = 0; byte < width; byte += 1) code = (code << 8n) | BigInt(bytes[at * width + byte]!);
    const places = bases.map(() => 0);
    for (let i = bases.length - 1; i >= 0; i -= 1) {
      places[i] = Number(code % bases[i]!) - 1;
      code /= bases[i]!;
    }
    return places;
  });
}

/** Little-endian on every machine that runs this. */
function base64Of({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  let text = "";
  for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) text += String.fromCharCode(byte);
  return btoa(text);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}
