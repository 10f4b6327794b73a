import type { Parameter } from "./parameter.ts";
import { createSpace } from "./space.ts";

export interface PartSize {
  readonly part: string;
  readonly size: bigint;
  readonly parameterCount: number;
}

/**
 * Sizes of the parts of a space, for example the text tower, the vision tower and the hardware. A condition on a
 * parameter of another part counts as met, so that the product of parts is an upper bound of the size then.
 *
 * @param prefixes part name → prefixes of its parameters' paths; the first that fits, in order
 * @param rest     name of the part that takes all other parameters
 */
export function partSizes(
  parameters: readonly Parameter[],
  prefixes: Readonly<Record<string, readonly string[]>>,
  rest: string,
): readonly PartSize[] {
  const partOf = (path: string): string =>
    Object.entries(prefixes).find(([, starts]) => starts.some((start) => path.startsWith(start)))?.[0] ?? rest;
  const names = [...new Set([...Object.keys(prefixes), rest])];
  return names.flatMap((part) => {
    const own = parameters.filter(({ path }) => partOf(path) === part);
    const paths = new Set(own.map(({ path }) => path));
    const free = own.map(({ path, values, when }) =>
      when !== undefined && paths.has(when.path) ? { path, values, when } : { path, values },
    );
    return own.length === 0 ? [] : [{ part, size: createSpace(free).size, parameterCount: own.length }];
  });
}
