import { faultsOf } from "../spec/model-file.ts";
import type { ModelSpec } from "../spec/model.ts";

/**
 * Why a model file that says an imported model would be refused, with the keys of the configuration that hold the value; nothing where
 * it is read.
 *
 * @param config what the model was read from
 */
export function importProblems(model: ModelSpec, config: unknown): readonly string[] {
  return faultsOf(model).map(({ message, value }) => {
    const keys = typeof value === "number" ? keysWith(config, value) : [];
    return keys.length === 0 ? message : message.replace(/\.$/, ` (${keys.join(", ")}).`);
  });
}

const MOST_KEYS = 5;

/** Where a value stands in a configuration. */
function keysWith(config: unknown, wanted: number, path = ""): readonly string[] {
  if (config === wanted) return [path];
  if (typeof config !== "object" || config === null) return [];
  const found = Object.entries(config).flatMap(([key, value]) =>
    keysWith(value, wanted, path === "" ? key : `${path}.${key}`),
  );
  return found.slice(0, MOST_KEYS);
}
