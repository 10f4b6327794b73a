// Shared by the core and by src/sim/: plain constants that asc and tsc both compile. No imports, no annotations.
// Every field is one little-endian f64; an index counts fields from the start of its record.

/**
 * Raised whenever a table layout, or the meaning of a field or status, changes.
 *
 * 7: HW_OUTER_PASSED, HW_ARRAY_PORTS, HW_INNER_PORTS and the reads of their ports. HW_INNER_SPLIT and HW_OUTER_SPLIT also say which two operands share a memory.
 * 6: RES_GAP and EFFORT_THOROUGH. OBJECTIVE_ENERGY, and the energy in OBJECTIVE_EDP, count HW_ENERGY_CYCLE too; of mappings whose cycles are nearly equal OBJECTIVE_LATENCY takes
 *    the one with less energy.
 * 5: every field is checked before work begins, and a refusal names the field and its rule (RES_LEVEL, RES_NEEDED, RES_AVAILABLE).
 *    Flags are 0 or 1, accumulators at least as wide as operands and results. A row that is not OK holds no numbers of another
 *    one. With all energies 0, bytes moved stand for them. Fields that play no part in a mapping are 0 in one that was found.
 *    RES_ROOF_OUTER leaves out what is resident.
 */
export const ABI_VERSION = 7;

/** Most problems that one call takes. */
export const MAX_BATCH = 256;

// ---- Hardware record: one per call -----------------------------------------------------------------------------
/*
 * All fields are checked, those that play no part too: a level or a bit that is not there is checked like any other, but the
 * sizes of buffers that are not read may be 0. Which rule a field has: assembly/check.ts; what the rules say: RULE_* below.
 */
export const HW_CORES = 0;
/** 1: one read of a shared level serves every core that wants the same word. */
export const HW_MULTICAST = 1;
export const HW_ARRAY_KIND = 2;
export const HW_ROWS = 3;
export const HW_COLS = 4;
export const HW_UNROLL = 5;
/** Bit d set: dataflow d is allowed; at least one. */
export const HW_DATAFLOWS = 6;
export const HW_SKEW = 7;
export const HW_OVERLAP = 8;
export const HW_DRAIN = 9;
/** Words of storage in each PE beyond its latches. */
export const HW_REGISTER_WORDS = 10;
/** Bit o set: the registers may hold operand o. */
export const HW_REGISTER_HOLDS = 11;
/** Sums per PE (systolic) or per column (dot-product). */
export const HW_ACCUMULATORS = 12;
/** Bytes per element, for example 0.5 for 4 bit. Accumulators are at least as wide as inputs, weights and outputs. */
export const HW_INPUT_BYTES = 13;
export const HW_WEIGHT_BYTES = 14;
export const HW_ACCUMULATOR_BYTES = 15;
export const HW_OUTPUT_BYTES = 16;
/**
 * Inner buffer (one per core), bytes; Infinity: unlimited. SPLIT_APART: a memory for each operand, input, weight, output.
 * SPLIT_TOGETHER: one memory, whose size is the first of the three; the other two are not read. SPLIT_INPUT, SPLIT_WEIGHT, SPLIT_OUTPUT: that
 * operand has a memory of its own, the other two share one, whose size stands at the first of them; that of the second is not read.
 * HW_DIRECT 1: none of the three is read.
 */
export const HW_INNER_SPLIT = 17;
export const HW_INNER_SIZE = 18;
/** 1: tiles may be double buffered. */
export const HW_INNER_DOUBLE = 21;
/** Port between inner buffer and array: PORT_READ_BYTES to PORT_SHARED, per core. HW_DIRECT 1: it is not there, and costs nothing. */
export const HW_ARRAY_PORT = 22;
/** Outer buffer (one per chip); HW_HAS_OUTER 0: inner buffers, or the array, are filled from the far memory. */
export const HW_HAS_OUTER = 27;
/** As HW_INNER_SPLIT, HW_INNER_SIZE, HW_INNER_DOUBLE; none of them is read where HW_HAS_OUTER is 0, no size of what goes past it. */
export const HW_OUTER_SPLIT = 28;
export const HW_OUTER_SIZE = 29;
export const HW_OUTER_DOUBLE = 32;
/**
 * Port that fills the inner buffers (or, direct, the array), and the one that fills the outer buffer: PORT_READ_BYTES to
 * PORT_LATENCY, one port per chip each. HW_HAS_OUTER 0: the far memory is at the inner port, and nothing is at the outer one.
 */
export const HW_INNER_PORT = 33;
export const HW_OUTER_PORT = 39;
/** Whole accesses of so many bytes are moved; 0: in proportion. */
export const HW_ARRAY_BLOCK = 45;
export const HW_INNER_BLOCK = 46;
export const HW_OUTER_BLOCK = 47;
/**
 * Energies, pJ: per MAC; per cycle, above idle, for as long as the product runs; then per byte of the traffic columns in their order
 * (RES_TRAFFIC). A column's price is that of the transfer at both its ends, as far as it has them: what a column counts is
 * counted whether or not a buffer is there, so the price of an end that is not there is left out of it.
 *
 * Only ratios matter to a search. All 22 are 0: none are known. Then a search takes, of mappings that are as fast, the one that moves fewer
 * bytes over ports, each counted at both ends: as if a byte cost 2 at the outer port, 1 at the source of the inner port, 1 at the inner
 * buffers and 1 at the array's edge (direct, the last two 0), and nothing else did. Objectives that count energy then count these bytes.
 */
export const HW_ENERGY_MAC = 48;
export const HW_ENERGY_CYCLE = 49;
export const HW_ENERGY_TRAFFIC = 50;
/** 1: no inner buffer; the array is fed straight from the outer one (or far memory), a fold at a time. Not with several arrays. */
export const HW_DIRECT = 70;
/** Latency of the array port, whole cycles. */
export const HW_ARRAY_LATENCY = 71;
/** Arrays of one core, which share its inner buffer. */
export const HW_ARRAYS = 72;
/**
 * Bit o set: operand o goes past the outer buffer, between the far memory and the inner buffers (direct: the array), over the outer port. It
 * takes no room there, is neither kept nor resident, and its size there is not read. Not all three. Not read where HW_HAS_OUTER is 0.
 */
export const HW_OUTER_PASSED = 73;
/**
 * Which operands share a port between inner buffer and array: SPLIT_TOGETHER one for all, whose rates are HW_ARRAY_PORT's. Else that field has
 * the reads of the port that inputs are on, and the writes of the one that sums are on, which takes turns with that port's reads where it is shared.
 */
export const HW_ARRAY_PORTS = 74;
/** Reads of the ports of weights and of sums, bytes and cycles each; of what shares a port with an operand before it, not read. */
export const HW_ARRAY_READS = 75;
/** The same of the port that fills the inner buffers; SPLIT_TOGETHER where HW_HAS_OUTER is 0, since the far memory has one port. */
export const HW_INNER_PORTS = 79;
/** As HW_ARRAY_READS. */
export const HW_INNER_READS = 80;
export const HW_FIELDS = 84;

/**
 * Fields of a port, from its first: it moves so many bytes in so many cycles (0 cycles: unlimited), each way; where it is shared (1),
 * reads and writes take turns, each at its own rate. Latency, whole cycles, delays what comes and does not occupy the port.
 */
export const PORT_READ_BYTES = 0;
export const PORT_READ_CYCLES = 1;
export const PORT_WRITE_BYTES = 2;
export const PORT_WRITE_CYCLES = 3;
export const PORT_SHARED = 4;
export const PORT_LATENCY = 5;

export const KIND_SYSTOLIC = 0;
export const KIND_DOT_PRODUCT = 1;
export const UNROLL_FIXED = 0;
export const UNROLL_FLEXIBLE = 1;
export const SKEW_FULL_ARRAY = 0;
export const SKEW_EDGE_AWARE = 1;
export const OVERLAP_NONE = 0;
export const OVERLAP_WEIGHTS = 1;
export const OVERLAP_FOLDS = 2;
export const SPLIT_TOGETHER = 0;
export const SPLIT_APART = 1;
export const SPLIT_INPUT = 2;
export const SPLIT_WEIGHT = 3;
export const SPLIT_OUTPUT = 4;
export const DRAIN_SHADOW = 0;
export const DRAIN_SHIFT = 1;
export const WEIGHT_STATIONARY = 0;
export const OUTPUT_STATIONARY = 1;
export const INPUT_STATIONARY = 2;
export const INPUT = 0;
export const WEIGHT = 1;
export const OUTPUT = 2;

// ---- Problem record ----------------------------------------------------------------------------------------------
/** C[b,m,n] = A[b,m,k] · B[b,k,n]; batch · m · n · k is at most MOST_MACS. */
export const IN_BATCH = 0;
export const IN_M = 1;
export const IN_N = 2;
export const IN_K = 3;
/** 1: one B for all of the batch, which is then only more rows of A. */
export const IN_SHARED_B = 4;
export const IN_OBJECTIVE = 5;
export const IN_EFFORT = 6;
/** 1: evaluate the mapping that the result record holds already, without a search. */
export const IN_GIVEN_MAPPING = 7;
/** Bit o set: operand o is in the outer buffer already (or stays there) and does not cross the outer port. */
export const IN_RESIDENT = 8;
/**
 * Bytes of the outer buffer that are taken: resident operands and what others keep there. The host works them out: the core adds
 * nothing for a resident operand. Where the outer buffer is split, they take no room from its memories.
 */
export const IN_RESERVED = 9;
/**
 * 1: walk every tile, also where a loop repeats itself. A given mapping has the same result. A search may end elsewhere, since its budget
 * counts the steps that it walks.
 */
export const IN_EVERY_TILE = 10;
export const IN_FIELDS = 11;

/**
 * What a search minimises, with E = RES_ENERGY + HW_ENERGY_CYCLE × cycles: cycles × (1 + 1e-4 × (1 − e / E)), where e is the energy of MACs and of
 * every element once at the outer port, so that near-ties in cycles go to less energy; E; cycles × E; E again, which the intensity of the grid
 * turns into carbon.
 */
export const OBJECTIVE_LATENCY = 0;
export const OBJECTIVE_ENERGY = 1;
export const OBJECTIVE_EDP = 2;
export const OBJECTIVE_CARBON = 3;
export const EFFORT_FAST = 0;
export const EFFORT_EXHAUSTIVE = 1;
/** More of what EFFORT_FAST takes the best of, and the mappings that the other objectives find. */
export const EFFORT_THOROUGH = 2;

// ---- Result record -----------------------------------------------------------------------------------------------
/*
 * Cycles are whole. Bytes, elements and energy are those of the whole product, all cores together. A row that is not OK is 0 but for
 * its status, the three fields after it, and the mapping that was given.
 */
export const RES_STATUS = 0;
/**
 * What was wrong. STATUS_TOO_SMALL: the level, 1 outer buffer, 2 inner buffer; the bytes that the smallest tile needs; those that are there.
 * STATUS_BAD_HARDWARE, STATUS_BAD_PROBLEM, STATUS_BAD_MAPPING: index of the first field that breaks its rule, in its record; the record,
 * RECORD_HARDWARE, RECORD_PROBLEM, RECORD_MAPPING (whose fields are in the result record); the rule, RULE_*.
 */
export const RES_LEVEL = 1;
export const RES_NEEDED = 2;
export const RES_AVAILABLE = 3;
export const RES_CYCLES = 4;
/** Cycles of the array alone, skew included; the three stalls are what it waits for each port beside, and add up to RES_CYCLES with it. */
export const RES_COMPUTE = 5;
export const RES_STALL_OUTER = 6;
export const RES_STALL_INNER = 7;
export const RES_STALL_ARRAY = 8;
export const RES_FIRST_FILL = 9;
export const RES_LAST_DRAIN = 10;
/**
 * Dynamic energy, pJ: MACs × HW_ENERGY_MAC + Σ traffic × its price. Add HW_ENERGY_CYCLE × RES_CYCLES for all that running costs. 0 where
 * no energies are known.
 */
export const RES_ENERGY = 11;
/**
 * Cycles that the array, the outer port (without an outer buffer: the inner one) and the array's edge are busy at least, whatever the
 * mapping; need not be whole. What is resident does not cross the outer port, a held operand that goes past the inner
 * buffer (MAP_BYPASS) not the edge.
 */
export const RES_ROOF_COMPUTE = 12;
export const RES_ROOF_OUTER = 13;
export const RES_ROOF_ARRAY = 14;
/** Elements over the array's edge: input, weight and output reads, output writes. */
export const RES_ELEMENTS = 15;
/**
 * Traffic, bytes. Four columns each (input, weight, output down, output up), of what goes past the outer buffer none in the second:
 * outer port; inner port at its source (multicast counted once); inner port at the inner buffers; array edge;
 * then PE registers: writes, reads; accumulators: writes, reads.
 * Without an outer buffer the first four are 0, and the source of the inner port is the far memory. Direct, the inner port ends at the array:
 * the third four count what comes there, the last four what then crosses its edge.
 */
export const RES_TRAFFIC = 19;
export const TRAFFIC_COLUMNS = 20;
/** Cores that share out batch, m, n and k, and batch elements that each array works on side by side. */
export const MAP_CORES = 39;
export const MAP_PACKED = 43;
/** m, n, k; without an outer buffer, the whole of each. */
export const MAP_OUTER_TILE = 44;
export const MAP_OUTER_ORDER = 47; // index into the permutations of (m, n, k)
export const MAP_INNER_TILE = 48;
export const MAP_INNER_ORDER = 51;
export const MAP_DATAFLOW = 52;
export const MAP_REGISTER_TILE = 53;
export const MAP_ROWS = 56; // m, n, k unrolled over the rows
export const MAP_COLS = 59;
/** Bit o: operand o is double buffered. Without an outer buffer: 0. */
export const MAP_OUTER_DOUBLE = 62;
/** The same of the inner buffer. Direct: 7, since what goes straight to the array is fetched ahead. */
export const MAP_INNER_DOUBLE = 63;
/** 1: the held operand goes past the inner buffer, from the outer buffer straight into the PE registers. */
export const MAP_BYPASS = 64;
/** Bit o: the outer buffer keeps operand o whole, tile by tile as it comes, until the batch step is done. */
export const MAP_KEPT = 65;
/** Steps of the mapping, candidates scored and mappings walked by the search, for benches; the last two are 0 for a given mapping. */
export const RES_STEPS = 66;
export const RES_SCORED = 67;
export const RES_WALKED = 68;
/** Arrays of a core that share out batch elements, m and n. */
export const MAP_ARRAYS = 69;
/** Cycles that this mapping takes at least, by the bound that a search judges it by: at most RES_CYCLES; need not be whole. */
export const RES_BOUND = 72;
/**
 * What is left to win at most, as a share of what the mapping costs by the objective: 1 − bound / cost, the bound being the least that any mapping costs in
 * the uses of the array that the search has looked at, on the grids of cores and arrays that it has, whatever its tiles. 0 for a given mapping.
 */
export const RES_GAP = 73;
export const RES_FIELDS = 74;

// ---- Events of a walk --------------------------------------------------------------------------------------------
/** Of `trace`, which writes as many as there are from a given one on, at most so many a call. */
export const MOST_EVENTS = 2048;
export const EVENT_FIELDS = 5;
/** What it happens at: TRACK_*. Events of one track never overlap; those of a shared port's two directions do not either. */
export const EV_TRACK = 0;
/** INPUT, WEIGHT, OUTPUT; of TRACK_ARRAY 0; of TRACK_STALL what the array waits for, WAIT_*. */
export const EV_OPERAND = 1;
/** Inner step that it is of, from 0. */
export const EV_STEP = 2;
/** Cycles at which it begins and ends. What a port brings is there its latency later. */
export const EV_BEGIN = 3;
export const EV_END = 4;
/** The array works on a step; the load of held words that is not hidden included. */
export const TRACK_ARRAY = 0;
export const TRACK_OUTER_READ = 1;
export const TRACK_OUTER_WRITE = 2;
export const TRACK_INNER_READ = 3;
export const TRACK_INNER_WRITE = 4;
/** The port between inner buffer and array, the busier of its directions. */
export const TRACK_ARRAY_PORT = 5;
/** The array waits. */
export const TRACK_STALL = 6;
export const WAIT_OUTER = 0;
export const WAIT_INNER = 1;
export const WAIT_ARRAY_PORT = 2;

/** The problem was walked under the mapping in the row. */
export const STATUS_OK = 0;
/** No mapping fits the buffers. */
export const STATUS_TOO_SMALL = 1;
export const STATUS_BAD_PROBLEM = 2;
export const STATUS_BAD_MAPPING = 3;
/** All rows of the call have it. */
export const STATUS_BAD_HARDWARE = 4;

export const RECORD_HARDWARE = 0;
export const RECORD_PROBLEM = 1;
export const RECORD_MAPPING = 2;

// ---- Rules of fields ---------------------------------------------------------------------------------------------
export const MOST_CORES = 4096;
export const MOST_ARRAYS = 256;
export const MOST_SIDE = 65536;
export const MOST_WORDS = 1000000;
/** Largest dimension, and product of dimensions, with which every count stays exact. */
export const MOST_EXTENT = 16777216;
export const MOST_MACS = 9.007199254740992e15;
export const LEAST_WIDTH = 0.015625;
export const MOST_WIDTH = 64;
/** Bytes, of a rate also cycles: 2^53, and the least of a rate, 2^-53. */
export const MOST_BYTES = 9.007199254740992e15;
export const LEAST_RATE = 1.1102230246251565e-16;
export const MOST_LATENCY = 1000000000;
/** 2^53: beyond it times are no longer exact, and so neither are stalls, which are differences of them. */
export const MOST_CYCLES = 9.007199254740992e15;
/** pJ: no sum or product of energies that a search forms is beyond f64. */
export const MOST_ENERGY = 1e200;

/** 0 or 1. */
export const RULE_FLAG = 1;
/** One of the numbers that are named for the field. */
export const RULE_CODE = 2;
/** A sum of bits, a bit for each of three dataflows or operands. */
export const RULE_BITS = 3;
/** Whole, 1 to MOST_CORES, MOST_ARRAYS, MOST_SIDE, MOST_EXTENT. */
export const RULE_CORES = 4;
export const RULE_ARRAYS = 5;
export const RULE_SIDE = 6;
export const RULE_EXTENT = 7;
/** Whole, 0 to MOST_WORDS. */
export const RULE_WORDS = 8;
/** LEAST_WIDTH to MOST_WIDTH. */
export const RULE_WIDTH = 9;
/** Whole, 1 to MOST_BYTES, or Infinity; also 0 where the field is not read. */
export const RULE_CAPACITY = 10;
/** 0 to MOST_BYTES; of blocks whole ones. */
export const RULE_BYTES = 11;
/** LEAST_RATE to MOST_BYTES; cycles of a port also 0. */
export const RULE_RATE = 12;
/** Whole, 0 to MOST_LATENCY. */
export const RULE_LATENCY = 13;
/** 0 to MOST_ENERGY. */
export const RULE_ENERGY = 14;
/** Good by itself, but not together with other fields, or not on this hardware. */
export const RULE_TOGETHER = 15;
/** A problem that takes more than MOST_CYCLES on this hardware, under the mapping that is given or the best that is found. */
export const RULE_CYCLES = 16;
