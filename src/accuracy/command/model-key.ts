import type { ModelSpec } from "../../spec/model.ts";

/** Equal for models that differ in name and description only. */
export function modelKey(model: ModelSpec): string {
  return JSON.stringify({ ...model, name: "", description: "" });
}
