// AVX-512 for machines without it: the intrinsics that the kernels name, lane by lane. Included in front of a kernel source
// (-include), it lets the sixteen-lane code run, slowly, on any x86-64 machine; see `make emulated`.
#pragma once

#include <immintrin.h>

#include <cmath>
#include <cstdint>
#include <cstring>

namespace kh::emulated {

template <class To, class From>
inline To cast(From from) {
  static_assert(sizeof(To) == sizeof(From), "a vector is cast to one of its size");
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}

struct F { float v[16]; };
struct I { uint32_t v[16]; };
struct Q { uint64_t v[8]; };

/** One lane after the other of one or two vectors. */
template <class V, class Body>
inline __m512 floats(Body body) {
  V out;
  for (int i = 0; i < 16; ++i) out.v[i] = body(i);
  return cast<__m512>(out);
}
template <class Body>
inline __m512i words(Body body) {
  I out;
  for (int i = 0; i < 16; ++i) out.v[i] = body(i);
  return cast<__m512i>(out);
}
template <class Body>
inline __m512i quads(Body body) {
  Q out;
  for (int i = 0; i < 8; ++i) out.v[i] = body(i);
  return cast<__m512i>(out);
}
inline bool bit(uint32_t mask, int i) { return mask >> i & 1; }

inline __m512 set1_ps(float x) { return floats<F>([&](int) { return x; }); }
inline __m512i set1_epi32(int x) { return words([&](int) { return (uint32_t)x; }); }
inline __m512i set1_epi64(long long x) { return quads([&](int) { return (uint64_t)x; }); }
/** As the instructions: the second operand where either is NaN. */
inline __m512 min_ps(__m512 a, __m512 b) { return floats<F>([x = cast<F>(a), y = cast<F>(b)](int i) { return x.v[i] < y.v[i] ? x.v[i] : y.v[i]; }); }
inline __m512 max_ps(__m512 a, __m512 b) { return floats<F>([x = cast<F>(a), y = cast<F>(b)](int i) { return x.v[i] > y.v[i] ? x.v[i] : y.v[i]; }); }
inline __m512 sqrt_ps(__m512 a) { return floats<F>([x = cast<F>(a)](int i) { return std::sqrt(x.v[i]); }); }
inline __m512 roundscale_ps(__m512 a, int) { return floats<F>([x = cast<F>(a)](int i) { return std::nearbyint(x.v[i]); }); }
inline __m512 fmadd_ps(__m512 a, __m512 b, __m512 c) {
  return floats<F>([x = cast<F>(a), y = cast<F>(b), z = cast<F>(c)](int i) { return std::fma(x.v[i], y.v[i], z.v[i]); });
}
inline __m512 cvtepu32_ps(__m512i a) { return floats<F>([x = cast<I>(a)](int i) { return (float)x.v[i]; }); }
inline __m512 maskz_getexp_ps(uint32_t, __m512 a) { return floats<F>([x = cast<F>(a)](int i) { return (float)std::ilogb(x.v[i]); }); }
inline __m512 maskz_getmant_ps(uint32_t, __m512 a, int, int) { return floats<F>([x = cast<F>(a)](int i) { return std::scalbn(x.v[i], -std::ilogb(x.v[i])); }); }
inline __m512 maskz_permutexvar_ps(uint32_t mask, __m512i index, __m512 a) {
  return floats<F>([=, k = cast<I>(index), x = cast<F>(a)](int i) { return bit(mask, i) ? x.v[k.v[i] & 15] : 0.0f; });
}
inline uint16_t cmp_ps_mask(__m512 a, __m512 b, int) {
  const F x = cast<F>(a), y = cast<F>(b);
  uint32_t mask = 0;
  for (int i = 0; i < 16; ++i) mask |= (uint32_t)(x.v[i] >= y.v[i]) << i;
  return (uint16_t)mask;
}
inline uint16_t movepi32_mask(__m512i a) {
  const I x = cast<I>(a);
  uint32_t mask = 0;
  for (int i = 0; i < 16; ++i) mask |= x.v[i] >> 31 << i;
  return (uint16_t)mask;
}
inline float reduce_max_ps(__m512 a) {
  const F x = cast<F>(a);
  float largest = x.v[0];
  for (int i = 1; i < 16; ++i) largest = largest < x.v[i] ? x.v[i] : largest;
  return largest;
}
inline __m512i maskz_mul_epu32(uint32_t mask, __m512i a, __m512i b) {
  return quads([=, x = cast<Q>(a), y = cast<Q>(b)](int i) { return bit(mask, i) ? (uint64_t)(uint32_t)x.v[i] * (uint32_t)y.v[i] : 0; });
}
inline __m512i mul_epu32(__m512i a, __m512i b) { return maskz_mul_epu32(0xff, a, b); }
inline __m512i srli_epi64(__m512i a, int n) { return quads([=, x = cast<Q>(a)](int i) { return x.v[i] >> n; }); }
inline __m512i slli_epi64(__m512i a, int n) { return quads([=, x = cast<Q>(a)](int i) { return x.v[i] << n; }); }
inline __m512i mask_mov_epi32(__m512i a, uint32_t mask, __m512i b) {
  return words([=, x = cast<I>(a), y = cast<I>(b)](int i) { return bit(mask, i) ? y.v[i] : x.v[i]; });
}
inline __m512i mask_shuffle_epi32(__m512i a, uint32_t mask, __m512i b, int order) {
  return words([=, x = cast<I>(a), y = cast<I>(b)](int i) { return bit(mask, i) ? y.v[i / 4 * 4 + (order >> 2 * (i % 4) & 3)] : x.v[i]; });
}
inline __m512 shuffle_ps(__m512 a, __m512 b, int order) {
  return floats<F>([=, x = cast<F>(a), y = cast<F>(b)](int i) { return (i % 4 < 2 ? x : y).v[i / 4 * 4 + (order >> 2 * (i % 4) & 3)]; });
}
inline __m512 unpack(__m512 a, __m512 b, int half) {
  return floats<F>([=, x = cast<F>(a), y = cast<F>(b)](int i) { return (i % 2 ? y : x).v[i / 4 * 4 + half + i % 4 / 2]; });
}
inline __m512 unpacklo_ps(__m512 a, __m512 b) { return unpack(a, b, 0); }
inline __m512 unpackhi_ps(__m512 a, __m512 b) { return unpack(a, b, 2); }
/** Touches nothing outside the mask, as the instructions. */
inline __m512 maskz_loadu_ps(uint32_t mask, const void* p) {
  return floats<F>([=](int i) { return bit(mask, i) ? ((const float*)p)[i] : 0.0f; });
}
inline void mask_storeu_ps(void* p, uint32_t mask, __m512 a) {
  const F x = cast<F>(a);
  for (int i = 0; i < 16; ++i)
    if (bit(mask, i)) ((float*)p)[i] = x.v[i];
}

}  // namespace kh::emulated

#define _mm512_cmp_ps_mask kh::emulated::cmp_ps_mask
#define _mm512_cvtepu32_ps kh::emulated::cvtepu32_ps
#define _mm512_fmadd_ps kh::emulated::fmadd_ps
#define _mm512_mask_mov_epi32 kh::emulated::mask_mov_epi32
#define _mm512_mask_shuffle_epi32 kh::emulated::mask_shuffle_epi32
#define _mm512_mask_storeu_ps kh::emulated::mask_storeu_ps
#define _mm512_maskz_getexp_ps kh::emulated::maskz_getexp_ps
#define _mm512_maskz_getmant_ps kh::emulated::maskz_getmant_ps
#define _mm512_maskz_loadu_ps kh::emulated::maskz_loadu_ps
#define _mm512_maskz_mul_epu32 kh::emulated::maskz_mul_epu32
#define _mm512_maskz_permutexvar_ps kh::emulated::maskz_permutexvar_ps
#define _mm512_max_ps kh::emulated::max_ps
#define _mm512_min_ps kh::emulated::min_ps
#define _mm512_movepi32_mask kh::emulated::movepi32_mask
#define _mm512_mul_epu32 kh::emulated::mul_epu32
#define _mm512_reduce_max_ps kh::emulated::reduce_max_ps
#undef _mm512_roundscale_ps
#define _mm512_roundscale_ps kh::emulated::roundscale_ps
#define _mm512_set1_epi32 kh::emulated::set1_epi32
#define _mm512_set1_epi64 kh::emulated::set1_epi64
#define _mm512_set1_ps kh::emulated::set1_ps
#undef _mm512_shuffle_ps
#define _mm512_shuffle_ps kh::emulated::shuffle_ps
#define _mm512_slli_epi64 kh::emulated::slli_epi64
#define _mm512_sqrt_ps kh::emulated::sqrt_ps
#define _mm512_srli_epi64 kh::emulated::srli_epi64
#define _mm512_unpackhi_ps kh::emulated::unpackhi_ps
#define _mm512_unpacklo_ps kh::emulated::unpacklo_ps
#undef _mm512_mask_shuffle_epi32
#define _mm512_mask_shuffle_epi32 kh::emulated::mask_shuffle_epi32
#undef _mm512_cmp_ps_mask
#define _mm512_cmp_ps_mask kh::emulated::cmp_ps_mask
#undef _mm512_maskz_getmant_ps
#define _mm512_maskz_getmant_ps kh::emulated::maskz_getmant_ps

#define __AVX512F__ 1
#define KH_EMULATED_AVX512 1
