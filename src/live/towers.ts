import type { ModelSpec, SpecSet } from "../core/index.ts";
import type { Tower, TowerName } from "../spec/portable.ts";

type Towers = Partial<Record<TowerName, Tower>>;

/** The towers that `model.<tower>` means: of a list of towers the first of each name. */
export function towersOf({ model }: Pick<SpecSet, "model">): Towers {
  return ofModel(model);
}

function ofModel(model: ModelSpec): Towers {
  if (model.family !== "towers") return model as unknown as Towers;
  return model.towers.reduce<Towers>((all, part) => ({ ...ofModel(part), ...all }), {});
}
