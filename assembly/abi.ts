// Shared by the core and by src/sim/: plain constants that asc and tsc both compile. No imports, no annotations.

/** Raised whenever a table layout or the meaning of a field changes. */
export const ABI_VERSION = 1;
