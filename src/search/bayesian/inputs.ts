import type { Genes, Space } from "../space/index.ts";

/** Genes as inputs of a Gaussian process: ordered values 0 to 1, others one input a value, −1 where left out. */
export function inputsOf({ parameters, ordered }: Space, genes: Genes): Float64Array {
  const inputs: number[] = [];
  parameters.forEach(({ values }, at) => {
    const gene = genes[at]!;
    if (ordered[at]) inputs.push(gene < 0 ? -1 : values.length === 1 ? 0 : gene / (values.length - 1));
    else values.forEach((_, value) => inputs.push(gene === value ? 0.5 : 0));
  });
  return Float64Array.from(inputs);
}
