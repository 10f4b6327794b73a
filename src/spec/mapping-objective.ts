/** What a mapping search may be asked to make least; energy and carbon: dynamic energy + power above idle × time. */
export const MAPPING_OBJECTIVES = ["latency", "energy", "edp", "carbon"] as const;
export type MappingObjective = (typeof MAPPING_OBJECTIVES)[number];
