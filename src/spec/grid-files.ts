import { problemOf, SpecError } from "../errors/index.ts";
import type { GridTrace } from "./deployment.ts";

/** A file of a trace as it is named. */
export interface TraceFile {
  readonly path: string;
  /** Null: the file has one. */
  readonly region: string | null;
  readonly shownAs: string;
}

/** Reads the files that fields of a deployment name. */
export interface GridFiles {
  /** gCO2e/kWh by slot of a day. @throws SpecError */
  readonly day: (path: string, shownAs: string) => number[];
  /** @throws SpecError */
  readonly trace: (file: TraceFile) => GridTrace;
}

let known: GridFiles | null = null;

/** From now on fields may name files, which this reads. */
export function readGridsWith(files: GridFiles): void {
  known = files;
}

/** @throws SpecError spec/no-files where this host reads none */
export function gridFiles(shownAs: string): GridFiles {
  if (known !== null) return known;
  const message = "The file cannot be read, since no files are read here.";
  throw new SpecError([problemOf(shownAs, "spec/no-files", message, "Give its values in its place.")]);
}
