export { genesKey, pointKey } from "./key.ts";
export { neighbours } from "./neighbours.ts";
export { isOrdered, type Parameter, type Value } from "./parameter.ts";
export { partSizes, type PartSize } from "./parts.ts";
export { canonicalGenes, type Symmetry } from "./symmetry.ts";
export { createSpace, type Genes, type Space } from "./space.ts";
