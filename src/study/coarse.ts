import { thinned } from "../report/front-table.ts";
import type { SpaceParameter, Study } from "../spec/index.ts";

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
