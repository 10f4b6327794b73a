import { powerOfTwo } from "../../math/index.ts";
import { ElementType } from "./graph.ts";
import type { TensorProto } from "./onnx_pb.ts";

/** Numbers of a tensor are read where there are at most so many: sizes, axes and scalars, and no weights. */
export const MOST_NUMBERS = 1024;

/**
 * The numbers of a stored tensor, row by row, or null: there are too many, they lie in another file, or in a type that sizes
 * and scalars do not come in.
 *
 * @param size  elements that the tensor's dimensions say
 */
export function numbersOf(tensor: TensorProto, size: number): readonly number[] | null {
  if (size > MOST_NUMBERS || tensor.dataLocation === 1) return null;
  const numbers = tensor.rawData.length > 0 ? rawNumbers(tensor.rawData, tensor.dataType) : fieldNumbers(tensor);
  return numbers?.length === size ? numbers : null;
}

/** A whole number of 64 bits; slices to the end of an axis name the largest, which stands for any beyond 2^53. */
export function clamped(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  return number > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
}

function fieldNumbers(tensor: TensorProto): readonly number[] | null {
  switch (tensor.dataType as ElementType) {
    case ElementType.FLOAT:
      return tensor.floatData;
    case ElementType.DOUBLE:
      return tensor.doubleData;
    case ElementType.INT64:
      return tensor.int64Data.map(clamped);
    case ElementType.UINT32:
    case ElementType.UINT64:
      return tensor.uint64Data.map(clamped);
    case ElementType.FLOAT16:
      return tensor.int32Data.map(half);
    case ElementType.INT32:
    case ElementType.INT16:
    case ElementType.INT8:
    case ElementType.UINT16:
    case ElementType.UINT8:
    case ElementType.BOOL:
      return tensor.int32Data;
    default:
      return null;
  }
}

/** Bytes of one element, and how they are read; little-endian, as the schema has it. */
const RAW: ReadonlyMap<ElementType, readonly [number, (view: DataView, at: number) => number]> = new Map([
  [ElementType.FLOAT, [4, (view: DataView, at: number) => view.getFloat32(at, true)]],
  [ElementType.DOUBLE, [8, (view: DataView, at: number) => view.getFloat64(at, true)]],
  [ElementType.FLOAT16, [2, (view: DataView, at: number) => half(view.getUint16(at, true))]],
  [ElementType.INT64, [8, (view: DataView, at: number) => clamped(view.getBigInt64(at, true))]],
  [ElementType.UINT64, [8, (view: DataView, at: number) => clamped(view.getBigUint64(at, true))]],
  [ElementType.INT32, [4, (view: DataView, at: number) => view.getInt32(at, true)]],
  [ElementType.UINT32, [4, (view: DataView, at: number) => view.getUint32(at, true)]],
  [ElementType.INT16, [2, (view: DataView, at: number) => view.getInt16(at, true)]],
  [ElementType.UINT16, [2, (view: DataView, at: number) => view.getUint16(at, true)]],
  [ElementType.INT8, [1, (view: DataView, at: number) => view.getInt8(at)]],
  [ElementType.UINT8, [1, (view: DataView, at: number) => view.getUint8(at)]],
  [ElementType.BOOL, [1, (view: DataView, at: number) => view.getUint8(at)]],
]);

function rawNumbers(bytes: Uint8Array, type: ElementType): readonly number[] | null {
  const reader = RAW.get(type);
  if (reader === undefined) return null;
  const [width, read] = reader;
  if (bytes.length % width !== 0 || bytes.length > MOST_NUMBERS * width) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / width }, (_, i) => read(view, i * width));
}

/** IEEE 754 binary16 from its bits. */
function half(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * powerOfTwo(-24);
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * powerOfTwo(exponent - 15);
}
