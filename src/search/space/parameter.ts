import { SearchError } from "../errors.ts";

export type Value = number | string | boolean;

/** One degree of freedom of a space. */
export interface Parameter {
  /** For example "array.rows". */
  readonly path: string;
  /** At least one, all different, in the order in which neighbours follow each other. */
  readonly values: readonly Value[];
  /** The parameter exists only where an earlier parameter exists and has one of these values. */
  readonly when?: { readonly path: string; readonly in: readonly Value[] };
}

/** Whether steps between neighbouring values mean something: numbers that rise or fall throughout. */
export function isOrdered(parameter: Parameter): boolean {
  const { values } = parameter;
  if (!values.every((value) => typeof value === "number")) return false;
  const rises = values.every((value, i) => i === 0 || value > values[i - 1]!);
  const falls = values.every((value, i) => i === 0 || value < values[i - 1]!);
  return rises || falls;
}

/** @throws SearchError `search/bad-space` for a parameter that cannot be searched */
export function checkParameters(parameters: readonly Parameter[]): void {
  const earlier = new Map<string, Parameter>();
  for (const parameter of parameters) {
    const { path, values, when } = parameter;
    if (earlier.has(path)) throw bad(`${path} is given twice`);
    if (values.length === 0) throw bad(`${path} has no values`);
    if (values.some((value) => typeof value === "number" && !Number.isFinite(value)))
      throw bad(`${path} has a value that is not a finite number`);
    if (new Set(values).size < values.length) throw bad(`${path} lists a value twice`);
    if (when !== undefined) {
      const controller = earlier.get(when.path);
      if (controller === undefined) throw bad(`${path} depends on ${when.path}, which is not a parameter before it`);
      const unknown = when.in.find((value) => !controller.values.includes(value));
      if (unknown !== undefined) throw bad(`${path} asks for ${when.path} = ${String(unknown)}, which it never is`);
    }
    earlier.set(path, parameter);
  }
}

function bad(message: string): SearchError {
  return new SearchError("search/bad-space", message);
}
