import { isAbsolute, relative, resolve, sep } from "node:path";
import { studyText, type Study } from "../spec/index.ts";

/**
 * The study as the folder of a run keeps it. Where its command runs is said from there: the text names no machine, and the
 * run may be moved together with its study. On another drive there is no such way; then nothing is said.
 */
export function studyTextIn(folder: string, { document, accuracy }: Study): string {
  if (accuracy === null || accuracy.folder === null) return studyText({ document });
  const way = relative(resolve(folder), accuracy.folder);
  const written = document["accuracy"] as Readonly<Record<string, unknown>>;
  const place = isAbsolute(way) ? undefined : way === "" ? "." : way.replaceAll(sep, "/");
  return studyText({ document: { ...document, accuracy: { ...written, folder: place } } });
}
