/*
 * AssemblyScript built-ins of fixed types: argument types, result, and the C function that stands for each. Functions whose
 * last bits differ between maths libraries (exp, log, pow, ...) are left out on purpose.
 */
const unary = (c) => ({ args: ["f64"], result: "f64", c });
const vectors = (count, c, result = "v128") => ({ args: Array(count).fill("v128"), result, c });

const NUMBERS = {
  ceil: unary("__builtin_ceil"),
  floor: unary("__builtin_floor"),
  trunc: unary("__builtin_trunc"),
  sqrt: unary("__builtin_sqrt"),
  abs: unary("__builtin_fabs"),
  nearest: unary("__builtin_rint"),
  copysign: { args: ["f64", "f64"], result: "f64", c: "__builtin_copysign" },
  min: { args: ["f64", "f64"], result: "f64", c: "as_min_f64" },
  max: { args: ["f64", "f64"], result: "f64", c: "as_max_f64" },
};

const LANE_WISE = ["add", "sub", "mul", "div", "min", "max", "pmin", "pmax", "eq", "ne", "lt", "le", "gt", "ge"];
const ONE_VECTOR = ["ceil", "floor", "trunc", "nearest", "sqrt", "abs", "neg"];

const named = (prefix, table) => Object.entries(table).map(([name, value]) => [`${prefix}${name}`, value]);

export const FIXED = new Map([
  ...named("Math.", NUMBERS).filter(([name]) => name !== "Math.nearest" && name !== "Math.copysign"),
  ["Math.round", unary("as_round")],
  ...named("f64.", NUMBERS),
  ...named("", NUMBERS).filter(([name]) => !["min", "max", "abs"].includes(name)),
  ["isNaN", { args: ["f64"], result: "bool", c: "as_is_nan" }],
  ["isFinite", { args: ["f64"], result: "bool", c: "as_is_finite" }],
  ["f64.reinterpret_i64", { args: ["i64"], result: "f64", c: "as_bits_f64" }],
  ["i64.reinterpret_f64", { args: ["f64"], result: "i64", c: "as_bits_i64" }],
  ["f64x2", { args: ["f64", "f64"], result: "v128", c: "as_f64x2_of" }],
  ["i64x2", { args: ["i64", "i64"], result: "v128", c: "as_i64x2_of" }],
  ["f64x2.splat", { args: ["f64"], result: "v128", c: "as_f64x2_splat" }],
  ["f64x2.extract_lane", { args: ["v128", "i32"], result: "f64", c: "as_f64x2_lane" }],
  ["f64x2.replace_lane", { args: ["v128", "i32", "f64"], result: "v128", c: "as_f64x2_replace" }],
  ...LANE_WISE.map((name) => [`f64x2.${name}`, vectors(2, `as_f64x2_${name}`)]),
  ...ONE_VECTOR.map((name) => [`f64x2.${name}`, vectors(1, `as_f64x2_${name}`)]),
  ["i64x2.splat", { args: ["i64"], result: "v128", c: "as_i64x2_splat" }],
  ["i64x2.extract_lane", { args: ["v128", "i32"], result: "i64", c: "as_i64x2_lane" }],
  ...["add", "sub", "eq"].map((name) => [`i64x2.${name}`, vectors(2, `as_i64x2_${name}`)]),
  ["i64x2.all_true", vectors(1, "as_i64x2_all", "bool")],
  ["i64x2.bitmask", vectors(1, "as_i64x2_bitmask", "i32")],
  ["v128.any_true", vectors(1, "as_v128_any", "bool")],
  ...["and", "or", "xor", "andnot"].map((name) => [`v128.${name}`, vectors(2, `as_v128_${name}`)]),
  ["v128.not", vectors(1, "as_v128_not")],
  ["v128.bitselect", vectors(3, "as_v128_bitselect")],
]);

/** `v128.add<f64>(...)` is another way to write `f64x2.add(...)`. */
export const LANES = { f64: "f64x2", i64: "i64x2" };

/** Names of numbers that need no declaration: type and C text. */
export const CONSTANTS = new Map([
  ["Infinity", ["f64", "__builtin_inf()"]],
  ["NaN", ["f64", '__builtin_nan("")']],
  // The C of a build with SIMD, which the WebAssembly it is compared with is.
  ["ASC_FEATURE_SIMD", ["bool", "true"]],
  ["f64.MAX_VALUE", ["f64", "1.7976931348623157e308"]],
  ["f64.EPSILON", ["f64", "2.220446049250313e-16"]],
  ["f64.MAX_SAFE_INTEGER", ["f64", "9007199254740991.0"]],
  ["i32.MAX_VALUE", ["i32", "INT32_MAX"]],
  ["i32.MIN_VALUE", ["i32", "INT32_MIN"]],
]);
