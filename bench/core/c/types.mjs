/*
 * AssemblyScript's value types and what stands for them in C. `usize` is a C pointer's width, so that an address is one
 * machine word; in WebAssembly it has 32 bits, which only arithmetic that wraps around could tell apart.
 */
const type = (name, c, bits, kind) => ({ name, c, bits, isFloat: kind === "float", isSigned: kind === "signed" });

export const TYPES = Object.fromEntries(
  [
    type("f64", "double", 64, "float"),
    type("f32", "float", 32, "float"),
    type("i64", "int64_t", 64, "signed"),
    type("u64", "uint64_t", 64, "unsigned"),
    type("i32", "int32_t", 32, "signed"),
    type("u32", "uint32_t", 32, "unsigned"),
    type("usize", "uintptr_t", 32, "unsigned"),
    type("i16", "int16_t", 16, "signed"),
    type("u16", "uint16_t", 16, "unsigned"),
    type("i8", "int8_t", 8, "signed"),
    type("u8", "uint8_t", 8, "unsigned"),
    type("bool", "bool", 1, "unsigned"),
    type("v128", "v128", 128, "vector"),
    type("void", "void", 0, "none"),
  ].map((each) => [each.name, each]),
);
export const { f64, i32, i64, bool, v128, usize } = TYPES;
const VOID = TYPES.void;
export { VOID as nothing };

export const isNumber = (type) => type !== v128 && type !== VOID;
export const isInteger = (type) => isNumber(type) && !type.isFloat;

/** Type in which two operands meet, as the AssemblyScript compiler finds it; null: they do not. */
export function commonType(left, right, isSignImportant = false) {
  if (left === right) return left;
  if (!isNumber(left) || !isNumber(right)) return null;
  if (left.isFloat !== right.isFloat) return left.isFloat ? left : right;
  if (left.bits !== right.bits) return left.bits > right.bits ? left : right;
  // An index and an address of the same width: the address is the wider one here.
  if (left === usize || right === usize) return isSignImportant && left.isSigned !== right.isSigned ? null : usize;
  return isSignImportant ? null : right;
}

/** Whether every whole number up to `value` fits type `type`. */
export function fits(value, type) {
  if (type.isFloat) return true;
  return value < 2 ** (type.isSigned ? type.bits - 1 : type.bits);
}
