// Shared by the core and by src/sim/: plain constants that asc and tsc both compile. No imports, no annotations.
// Every field is one little-endian f64; an index counts fields from the start of its record.

/** Raised whenever a table layout or the meaning of a field changes. */
export const ABI_VERSION = 4;

/** Most problems that one call takes. */
export const MAX_BATCH = 256;

// ---- Hardware record: one per call -----------------------------------------------------------------------------
export const HW_CORES = 0;
export const HW_MULTICAST = 1;
export const HW_ARRAY_KIND = 2;
export const HW_ROWS = 3;
export const HW_COLS = 4;
export const HW_UNROLL = 5;
/** Bit d set: dataflow d is allowed. */
export const HW_DATAFLOWS = 6;
export const HW_SKEW = 7;
export const HW_OVERLAP = 8;
export const HW_DRAIN = 9;
export const HW_REGISTER_WORDS = 10;
/** Bit o set: the registers may hold operand o. */
export const HW_REGISTER_HOLDS = 11;
export const HW_ACCUMULATORS = 12;
/** Bytes per element, for example 0.5 for 4 bit. */
export const HW_INPUT_BYTES = 13;
export const HW_WEIGHT_BYTES = 14;
export const HW_ACCUMULATOR_BYTES = 15;
export const HW_OUTPUT_BYTES = 16;
/** Inner buffer (one per core). Size of the whole, or, where HW_INNER_SPLIT is 1, of each operand's memory. */
export const HW_INNER_SPLIT = 17;
export const HW_INNER_SIZE = 18; // input (or all), weight, output
export const HW_INNER_DOUBLE = 21;
/** Port between inner buffer and array: read bytes, read cycles, write bytes, write cycles, shared. */
export const HW_ARRAY_PORT = 22;
/** Outer buffer (one per chip); HW_HAS_OUTER 0: inner buffers are filled from the far memory. */
export const HW_HAS_OUTER = 27;
export const HW_OUTER_SPLIT = 28;
export const HW_OUTER_SIZE = 29;
export const HW_OUTER_DOUBLE = 32;
/** Port that fills the inner buffers, and the one that fills the outer buffer: as above, then latency in cycles. */
export const HW_INNER_PORT = 33;
export const HW_OUTER_PORT = 39;
/** Whole accesses of so many bytes are moved; 0: in proportion. */
export const HW_ARRAY_BLOCK = 45;
export const HW_INNER_BLOCK = 46;
export const HW_OUTER_BLOCK = 47;
/** Energy, pJ: per MAC, per cycle, then per byte of the traffic columns in their order (RES_TRAFFIC). */
export const HW_ENERGY_MAC = 48;
export const HW_ENERGY_CYCLE = 49;
export const HW_ENERGY_TRAFFIC = 50;
/** 1: no inner buffer; the array is fed straight from the outer one (or far memory), a fold at a time. */
export const HW_DIRECT = 70;
/** Latency of the array port, cycles. */
export const HW_ARRAY_LATENCY = 71;
/** Arrays of one core, which share its inner buffer. */
export const HW_ARRAYS = 72;
export const HW_FIELDS = 73;

export const KIND_SYSTOLIC = 0;
export const KIND_DOT_PRODUCT = 1;
export const UNROLL_FIXED = 0;
export const UNROLL_FLEXIBLE = 1;
export const SKEW_FULL_ARRAY = 0;
export const SKEW_EDGE_AWARE = 1;
export const OVERLAP_NONE = 0;
export const OVERLAP_WEIGHTS = 1;
export const OVERLAP_FOLDS = 2;
export const DRAIN_SHADOW = 0;
export const DRAIN_SHIFT = 1;
export const WEIGHT_STATIONARY = 0;
export const OUTPUT_STATIONARY = 1;
export const INPUT_STATIONARY = 2;
export const INPUT = 0;
export const WEIGHT = 1;
export const OUTPUT = 2;

// ---- Problem record ----------------------------------------------------------------------------------------------
export const IN_BATCH = 0;
export const IN_M = 1;
export const IN_N = 2;
export const IN_K = 3;
export const IN_SHARED_B = 4;
export const IN_OBJECTIVE = 5;
export const IN_EFFORT = 6;
/** 1: evaluate the mapping that the result record holds already, without a search. */
export const IN_GIVEN_MAPPING = 7;
/** Bit o set: operand o is in the outer buffer already (or stays there) and does not cross the outer port. */
export const IN_RESIDENT = 8;
/** Bytes of the outer buffer that are taken: resident operands and what others keep there. */
export const IN_RESERVED = 9;
/** 1: walk every tile, also where a loop repeats itself; the result is the same. */
export const IN_EVERY_TILE = 10;
export const IN_FIELDS = 11;

export const OBJECTIVE_LATENCY = 0;
export const OBJECTIVE_ENERGY = 1;
export const OBJECTIVE_EDP = 2;
export const OBJECTIVE_CARBON = 3;
export const EFFORT_FAST = 0;
export const EFFORT_EXHAUSTIVE = 1;

// ---- Result record -----------------------------------------------------------------------------------------------
export const RES_STATUS = 0;
/** Where STATUS_TOO_SMALL: 1 outer buffer, 2 inner buffer, 3 registers; then bytes needed and there. */
export const RES_LEVEL = 1;
export const RES_NEEDED = 2;
export const RES_AVAILABLE = 3;
export const RES_CYCLES = 4;
export const RES_COMPUTE = 5;
export const RES_STALL_OUTER = 6;
export const RES_STALL_INNER = 7;
export const RES_STALL_ARRAY = 8;
export const RES_FIRST_FILL = 9;
export const RES_LAST_DRAIN = 10;
export const RES_ENERGY = 11;
export const RES_ROOF_COMPUTE = 12;
export const RES_ROOF_OUTER = 13;
export const RES_ROOF_ARRAY = 14;
/** Elements over the array's edge: input, weight and output reads, output writes. */
export const RES_ELEMENTS = 15;
/**
 * Traffic, bytes. Four columns each (input, weight, output down, output up):
 * outer port; inner port at its source (multicast counted once); inner port at the inner buffers; array edge;
 * then PE registers: writes, reads; accumulators: writes, reads.
 */
export const RES_TRAFFIC = 19;
export const TRAFFIC_COLUMNS = 20;
/** Cores that share out batch, m, n and k, and batch elements that each array works on side by side. */
export const MAP_CORES = 39;
export const MAP_PACKED = 43;
export const MAP_OUTER_TILE = 44; // m, n, k
export const MAP_OUTER_ORDER = 47; // index into the permutations of (m, n, k)
export const MAP_INNER_TILE = 48;
export const MAP_INNER_ORDER = 51;
export const MAP_DATAFLOW = 52;
export const MAP_REGISTER_TILE = 53;
export const MAP_ROWS = 56; // m, n, k unrolled over the rows
export const MAP_COLS = 59;
/** Bit o: operand o is double buffered. */
export const MAP_OUTER_DOUBLE = 62;
export const MAP_INNER_DOUBLE = 63;
/** 1: the held operand goes past the inner buffer, from the outer buffer straight into the PE registers. */
export const MAP_BYPASS = 64;
/** Bit o: the outer buffer keeps operand o whole, tile by tile as it comes, until the batch step is done. */
export const MAP_KEPT = 65;
/** Steps of the mapping, candidates scored and mappings walked by the search, for benches. */
export const RES_STEPS = 66;
export const RES_SCORED = 67;
export const RES_WALKED = 68;
/** Arrays of a core that share out batch elements, m and n. */
export const MAP_ARRAYS = 69;
/** Cycles that the mapping takes at least, by the bound that a search judges it by. */
export const RES_BOUND = 72;
export const RES_FIELDS = 73;

export const STATUS_OK = 0;
export const STATUS_TOO_SMALL = 1;
export const STATUS_BAD_PROBLEM = 2;
export const STATUS_BAD_MAPPING = 3;
export const STATUS_BAD_HARDWARE = 4;
