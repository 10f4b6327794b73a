import { thinned } from "../report/front-table.ts";
import type { Point } from "../search/index.ts";
import type { SpaceParameter, Study } from "../spec/index.ts";
import { runExact } from "./exact/run.ts";

/** A study on a part of its own space: lists of more values are thinned evenly, their ends kept. It is searched by `exact`. */
export function coarseStudy(study: Study, most: number): Study {
  const space: SpaceParameter[] = [];
  for (const { when, ...parameter } of study.space) {
    const values = thinned(parameter.values, most);
    if (when === undefined) {
      space.push({ ...parameter, values });
      continue;
    }
    const controlling = space.find(({ path }) => path === when.path)?.values ?? [];
    const kept = when.in.filter((value) => controlling.includes(value));
    if (kept.length > 0) space.push({ ...parameter, values, when: { ...when, in: kept } });
  }
  return { ...study, space, search: { ...study.search, strategy: "exact" } };
}

/**
 * Designs of the exact front of a coarse study, evenly spread over it.
 *
 * @throws InputError where `exact` refuses it; the signal's reason
 */
export async function coarseFront(
  study: Study,
  length: number,
  most: number,
  signal: AbortSignal,
): Promise<readonly Point[]> {
  const { front } = await runExact(coarseStudy(study, length), 1, signal, null, null, () => undefined);
  return thinned(front, most).map(({ point }) => point);
}
