/*
 * What the translated core stands on. Numbers must come out bit for bit as in WebAssembly: compile with
 * -ffp-contract=off (no fused multiply-add) and -fwrapv (integers wrap). Minimum and maximum are written as a C programmer
 * writes them, one instruction each: they differ from f64.min and f64.max only for NaN and between +0 and -0, as casts of
 * numbers out of an integer's range do. Runs are compared with the WebAssembly module's, so a difference would be seen.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Linear memory is read and written under any type and alignment. */
#define AS_CELL(type, name) typedef type name __attribute__((may_alias, aligned(1)))
AS_CELL(double, as_cell_f64);
AS_CELL(float, as_cell_f32);
AS_CELL(int64_t, as_cell_i64);
AS_CELL(uint64_t, as_cell_u64);
AS_CELL(int32_t, as_cell_i32);
AS_CELL(uint32_t, as_cell_u32);
AS_CELL(int16_t, as_cell_i16);
AS_CELL(uint16_t, as_cell_u16);
AS_CELL(int8_t, as_cell_i8);
AS_CELL(uint8_t, as_cell_u8);

#define AS_MIN_MAX(type, name)                                                                         \
  static inline type as_min_##name(type a, type b) { return a < b ? a : b; }                           \
  static inline type as_max_##name(type a, type b) { return a > b ? a : b; }                           \
  static inline type as_select_##name(type a, type b, bool first) { return first ? a : b; }
AS_MIN_MAX(double, f64)
AS_MIN_MAX(float, f32)
AS_MIN_MAX(int64_t, i64)
AS_MIN_MAX(uint64_t, u64)
AS_MIN_MAX(int32_t, i32)
AS_MIN_MAX(uint32_t, u32)
AS_MIN_MAX(uintptr_t, usize)

static inline double as_round(double x) {
  const double up = __builtin_ceil(x);
  return up - 0.5 <= x ? up : up - 1.0;
}
static inline bool as_is_nan(double x) { return x != x; }
static inline bool as_is_finite(double x) { return x - x == 0.0; }
static inline int64_t as_bits_i64(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
static inline double as_bits_f64(int64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* SIMD: a v128 is two 64-bit lanes, which f64x2 operations take for doubles. */
typedef int64_t v128 __attribute__((vector_size(16)));
typedef double as_f64x2 __attribute__((vector_size(16)));
typedef v128 as_cell_v128 __attribute__((may_alias, aligned(1)));

static inline v128 as_select_v128(v128 a, v128 b, bool first) { return first ? a : b; }
static inline v128 as_f64x2_of(double a, double b) { return (v128)(as_f64x2){a, b}; }
static inline v128 as_f64x2_splat(double a) { return as_f64x2_of(a, a); }
static inline double as_f64x2_lane(v128 a, int lane) { return ((as_f64x2)a)[lane]; }
static inline v128 as_f64x2_replace(v128 a, int lane, double x) {
  as_f64x2 b = (as_f64x2)a;
  b[lane] = x;
  return (v128)b;
}
#define AS_F64X2(name, expression)                                                                     \
  static inline v128 as_f64x2_##name(v128 a_, v128 b_) {                                               \
    const as_f64x2 a = (as_f64x2)a_, b = (as_f64x2)b_;                                                 \
    return (v128)(expression);                                                                         \
  }
AS_F64X2(add, a + b)
AS_F64X2(sub, a - b)
AS_F64X2(mul, a *b)
AS_F64X2(div, a / b)
AS_F64X2(eq, a == b)
AS_F64X2(ne, a != b)
AS_F64X2(lt, a < b)
AS_F64X2(le, a <= b)
AS_F64X2(gt, a > b)
AS_F64X2(ge, a >= b)
#ifdef __SSE2__
#include <emmintrin.h>
AS_F64X2(min, _mm_min_pd((__m128d)a, (__m128d)b))
AS_F64X2(max, _mm_max_pd((__m128d)a, (__m128d)b))
AS_F64X2(pmin, _mm_min_pd((__m128d)b, (__m128d)a))
AS_F64X2(pmax, _mm_max_pd((__m128d)b, (__m128d)a))
#else
AS_F64X2(min, ((as_f64x2){a[0] < b[0] ? a[0] : b[0], a[1] < b[1] ? a[1] : b[1]}))
AS_F64X2(max, ((as_f64x2){a[0] > b[0] ? a[0] : b[0], a[1] > b[1] ? a[1] : b[1]}))
AS_F64X2(pmin, ((as_f64x2){b[0] < a[0] ? b[0] : a[0], b[1] < a[1] ? b[1] : a[1]}))
AS_F64X2(pmax, ((as_f64x2){b[0] > a[0] ? b[0] : a[0], b[1] > a[1] ? b[1] : a[1]}))
#endif
#define AS_F64X2_LANES(name, function)                                                                 \
  static inline v128 as_f64x2_##name(v128 a) {                                                         \
    return as_f64x2_of(function(as_f64x2_lane(a, 0)), function(as_f64x2_lane(a, 1)));                  \
  }
#ifdef __SSE4_1__
#include <smmintrin.h>
static inline v128 as_f64x2_ceil(v128 a) { return (v128)_mm_ceil_pd((__m128d)a); }
static inline v128 as_f64x2_floor(v128 a) { return (v128)_mm_floor_pd((__m128d)a); }
#else
AS_F64X2_LANES(ceil, __builtin_ceil)
AS_F64X2_LANES(floor, __builtin_floor)
#endif
AS_F64X2_LANES(trunc, __builtin_trunc)
AS_F64X2_LANES(nearest, __builtin_rint)
AS_F64X2_LANES(sqrt, __builtin_sqrt)
AS_F64X2_LANES(abs, __builtin_fabs)
static inline v128 as_f64x2_neg(v128 a) { return (v128)(-(as_f64x2)a); }
static inline v128 as_i64x2_of(int64_t a, int64_t b) { return (v128){a, b}; }
static inline v128 as_i64x2_splat(int64_t a) { return (v128){a, a}; }
static inline int64_t as_i64x2_lane(v128 a, int lane) { return a[lane]; }
static inline v128 as_i64x2_add(v128 a, v128 b) { return a + b; }
static inline v128 as_i64x2_sub(v128 a, v128 b) { return a - b; }
static inline v128 as_i64x2_eq(v128 a, v128 b) { return a == b; }
static inline bool as_i64x2_all(v128 a) { return (a[0] != 0) & (a[1] != 0); }
static inline int32_t as_i64x2_bitmask(v128 a) { return (a[0] < 0 ? 1 : 0) | (a[1] < 0 ? 2 : 0); }
static inline bool as_v128_any(v128 a) { return (a[0] | a[1]) != 0; }
static inline v128 as_v128_and(v128 a, v128 b) { return a & b; }
static inline v128 as_v128_or(v128 a, v128 b) { return a | b; }
static inline v128 as_v128_xor(v128 a, v128 b) { return a ^ b; }
static inline v128 as_v128_andnot(v128 a, v128 b) { return a & ~b; }
static inline v128 as_v128_not(v128 a) { return ~a; }
static inline v128 as_v128_bitselect(v128 a, v128 b, v128 mask) { return (a & mask) | (b & ~mask); }
