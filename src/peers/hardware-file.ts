import { Document, isCollection, isMap, isNode } from "yaml";
import { SpecError, problemOf, type Problem } from "../errors/index.ts";
import { faultsOfHardware } from "../spec/index.ts";
import { sortRemarks, type Remark } from "./remark.ts";

/** One value of a hardware file, and where it is from. */
export interface Statement {
  readonly path: readonly string[];
  readonly value: string | number | boolean | readonly string[];
  /** Where the value stands in the file that is imported, or why it is what it is where the file does not say; empty: as the one above. */
  readonly source: string;
  /** Line of the file that is imported; null: the value does not stand in it. */
  readonly line: number | null;
}

/** What an importer of machines is told besides the text. */
export interface ImportOptions {
  /** What messages call the file. */
  readonly file: string;
  /** Name of the machine, whatever the file says. */
  readonly name?: string | undefined;
  /** Its name where neither that nor the file says one. */
  readonly otherwise: string;
}

/** A hardware file made of the description of another simulator. */
export interface HardwareImport {
  /** The file, each value with its source as a comment. */
  readonly yaml: string;
  /** The same values as plain data. */
  readonly hardware: Readonly<Record<string, unknown>>;
  /** What it does not say, by line of the file that was imported. */
  readonly remarks: readonly Remark[];
}

/**
 * Puts statements together to a hardware file.
 *
 * @param title first line of the file, as a comment
 * @param file what messages call the file that is imported
 * @throws SpecError where a value is none that a hardware file may have, at the line that it is from
 */
export function hardwareFile(
  title: string,
  file: string,
  statements: readonly Statement[],
  remarks: readonly Remark[],
): HardwareImport {
  const document = new Document({});
  document.commentBefore = ` ${title}`;
  for (const { path, value, source, line } of statements) {
    document.setIn(path, document.createNode(value, { flow: true }));
    const node = document.getIn(path, true);
    const shown = source.replace(/\s+/g, " ");
    if (isNode(node) && shown !== "") node.comment = line === null ? ` ${shown}` : ` line ${line}: ${shown}`;
  }
  const root = document.contents;
  for (const { value } of isMap(root) ? root.items : []) if (isCollection(value)) value.flow = false;
  const hardware = document.toJS() as Record<string, unknown>;
  const problems = faultsOfHardware(hardware).map((fault) => located(file, fault, statements));
  if (problems.length > 0) throw new SpecError(problems);
  return {
    yaml: document.toString({ lineWidth: 0, flowCollectionPadding: false }),
    hardware,
    remarks: sortRemarks(remarks),
  };
}

/** A fault of the hardware file at the line of the statement that made it. */
function located(
  file: string,
  { path, message }: { readonly path: readonly string[]; readonly message: string },
  statements: readonly Statement[],
): Problem {
  const isAt = (each: Statement): boolean => {
    const length = Math.min(each.path.length, path.length);
    return each.path.slice(0, length).join(".") === path.slice(0, length).join(".");
  };
  const line = statements.find((each) => isAt(each) && each.line !== null)?.line ?? null;
  const problem = problemOf(file, "peers/not-sayable", `The hardware file cannot say this: ${message}`);
  return line === null ? problem : { ...problem, line, column: 1 };
}
