// The vector type of one instruction set, as thin as possible: `vf` holds `L` floats (16, 8 or 4),
// written with GCC/clang vector extensions so that a*b+c is one fused multiply-add and the same kernel
// text serves AVX-512, AVX2 and the generic build (SSE2, NEON). Only what the extensions cannot say
// (masked loads, rounding, 32x32->64 products) names an instruction.
//
// Every kernel source is compiled once per instruction set with -DKH_ARCH=avx512|avx2|generic and keeps
// everything it defines in `namespace kh::KH_ARCH`. Such sources use no std templates: an instantiation is a
// weak symbol, the linker keeps one copy, and that copy may contain instructions the machine lacks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__AVX512F__) || defined(__AVX2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

#ifndef KH_ARCH
#define KH_ARCH generic
#endif

#define KH_INLINE static inline __attribute__((always_inline))

namespace kh {
namespace KH_ARCH {

#if defined(__AVX512F__)
constexpr int L = 16;
#elif defined(__AVX2__)
constexpr int L = 8;
#else
constexpr int L = 4;
#endif

typedef float vf __attribute__((vector_size(L * 4)));
typedef int32_t vi __attribute__((vector_size(L * 4)));
typedef uint32_t vu __attribute__((vector_size(L * 4)));
typedef float vfLoose __attribute__((vector_size(L * 4), aligned(4), may_alias));
typedef int32_t viLoose __attribute__((vector_size(L * 4), aligned(4), may_alias));

KH_INLINE int imin(int a, int b) { return a < b ? a : b; }
KH_INLINE int imax(int a, int b) { return a > b ? a : b; }
KH_INLINE int64_t lmin(int64_t a, int64_t b) { return a < b ? a : b; }
KH_INLINE int64_t lmax(int64_t a, int64_t b) { return a > b ? a : b; }
KH_INLINE int ceilDiv(int a, int b) { return (a + b - 1) / b; }

KH_INLINE vf load(const float* p) { return *(const vfLoose*)p; }
KH_INLINE void store(float* p, vf v) { *(vfLoose*)p = v; }
KH_INLINE vf zero() { return vf{}; }

KH_INLINE vf splat(float x) {
#if defined(__AVX512F__)
  return (vf)_mm512_set1_ps(x);
#elif defined(__AVX2__)
  return (vf)_mm256_set1_ps(x);
#else
  return vf{x, x, x, x};
#endif
}

KH_INLINE vu splatBits(uint32_t x) {
#if defined(__AVX512F__)
  return (vu)_mm512_set1_epi32((int)x);
#elif defined(__AVX2__)
  return (vu)_mm256_set1_epi32((int)x);
#else
  return vu{x, x, x, x};
#endif
}

/** The first n (0..L) floats of p, the rest zero; reads nothing behind them. */
KH_INLINE vf loadPart(const float* p, int n) {
#if defined(__AVX512F__)
  return (vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1u), p);
#elif defined(__AVX2__)
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return (vf)_mm256_maskload_ps(p, _mm256_cmpgt_epi32(_mm256_set1_epi32(n), lanes));
#else
  vf v{};
  for (int i = 0; i < n; ++i) v[i] = p[i];
  return v;
#endif
}

/** Writes the first n (0..L) floats of v and nothing behind them. */
KH_INLINE void storePart(float* p, vf v, int n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1u), (__m512)v);
#elif defined(__AVX2__)
  // In pieces: a masked store of AVX is some forty operations on AMD's processors.
  if (n >= L) return store(p, v);
  __m128 rest = _mm256_castps256_ps128((__m256)v);
  if (n & 4) {
    _mm_storeu_ps(p, rest);
    p += 4;
    rest = _mm256_extractf128_ps((__m256)v, 1);
  }
  if (n & 2) {
    _mm_storel_pi((__m64*)p, rest);
    p += 2;
    rest = _mm_movehl_ps(rest, rest);
  }
  if (n & 1) _mm_store_ss(p, rest);
#else
  for (int i = 0; i < n; ++i) p[i] = v[i];
#endif
}

KH_INLINE vf vmin(vf a, vf b) {
#if defined(__AVX512F__)
  return (vf)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (vf)_mm256_min_ps((__m256)a, (__m256)b);
#else
  return a < b ? a : b;
#endif
}

KH_INLINE vf vmax(vf a, vf b) {
#if defined(__AVX512F__)
  return (vf)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__)
  return (vf)_mm256_max_ps((__m256)a, (__m256)b);
#else
  return a > b ? a : b;
#endif
}

KH_INLINE vf vabs(vf a) { return (vf)((vu)a & splatBits(0x7fffffffu)); }

KH_INLINE vf vsqrt(vf a) {
#if defined(__AVX512F__)
  return (vf)_mm512_sqrt_ps((__m512)a);
#elif defined(__AVX2__)
  return (vf)_mm256_sqrt_ps((__m256)a);
#elif defined(__ARM_NEON)
  return (vf)vsqrtq_f32((float32x4_t)a);
#elif defined(__SSE2__)
  return (vf)_mm_sqrt_ps((__m128)a);
#else
  vf r;
  for (int i = 0; i < L; ++i) r[i] = __builtin_sqrtf(a[i]);
  return r;
#endif
}

/** Round to the nearest integer, ties to even. */
KH_INLINE vf vrint(vf a) {
#if defined(__AVX512F__)
  return (vf)_mm512_roundscale_ps((__m512)a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#elif defined(__AVX2__)
  return (vf)_mm256_round_ps((__m256)a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
#elif defined(__ARM_NEON)
  return (vf)vrndnq_f32((float32x4_t)a);
#else
  // Adding and taking away 2^23 rounds; larger magnitudes are integers already. The sign (of -0 too) is kept.
  const vf big = splat(8388608.0f);
  const vf magnitude = vabs(a);
  const vf shifted = magnitude + big;
  const vf rounded = shifted - big;
  const vi small = magnitude < big;
  const vu sign = (vu)a & splatBits(0x80000000u);
  return (vf)(((vu)((small & (vi)rounded) | (~small & (vi)magnitude))) | sign);
#endif
}

KH_INLINE float reduceAdd(vf a) {
  float s = 0;
  for (int i = 0; i < L; ++i) s += a[i];
  return s;
}

KH_INLINE float reduceMax(vf a) {
#if defined(__AVX512F__)
  return _mm512_reduce_max_ps((__m512)a);
#else
  float s = a[0];
  for (int i = 1; i < L; ++i) s = s < a[i] ? a[i] : s;
  return s;
#endif
}

/** Whether any lane of a comparison is true. */
KH_INLINE bool anyTrue(vi a) {
#if defined(__AVX512F__)
  return _mm512_movepi32_mask((__m512i)a) != 0;
#elif defined(__AVX2__)
  return _mm256_movemask_ps((__m256)a) != 0;
#elif defined(__SSE2__)
  return _mm_movemask_ps((__m128)a) != 0;
#else
  return (a[0] | a[1] | a[2] | a[3]) != 0;
#endif
}

#if defined(__AVX512F__) || defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define KH_FUSED 1
/** a*b + c with one rounding, where the result depends on there being one: a*b+c may or may not be contracted. */
KH_INLINE vf fused(vf a, vf b, vf c) {
#if defined(__AVX512F__)
  return (vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__) && defined(__AVX2__)
  return (vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__ARM_NEON)
  return (vf)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
  vf r;
  for (int i = 0; i < L; ++i) r[i] = __builtin_fmaf(a[i], b[i], c[i]);
  return r;
#endif
}
#endif

/** a*b + c, with one rounding where the instruction set has it, however the compiler arranges the code around it. */
KH_INLINE vf multiplyAdd(vf a, vf b, vf c) {
#if defined(KH_FUSED)
  return fused(a, b, c);
#else
  return a * b + c;
#endif
}

/** Integer lanes to floats, as signed numbers. */
KH_INLINE vf toFloat(vi a) { return __builtin_convertvector(a, vf); }

/** Unsigned lanes to floats, correctly rounded (Math.fround of the number). */
KH_INLINE vf toFloatUnsigned(vu a) {
#if defined(__AVX512F__)
  return (vf)_mm512_cvtepu32_ps((__m512i)a);
#else
  // Exact halves: hi * 65536 is exact, lo is exact, and their sum is rounded once.
  return toFloat((vi)(a >> 16)) * splat(65536.0f) + toFloat((vi)(a & splatBits(0xffffu)));
#endif
}

/** High and low words of the lane-wise product a * m. */
KH_INLINE void multiplyWide(vu a, uint32_t m, vu& high, vu& low) {
#if defined(__AVX512F__)
  const __m512i factor = _mm512_set1_epi64((long long)(uint64_t)m);
  const __m512i even = _mm512_mul_epu32((__m512i)a, factor);
  const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64((__m512i)a, 32), factor);
  high = (vu)_mm512_mask_mov_epi32(_mm512_srli_epi64(even, 32), 0xAAAA, odd);
  low = (vu)_mm512_mask_mov_epi32(even, 0xAAAA, _mm512_slli_epi64(odd, 32));
#elif defined(__AVX2__)
  const __m256i factor = _mm256_set1_epi64x((long long)(uint64_t)m);
  const __m256i even = _mm256_mul_epu32((__m256i)a, factor);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64((__m256i)a, 32), factor);
  high = (vu)_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
  low = (vu)_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
#else
  for (int i = 0; i < L; ++i) {
    const uint64_t product = (uint64_t)a[i] * m;
    high[i] = (uint32_t)(product >> 32);
    low[i] = (uint32_t)product;
  }
#endif
}

}  // namespace KH_ARCH
}  // namespace kh
