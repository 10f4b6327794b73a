import type { ExactDesign } from "../../search/index.ts";

/** Numbers in memory that all threads see: messages then carry a reference instead of a copy. */
export function shared(values: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

const FIELDS = 4;

/** Designs as one table: hardware, variant, a, b and the values of each. Exact: places are whole numbers below 2^53. */
export interface PackedDesigns {
  readonly count: number;
  readonly table: Float64Array;
}

export function packDesigns(designs: readonly ExactDesign[]): PackedDesigns {
  const rows = designs.map(({ hardware, variant, a, b, values }) => [hardware, variant, a, b, ...values]);
  return { count: designs.length, table: shared(Float64Array.from(rows.flat())) };
}

export function unpackDesigns({ count, table }: PackedDesigns): readonly ExactDesign[] {
  const width = count === 0 ? 0 : table.length / count;
  return Array.from({ length: count }, (_, i) => {
    const [hardware, variant, a, b] = table.subarray(i * width, i * width + FIELDS) as unknown as [
      number,
      number,
      number,
      number,
    ];
    return { hardware, variant, a, b, values: Array.from(table.subarray(i * width + FIELDS, (i + 1) * width)) };
  });
}
