import { didYouMean, problemOf, type Problem } from "../../errors/index.ts";
import type { Graph } from "./graph.ts";

/** Sizes of the inputs, with the names in them replaced by what is given. */
export interface BoundInputs {
  readonly dims: readonly (readonly number[])[];
  readonly problems: readonly Problem[];
}

/** A size that has no name is called by its input and its place: `input_ids.1`. */
const nameOfSize = (input: string, axis: number): string => `${input}.${axis}`;

/**
 * @param given  sizes by the names that the file has for them; a sum of names and numbers (`past + 1`) is known where its parts are
 * @param file   name for messages
 */
export function bindInputs(graph: Graph, given: ReadonlyMap<string, number>, file: string): BoundInputs {
  const missing = new Map<string, string>();
  const used = new Set<string>();
  const names = new Set<string>();
  const dims = graph.inputs.map(({ value, dims: sizes }) =>
    sizes.map((size, axis) => {
      if (typeof size === "number") return size;
      const name = size ?? nameOfSize(graph.values[value]!, axis);
      names.add(name);
      const known = sizeFrom(name, given, used);
      if (known === undefined && !missing.has(name))
        missing.set(name, `${graph.values[value]!.slice(0, 80)} [${sizes.map((each) => each ?? "?").join(", ")}]`);
      return known ?? 1;
    }),
  );
  const problems = [...missing].map(([name, input]) =>
    problemOf(
      file,
      "onnx/unknown-dimension",
      `The size "${name}" of the input ${input} is not in the file.`,
      `Say it: --dim ${quoted(name)}=VALUE.`,
    ),
  );
  const unused = [...given.keys()].filter((name) => !used.has(name));
  const strangers = unused.map((name) => {
    const known =
      names.size === 0 ? "All its sizes are in the file." : `Its sizes: ${[...names].slice(0, 20).join(", ")}.`;
    return problemOf(
      file,
      "onnx/no-such-dimension",
      `No input has a size "${name}". ${known}`,
      didYouMean(name, [...names]),
    );
  });
  return { dims, problems: [...problems, ...strangers] };
}

function sizeFrom(name: string, given: ReadonlyMap<string, number>, used: Set<string>): number | undefined {
  const known = given.get(name);
  if (known !== undefined) {
    used.add(name);
    return known;
  }
  const parts = name.split("+").map((part) => part.trim());
  if (parts.length < 2 || parts.length > 8) return undefined;
  const sizes = parts.map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : given.get(part)));
  if (sizes.some((size) => size === undefined)) return undefined;
  for (const part of parts) if (given.has(part)) used.add(part);
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

const quoted = (name: string): string => (/^[\w.-]+$/.test(name) ? name : `"${name}"`);
