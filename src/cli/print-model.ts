import { Document, isMap, isSeq, stringify } from "yaml";
import { writtenModel, type ModelSpec } from "../spec/index.ts";
import { printJson } from "./output.ts";
import { dataToStdout } from "./print.ts";

/** JSON is YAML too: what it prints is a model file all the same. */
export const JSON_OPTION = "the model file as one JSON document";

/** A model file on stdout. */
export function printModel(model: ModelSpec, isJson: boolean): void {
  if (isJson) printJson(writtenModel(model));
  else dataToStdout(modelYaml(model));
}

/** A model file; each operator of a list is one line. */
export function modelYaml(model: ModelSpec): string {
  const written = writtenModel(model);
  if (model.family !== "operators") return stringify(written);
  const document = new Document(written, { aliasDuplicateObjects: false });
  const list = document.get("operators");
  for (const each of isSeq(list) ? list.items : []) if (isMap(each)) each.flow = true;
  return document.toString({ lineWidth: 0 });
}
