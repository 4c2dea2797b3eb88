// Philox4x32-7 and Box-Muller in vectors. Number i of a source is word i%4 of block first + i/4, counter =
// (block lo, block hi, stream lo, stream hi); src/tensor/random/source.ts is the same in TypeScript (uniform bits equal,
// normals to 1e-6). Several groups of L blocks advance stage by stage, so that the multiplications of one fill the
// waiting time of another.
#pragma once

#include "vec.h"

namespace kh {
namespace KH_ARCH {

struct PhiloxSource {
  uint32_t key[2];
  uint32_t stream[2];
  uint64_t block;
};

#if defined(__AVX512F__)
constexpr int kPhiloxGroups = 8;
#else
constexpr int kPhiloxGroups = 2;
#endif
constexpr int kPhiloxBatch = 4 * L * kPhiloxGroups;  // numbers made at a time

/** Block numbers of the lanes. Lane 4q+j of a vector is block j*L/4 + q: then a 4x4 transposition inside each quarter puts words in order. */
KH_INLINE vu philoxLanes() {
#if defined(__AVX512F__)
  return vu{0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
#elif defined(__AVX2__)
  return vu{0, 2, 4, 6, 1, 3, 5, 7};
#else
  return vu{0, 1, 2, 3};
#endif
}

/** Words of G groups of L blocks from `first`; x[word][group]. */
template <int G>
KH_INLINE void philox(const PhiloxSource& source, uint64_t first, vu (&x)[4][G]) {
  const vu lanes = philoxLanes();
#pragma GCC unroll 8
  for (int g = 0; g < G; ++g) {
    const uint64_t block = first + (uint64_t)g * L;
    const vu low = splatBits((uint32_t)block) + lanes;
    x[0][g] = low;
    x[1][g] = splatBits((uint32_t)(block >> 32)) - (vu)(low < lanes);  // a carry is a lane of -1
    x[2][g] = splatBits(source.stream[0]);
    x[3][g] = splatBits(source.stream[1]);
  }
  uint32_t k0 = source.key[0], k1 = source.key[1];
#pragma GCC unroll 7
  for (int round = 0; round < 7; ++round) {
    const vu key0 = splatBits(k0), key1 = splatBits(k1);
#pragma GCC unroll 8
    for (int g = 0; g < G; ++g) {
      vu high0, low0, high1, low1;
      multiplyWide(x[0][g], 0xd2511f53u, high0, low0);
      multiplyWide(x[2][g], 0xcd9e8d57u, high1, low1);
      x[0][g] = high1 ^ x[1][g] ^ key0;
      x[1][g] = low1;
      x[2][g] = high0 ^ x[3][g] ^ key1;
      x[3][g] = low0;
    }
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
}

/** A word as a uniform number in [0, 1) with 24 bits. */
KH_INLINE vf uniformOf(vu word) { return toFloat((vi)(word >> 8)) * splat(0x1p-24f); }

/** -2 ln x for normal x in (0, 1] (polynomial: Cephes logf). */
KH_INLINE vf minusTwoLog(vf x) {
#if defined(__AVX512F__)
  const __m512 e0 = _mm512_getexp_ps((__m512)x);
  const vf m0 = (vf)_mm512_getmant_ps((__m512)x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);  // [0.75, 1.5)
  const __mmask16 up = _mm512_cmp_ps_mask((__m512)m0, _mm512_set1_ps(1.0f), _CMP_LT_OQ);
  const vf e = (vf)_mm512_mask_add_ps(e0, up, e0, _mm512_set1_ps(1.0f));
  const vf m = m0 - splat(1.0f);
#else
  const vi bits = (vi)x;
  const vf half = (vf)((bits & (vi)splatBits(0x007fffffu)) | (vi)splatBits(0x3f000000u));
  const vi low = half < splat(0.707106781186547524f);
  const vf e = toFloat((bits >> 23) - (vi)splatBits(126u) + low);
  const vf m = half + (vf)((vi)half & low) - splat(1.0f);
#endif
  const vf z = m * m;
  vf p = splat(7.0376836292e-2f);
  p = p * m + splat(-1.1514610310e-1f);
  p = p * m + splat(1.1676998740e-1f);
  p = p * m + splat(-1.2420140846e-1f);
  p = p * m + splat(1.4249322787e-1f);
  p = p * m + splat(-1.6668057665e-1f);
  p = p * m + splat(2.0000714765e-1f);
  p = p * m + splat(-2.4999993993e-1f);
  p = p * m + splat(3.3333331174e-1f);
  vf y = m * z * p + e * splat(-2.12194440e-4f);
  y = y - splat(0.5f) * z;
  return ((m + y) + e * splat(0.693359375f)) * splat(-2.0f);
}

/** Sine and cosine of 2 pi u for u in [0, 1): the quarter turn is exact, the rest is at most an eighth of a turn. */
KH_INLINE void turn(vf u, vf& sine, vf& cosine) {
  const vf quarters = vrint(u * splat(4.0f));
  const vf r = (u - quarters * splat(0.25f)) * splat(6.28318530717958648f);
  const vi q = __builtin_convertvector(quarters, vi);
  const vf z = r * r;
  vf s = splat(-1.9515295891e-4f);
  s = s * z + splat(8.3321608736e-3f);
  s = s * z + splat(-1.6666654611e-1f);
  s = s * z * r + r;
  vf c = splat(2.443315711809948e-5f);
  c = c * z + splat(-1.388731625493765e-3f);
  c = c * z + splat(4.166664568298827e-2f);
  c = c * z * z + (splat(1.0f) - splat(0.5f) * z);
  const vi odd = (q & 1) != 0;
  const vf sineSize = odd ? c : s, cosineSize = odd ? s : c;
  sine = (vf)((vi)sineSize ^ ((q & 2) << 30));
  cosine = (vf)((vi)cosineSize ^ (((q + 1) & 2) << 30));
}

/** Stores four vectors of words so that the numbers of a group lie in order. */
KH_INLINE void storeWords(float* out, vf w0, vf w1, vf w2, vf w3) {
#if defined(__AVX512F__)
  const __m512 a = _mm512_unpacklo_ps((__m512)w0, (__m512)w1), b = _mm512_unpackhi_ps((__m512)w0, (__m512)w1);
  const __m512 c = _mm512_unpacklo_ps((__m512)w2, (__m512)w3), d = _mm512_unpackhi_ps((__m512)w2, (__m512)w3);
  store(out, (vf)_mm512_shuffle_ps(a, c, 0x44));
  store(out + L, (vf)_mm512_shuffle_ps(a, c, 0xEE));
  store(out + 2 * L, (vf)_mm512_shuffle_ps(b, d, 0x44));
  store(out + 3 * L, (vf)_mm512_shuffle_ps(b, d, 0xEE));
#elif defined(__AVX2__)
  const __m256 a = _mm256_unpacklo_ps((__m256)w0, (__m256)w1), b = _mm256_unpackhi_ps((__m256)w0, (__m256)w1);
  const __m256 c = _mm256_unpacklo_ps((__m256)w2, (__m256)w3), d = _mm256_unpackhi_ps((__m256)w2, (__m256)w3);
  store(out, (vf)_mm256_shuffle_ps(a, c, 0x44));
  store(out + L, (vf)_mm256_shuffle_ps(a, c, 0xEE));
  store(out + 2 * L, (vf)_mm256_shuffle_ps(b, d, 0x44));
  store(out + 3 * L, (vf)_mm256_shuffle_ps(b, d, 0xEE));
#else
  for (int lane = 0; lane < 4; ++lane) store(out + 4 * lane, vf{w0[lane], w1[lane], w2[lane], w3[lane]});
#endif
}

/** G*L*4 uniform numbers from block `first`. */
template <int G>
static void uniformBatch(const PhiloxSource& source, uint64_t first, float* out) {
  vu x[4][G];
  philox<G>(source, first, x);
#pragma GCC unroll 8
  for (int g = 0; g < G; ++g)
    storeWords(out + g * 4 * L, uniformOf(x[0][g]), uniformOf(x[1][g]), uniformOf(x[2][g]), uniformOf(x[3][g]));
}

/** G*L*4 standard normal numbers from block `first`. */
template <int G>
static void normalBatch(const PhiloxSource& source, uint64_t first, float* out) {
  vu x[4][G];
  philox<G>(source, first, x);
#pragma GCC unroll 2
  for (int g = 0; g < G; ++g) {
    vf z[4];
#pragma GCC unroll 2
    for (int pair = 0; pair < 2; ++pair) {
      const vf u1 = toFloatUnsigned(x[2 * pair][g]) * splat(0x1p-32f) + splat(0x1p-33f);
      const vf radius = vsqrt(vmax(minusTwoLog(u1), zero()));
      vf sine, cosine;
      turn(uniformOf(x[2 * pair + 1][g]), sine, cosine);
      z[2 * pair] = radius * cosine;
      z[2 * pair + 1] = radius * sine;
    }
    storeWords(out + g * 4 * L, z[0], z[1], z[2], z[3]);
  }
}

/** Numbers of whole blocks: ceil(count / 4L) * 4L of them are written from the source's number 4*(first - source.block). */
template <bool Normal>
static void philoxBlocks(const PhiloxSource& source, uint64_t first, float* out, int64_t count) {
  int64_t i = 0;
  for (; i + kPhiloxBatch <= count; i += kPhiloxBatch, first += kPhiloxBatch / 4) {
    if (Normal) normalBatch<kPhiloxGroups>(source, first, out + i);
    else uniformBatch<kPhiloxGroups>(source, first, out + i);
  }
  for (; i < count; i += 4 * L, first += L) {
    if (Normal) normalBatch<1>(source, first, out + i);
    else uniformBatch<1>(source, first, out + i);
  }
}

/** Room behind the end of what philoxBlocks and normalsAt write. */
constexpr int kPhiloxSlack = 4 * L + 4;

/** Standard normal numbers [index, index + count) of a source; they start at the returned place inside `buffer` (count + kPhiloxSlack floats). */
KH_INLINE float* normalsAt(const PhiloxSource& source, int64_t index, int64_t count, float* buffer) {
  const int skip = (int)(index & 3);
  philoxBlocks<true>(source, source.block + (uint64_t)(index >> 2), buffer, count + skip);
  return buffer + skip;
}

}  // namespace KH_ARCH
}  // namespace kh
