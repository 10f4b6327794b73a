import { deploymentSchema } from "./deployment-schema.ts";
import type { Deployment } from "./deployment.ts";
import type { SourceDocument } from "./document.ts";
import type { Hardware } from "./hardware.ts";
import { hardwareSchema } from "./hardware-schema.ts";
import { check } from "./issues.ts";
import type { ModelSpec } from "./model.ts";
import { modelSchema } from "./model-schema.ts";
import { readYaml } from "./read-yaml.ts";

/**
 * The accelerator that an object describes, with the keys of hardware files.
 *
 * @param value plain data: maps, lists, texts, numbers
 * @param name what problems call it
 * @throws SpecError with every problem found
 */
export function parseHardware(value: unknown, name = "hardware"): Hardware {
  return check(hardwareSchema, documentOf(value, name));
}

/** The model that an object describes; as {@link parseHardware}. */
export function parseModel(value: unknown, name = "model"): ModelSpec {
  return check(modelSchema, documentOf(value, name));
}

/** The deployment that an object describes, with the keys of a study's `deployment`; as {@link parseHardware}. */
export function parseDeployment(value: unknown, name = "deployment"): Deployment {
  return check(deploymentSchema, documentOf(value, name));
}

/** JSON is YAML: so an object is read, and its problems are placed, as if it were a file. */
export function documentOf(value: unknown, name: string): SourceDocument {
  return readYaml(JSON.stringify(value, null, 1) ?? "", name);
}
