import type { ModelSpec, Tower, TowerModel } from "./model.ts";
import { changeTower, isRefusal, TOWER_NAMES, type TowerName } from "./set-model.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";
import { settableSparsity, sparsityMethod, type Sparsity } from "./sparsity.ts";

const DENSE = refusal("says how weights were chosen, and none are left out: sparsity.weights");

type Change = (before: Sparsity | undefined) => Sparsity | undefined | Refusal;

function changed(tower: Tower, change: Change): Partial<Tower> | Refusal {
  const sparsity = change(tower.sparsity);
  return sparsity !== undefined && isRefusal(sparsity) ? sparsity : { sparsity };
}

/** In all towers, those of a list of towers too. */
function everyTower(model: ModelSpec, change: Change): ModelSpec | Refusal {
  if (model.family === "operators") return refusal(`cannot be set: the model ${model.name} is a list of operators`);
  if (model.family === "towers") {
    const parts = model.towers.map((part) => everyTower(part, change));
    return parts.find(isRefusal) ?? { ...model, towers: parts as readonly TowerModel[] };
  }
  let result: ModelSpec = model;
  for (const name of TOWER_NAMES) {
    const tower = (model as Partial<Record<TowerName, Tower>>)[name];
    if (tower === undefined) continue;
    const fields = changed(tower, change);
    if (isRefusal(fields)) return fields;
    result = { ...result, [name]: { ...tower, ...fields } } as ModelSpec;
  }
  return result;
}

function inTowers(specs: SpecSet, name: TowerName | null, change: Change): SpecSet | Refusal {
  if (name !== null) return changeTower(specs, name, (tower) => changed(tower, change));
  const model = everyTower(specs.model, change);
  return isRefusal(model) ? model : { ...specs, model };
}

function pathsOf(name: TowerName | null): readonly SetPath[] {
  const path = (field: string) => (name === null ? `sparsity.${field}` : `sparsity.${name}.${field}`);
  const whose = name === null ? "of all towers" : `of the ${name} tower`;
  return [
    setPath(
      path("weights"),
      `Weights ${whose} that are left out: 2:4, the share that is gone, or none`,
      "2:4",
      settableSparsity,
      (specs, weights) =>
        inTowers(specs, name, (before) =>
          weights === null ? undefined : { weights, method: before?.method ?? "oneshot" },
        ),
    ),
    setPath(path("method"), `How they were chosen ${whose}`, "retrained", sparsityMethod, (specs, method) =>
      inTowers(specs, name, (before) => (before === undefined ? DENSE : { ...before, method })),
    ),
  ];
}

/** For all towers first, so that what is set of one tower refines it; the method comes behind what it is a method of. */
export const sparsityPaths: readonly SetPath[] = [null, ...TOWER_NAMES].flatMap(pathsOf);
