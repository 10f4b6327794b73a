import type { Rate } from "../units/quantity.ts";
import type { Buffer, Hardware } from "./hardware.ts";

const BITS_PER_BYTE = 8;

/** So many bits a cycle. */
function rateOf(bits: number): Rate {
  return bits % BITS_PER_BYTE === 0
    ? { bytes: bits / BITS_PER_BYTE, cycles: 1 }
    : { bytes: bits, cycles: BITS_PER_BYTE };
}

/** Bits a cycle that cross the edges of all arrays of one core: inputs and weights along the rows, sums along the columns. */
function edgeBits({ array, precision, arraysPerCore }: Hardware): number {
  const { input, weight, accumulator } = precision;
  return arraysPerCore * (array.rows * (input + weight) + array.cols * accumulator);
}

/**
 * Hardware in which what follows its arrays is in step with them: buffers whose bandwidth is `array`, read and write each.
 *
 *   local    arrays of a core · (rows · (input + weight bytes) + cols · accumulator bytes)
 *   global   cores · arrays of a core · rows · input bytes;  without local buffers cores · the same as local
 */
export function withFollowers(hardware: Hardware): Hardware {
  const { localBuffer, globalBuffer, array, precision, cores, arraysPerCore } = hardware;
  if (localBuffer?.bandwidthFollows === undefined && globalBuffer?.bandwidthFollows === undefined) return hardware;
  const edge = edgeBits(hardware);
  const global = localBuffer === null ? cores * edge : cores * arraysPerCore * array.rows * precision.input;
  return {
    ...hardware,
    localBuffer: inStep(localBuffer, rateOf(edge)),
    globalBuffer: inStep(globalBuffer, rateOf(global)),
  };
}

function inStep(buffer: Buffer | null, rate: Rate): Buffer | null {
  if (buffer?.bandwidthFollows === undefined) return buffer;
  return { ...buffer, port: { ...buffer.port, read: rate, write: rate } };
}
