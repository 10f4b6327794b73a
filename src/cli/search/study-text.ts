import { isAbsolute, relative, resolve, sep } from "node:path";
import { parse, stringify } from "yaml";
import type { Study } from "../../spec/index.ts";

/**
 * The study as the folder of a run keeps it. Where its command runs is said from there: the text names no machine, and the
 * run may be moved together with its study. On another drive there is no such way; then nothing is said.
 */
export function studyTextIn(folder: string, { resolved, accuracy }: Study): string {
  if (accuracy === null || accuracy.folder === null) return resolved;
  const way = relative(resolve(folder), accuracy.folder);
  const study = parse(resolved) as { readonly accuracy: Readonly<Record<string, unknown>> };
  const place = isAbsolute(way) ? undefined : way === "" ? "." : way.replaceAll(sep, "/");
  const placed = { ...study, accuracy: { ...study.accuracy, folder: place } };
  return stringify(placed, { lineWidth: 0, aliasDuplicateObjects: false });
}
