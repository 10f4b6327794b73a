/** What a mapping search may be asked to make least; energy and carbon: dynamic energy + power above idle × time. */
export const MAPPING_OBJECTIVES = ["latency", "energy", "edp", "carbon"] as const;
export type MappingObjective = (typeof MAPPING_OBJECTIVES)[number];

/** How far a mapping search goes: the best bounds alone, more of them and what the other objectives find, everything. */
export const MAPPING_EFFORTS = ["fast", "thorough", "exhaustive"] as const;
export type MappingEffort = (typeof MAPPING_EFFORTS)[number];
