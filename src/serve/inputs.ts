import { isAbsolute, join } from "node:path";
import {
  documentOf,
  listPresets,
  loadHardware,
  loadModel,
  parseHardware,
  parseModel,
  readSpecFile,
  type Hardware,
  type ModelSpec,
  type Study,
} from "../spec/index.ts";
import { readSearchStudy, type Overrides } from "../study/index.ts";
import { RPC_CODES, RpcError } from "./rpc.ts";

/** What requests may name beside data. */
export interface Allowances {
  /** Absolute; null: no files. */
  readonly filesFolder: string | null;
  readonly areCommandsAllowed: boolean;
}

/** A name, or what a file would hold. */
type Written = string | Readonly<Record<string, unknown>>;

const isPreset = (kind: "models" | "hardware", name: string): boolean => listPresets(kind).includes(name);

/** Whether it is the same whenever it is asked for: a file may change meanwhile. */
export function isLasting(kind: "models" | "hardware", written: Written): boolean {
  return typeof written !== "string" || isPreset(kind, written);
}

/** @throws RpcError for a file that may not be read; SpecError */
export function modelOf(written: Written, allowed: Allowances): ModelSpec {
  if (typeof written !== "string") return parseModel(written, "params.model");
  return loadModel(isPreset("models", written) ? written : fileOf(written, "model preset", allowed));
}

export function hardwareOf(written: Written, allowed: Allowances): Hardware {
  if (typeof written !== "string") return parseHardware(written, "params.hardware");
  return loadHardware(isPreset("hardware", written) ? written : fileOf(written, "hardware preset", allowed));
}

/**
 * @throws RpcError for files that may not be read, and for a study whose accuracy comes from a command, where none may run; SpecError;
 *   InputError
 */
export function studyOf(written: Written, overrides: Overrides, allowed: Allowances): Study {
  const document =
    typeof written === "string"
      ? readSpecFile(fileOf(written, null, allowed))
      : documentOf(written, join(allowed.filesFolder ?? "", "params.study"));
  const study = readSearchStudy(document, overrides);
  if (study.accuracy?.command && !allowed.areCommandsAllowed)
    throw new RpcError(
      RPC_CODES.refused,
      `The study's accuracy comes from a program (${study.accuracy.command[0]}), which is not run: ecotile serve was started without --allow-command.`,
    );
  return study;
}

/** @param preset what the name might have been beside a file; null: nothing */
export function fileOf(name: string, preset: string | null, { filesFolder }: Allowances): string {
  if (filesFolder !== null) return isAbsolute(name) ? name : join(filesFolder, name);
  const what = preset === null ? `"${name}" names a file` : `There is no ${preset} "${name}"`;
  const files = "files are not read: ecotile serve was started without --allow-files DIR";
  throw new RpcError(RPC_CODES.refused, `${what}, and ${files}.`);
}
