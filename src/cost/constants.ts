/** Unit conversions of this room; every factor of ten or of 1024 in it comes from here, or from the units room. */
export const SQUARE_MICROMETRES_PER_MM2 = 1e6;
export const MM2_PER_CM2 = 100;
export const GRAMS_PER_KILOGRAM = 1000;
export const SECONDS_PER_HOUR = 3600;
export const BITS_PER_BYTE = 8;
export const KIBIBYTE = 1024;
export const MEBIBYTE = 1024 * 1024;
/** Memory is sold, and its carbon quoted, in units of 2^30 bytes. */
export const GIBIBYTE = 1024 * 1024 * 1024;
export const MILLIWATTS_PER_WATT = 1000;
export const GBIT_PER_GB = 8;
