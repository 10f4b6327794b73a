import { rowId, titleOf } from "../report/design-table.ts";
import type { RunRecord } from "../report/types.ts";
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

/** What is written into a page: of the designs of a run only that there are some, since the report beside has them. */
export interface PackedData extends Omit<LiveData, "designs"> {
  readonly isOfRun?: true;
}

export function packData({ designs, ...data }: LiveData): PackedData {
  return designs === undefined ? data : { ...data, isOfRun: true };
}

/** @param designsOfRun called where the page is of a run */
export function unpackData({ isOfRun, ...data }: PackedData, designsOfRun: () => readonly LiveDesign[]): LiveData {
  return isOfRun === undefined ? data : { ...data, designs: designsOfRun() };
}

/** Designs of a run in the order of its table, the baseline first. */
export function designsOf({ baseline, front }: Pick<RunRecord, "baseline" | "front">): readonly LiveDesign[] {
  return [...(baseline === null ? [] : [baseline]), ...front].map((row) => ({
    id: rowId(row),
    title: titleOf(row),
    point: Object.entries(row.point).map(([path, value]) => [path, String(value)]),
    accuracy: row.metrics.accuracy ?? null,
    latency_s: row.metrics.latency_s ?? null,
    carbon_total_kgCO2e: row.metrics.carbon_total_kgCO2e ?? null,
  }));
}

/** Whether a run judged designs by accuracy: tables have no place for it otherwise. */
export function hasAccuracy(designs: readonly LiveDesign[]): boolean {
  return designs.some(({ accuracy }) => accuracy !== null);
}

/** What the reader has changed: values as `--set` takes them, by path, in the order of the changes. */
export type Edits = ReadonlyMap<string, string>;
