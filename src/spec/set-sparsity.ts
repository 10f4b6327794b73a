import type { Tower } from "./model.ts";
import { changeTower, changeTowers, isRefusal, TOWER_NAMES, type TowerName } from "./set-model.ts";
import { refusal, setPath, type Refusal, type SetPath, type SpecSet } from "./settings.ts";
import { settableSparsity, sparsityMethod, type Sparsity } from "./sparsity.ts";

const DENSE = refusal("says how weights were chosen, and none are left out: sparsity.weights");

type Change = (before: Sparsity | undefined) => Sparsity | undefined | Refusal;

function changed(tower: Tower, change: Change): Partial<Tower> | Refusal {
  const sparsity = change(tower.sparsity);
  return sparsity !== undefined && isRefusal(sparsity) ? sparsity : { sparsity };
}

function inTowers(specs: SpecSet, name: TowerName | null, change: Change): SpecSet | Refusal {
  if (name !== null) return changeTower(specs, name, (tower) => changed(tower, change));
  const model = changeTowers(
    specs.model,
    (tower) => changed(tower, change),
    ({ name: list }) => refusal(`cannot be set: the model ${list} is a list of operators`),
  );
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
