import type { MappingObjective } from "../core/index.ts";

/** A model or a chip as a page holds it: the name of a preset, or the text of a file. */
export interface LiveSource {
  /** Of the preset, or that the file gives itself. */
  readonly name: string;
  /** Null: a preset, whose text the page's core holds. */
  readonly text: string | null;
}

/** One `path=value`, read. */
export interface LiveSetting {
  readonly path: string;
  /** The value as `--set` takes it. */
  readonly written: string;
  /** The same read; of a file what was read of it, since a page reads none. */
  readonly value: unknown;
}

/** What a page with the simulator in it begins with: its baseline. */
export interface LiveData {
  readonly model: LiveSource;
  readonly hardware: LiveSource;
  readonly settings: readonly LiveSetting[];
  /** What mappings are chosen for; left out: as studies do that say nothing of it. */
  readonly objective?: MappingObjective;
  /** Designs of a run: its baseline and its front; left out: there is no run. */
  readonly designs?: readonly LiveDesign[];
}

/** A design of a run, as settings beside those of the baseline. */
export interface LiveDesign {
  /** As rows of the report's table have it. */
  readonly id: string;
  readonly title: string;
  readonly point: readonly (readonly [path: string, written: string])[];
  readonly accuracy: number | null;
  /** As the search has found it. */
  readonly latency_s: number | null;
  readonly carbon_total_kgCO2e: number | null;
}

/** What is written into a page: settings that designs share are there once. */
export interface PackedData extends Omit<LiveData, "designs"> {
  readonly designs?: {
    readonly settings: LiveDesign["point"];
    /** Each with the places of its settings. */
    readonly rows: readonly (Omit<LiveDesign, "point"> & { readonly point: readonly number[] })[];
  };
}

export function packData({ designs, ...data }: LiveData): PackedData {
  if (designs === undefined) return data;
  const places = new Map<string, number>();
  const settings: (readonly [string, string])[] = [];
  const placeOf = (setting: readonly [string, string]): number => {
    const key = JSON.stringify(setting);
    const place = places.get(key) ?? settings.push(setting) - 1;
    places.set(key, place);
    return place;
  };
  return { ...data, designs: { rows: designs.map((each) => ({ ...each, point: each.point.map(placeOf) })), settings } };
}

export function unpackData({ designs, ...data }: PackedData): LiveData {
  if (designs === undefined) return data;
  const { settings, rows } = designs;
  return { ...data, designs: rows.map((each) => ({ ...each, point: each.point.map((place) => settings[place]!) })) };
}

/** Whether a run judged designs by accuracy: tables have no place for it otherwise. */
export function hasAccuracy(designs: readonly LiveDesign[]): boolean {
  return designs.some(({ accuracy }) => accuracy !== null);
}

/** What the reader has changed: values as `--set` takes them, by path, in the order of the changes. */
export type Edits = ReadonlyMap<string, string>;
