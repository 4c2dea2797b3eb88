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

constexpr int kPhiloxGroups = 4;
constexpr int kPhiloxBatch = 4 * L * kPhiloxGroups;  // numbers made at a time

typedef uint64_t vq __attribute__((vector_size(L * 4)));  // L/2 counters, one in each 64-bit lane

KH_INLINE vq splatWide(uint64_t x) {
#if defined(__AVX512F__)
  return (vq)_mm512_set1_epi64((long long)x);
#elif defined(__AVX2__)
  return (vq)_mm256_set1_epi64x((long long)x);
#else
  return vq{x, x};
#endif
}

/** Products of the low halves of the lanes: the high halves may hold anything. */
KH_INLINE vq multiplyLow(vq a, vq b) {
#if defined(__AVX512F__)
  return (vq)_mm512_maskz_mul_epu32(0xff, (__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (vq)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (vq)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return (a & splatWide(0xffffffffu)) * (b & splatWide(0xffffffffu));
#endif
}

/** Low halves of two vectors as one vector of words: lane 2i from even[i], lane 2i+1 from odd[i]. */
KH_INLINE vu joinLow(vq even, vq odd) {
#if defined(__AVX512F__)
  return (vu)_mm512_mask_shuffle_epi32((__m512i)even, 0xAAAA, (__m512i)odd, (_MM_PERM_ENUM)0xA0);
#elif defined(__AVX2__)
  return (vu)_mm256_blend_epi32((__m256i)even, _mm256_slli_epi64((__m256i)odd, 32), 0xAA);
#else
  return (vu)((even & splatWide(0xffffffffu)) | (odd << 32));
#endif
}

/**
 * Block numbers of the lanes. Lane 4q+j of a vector of words is block j*L/4 + q: then a 4x4 transposition inside each
 * quarter puts the words in order. Even and odd lanes advance separately, each counter in 64 bits.
 */
#if defined(__AVX512F__)
#define KH_PHILOX_EVEN vq{0, 8, 1, 9, 2, 10, 3, 11}
#define KH_PHILOX_ODD vq{4, 12, 5, 13, 6, 14, 7, 15}
#elif defined(__AVX2__)
#define KH_PHILOX_EVEN vq{0, 4, 1, 5}
#define KH_PHILOX_ODD vq{2, 6, 3, 7}
#else
#define KH_PHILOX_EVEN vq{0, 2}
#define KH_PHILOX_ODD vq{1, 3}
#endif

/** Words of G groups of L blocks from `first`; words[group][word]. */
template <int G>
KH_INLINE void philox(const PhiloxSource& source, uint64_t first, vu (&words)[G][4]) {
  constexpr int H = 2 * G;
  vq x[4][H];
#pragma GCC unroll 16
  for (int h = 0; h < H; ++h) {
    x[0][h] = splatWide(first + (uint64_t)(h / 2) * L) + (h % 2 ? KH_PHILOX_ODD : KH_PHILOX_EVEN);
    x[1][h] = x[0][h] >> 32;
    x[2][h] = splatWide(source.stream[0]);
    x[3][h] = splatWide(source.stream[1]);
  }
  const vq factor0 = splatWide(0xd2511f53u), factor1 = splatWide(0xcd9e8d57u);
#pragma GCC unroll 7
  for (int round = 0; round < 7; ++round) {
    const vq key0 = splatWide(source.key[0] + (uint32_t)round * 0x9e3779b9u), key1 = splatWide(source.key[1] + (uint32_t)round * 0xbb67ae85u);
#pragma GCC unroll 16
    for (int h = 0; h < H; ++h) {
      const vq product0 = multiplyLow(x[0][h], factor0), product1 = multiplyLow(x[2][h], factor1);
      x[0][h] = (product1 >> 32) ^ x[1][h] ^ key0;
      x[1][h] = product1;
      x[2][h] = (product0 >> 32) ^ x[3][h] ^ key1;
      x[3][h] = product0;
    }
  }
#pragma GCC unroll 8
  for (int g = 0; g < G; ++g)
#pragma GCC unroll 4
    for (int w = 0; w < 4; ++w) words[g][w] = joinLow(x[w][2 * g], x[w][2 * g + 1]);
}

/** A word as a uniform number in [0, 1) with 24 bits. */
KH_INLINE vf uniformOf(vu word) { return toFloat((vi)(word >> 8)) * splat(0x1p-24f); }

#if defined(__AVX512F__)
// For sixteen pieces of [0.75, 1.5): the reciprocal q of the piece's middle, and 2 ln q. The two pieces that meet at 1
// have q = 1, so that the logarithm keeps its relative precision there.
#define KH_LOG_INVERSES \
  vf{1.30612242f, 1.25490201f, 1.20754719f, 1.16363633f, 1.12280703f, 1.08474576f, \
     1.04918027f, 1.0f, 1.0f, 0.914285719f, 0.864864886f, 0.820512831f, \
     0.780487776f, 0.744186044f, 0.711111128f, 0.680851042f}
#define KH_LOG_VALUES \
  vf{0.53412553f, 0.454114972f, 0.377182369f, 0.303099733f, 0.231663646f, 0.162691283f, \
     0.0960183266f, 0.0f, 0.0f, -0.179224306f, -0.290363971f, -0.395651461f, \
     -0.495672402f, -0.590928433f, -0.681853126f, -0.768823461f}
#endif

/** -2 ln x for normal x in (0, 1]. */
KH_INLINE vf minusTwoLog(vf x) {
#if defined(__AVX512F__)
  const vi shifted = (vi)x - (vi)splatBits(0x3f400000u);  // exponent and mantissa counted from 0.75
  const vf e = toFloat(shifted >> 23);
  const vf m = (vf)((shifted & (vi)splatBits(0x007fffffu)) + (vi)splatBits(0x3f400000u));
  const __m512i piece = _mm512_maskz_srli_epi32(0xffff, (__m512i)shifted, 19);  // the permutation looks at the low four bits
  const vf inverse = (vf)_mm512_maskz_permutexvar_ps(0xffff, piece, (__m512)KH_LOG_INVERSES);
  const vf value = (vf)_mm512_maskz_permutexvar_ps(0xffff, piece, (__m512)KH_LOG_VALUES);
  const vf r = m * inverse - splat(1.0f);
  // -2 ln(1 + r) = r (-2 + r - 2/3 r^2 + ...), |r| <= 1/16
  vf p = splat(1.0f / 3.0f) * r + splat(-0.4f);
  p = p * r + splat(0.5f);
  p = p * r + splat(-2.0f / 3.0f);
  p = p * r + splat(1.0f);
  p = p * r + splat(-2.0f);
  return p * r + (e * splat(-1.38629436111989f) + value);
#else
  const vi bits = (vi)x;
  const vf half = (vf)((bits & (vi)splatBits(0x007fffffu)) | (vi)splatBits(0x3f000000u));
  const vi low = half < splat(0.707106781186547524f);
  const vf e = toFloat((bits >> 23) - (vi)splatBits(126u) + low);
  const vf m = half + (vf)((vi)half & low) - splat(1.0f);
  const vf z = m * m;
  vf p = splat(7.0376836292e-2f);  // Cephes logf
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
#endif
}

/** Square root of a number >= 0 that is 0 or not tiny, to the last bit or the one before. */
KH_INLINE vf squareRoot(vf x) {
#if defined(__AVX512F__)
  const vf limited = vmax(x, splat(1e-30f));
  const vf estimate = (vf)_mm512_maskz_rsqrt14_ps(0xffff, (__m512)limited);
  const vf root = limited * estimate;
  const vf error = splat(0.5f) - root * (splat(0.5f) * estimate);
  return root + root * error;
#else
  return vsqrt(vmax(x, zero()));
#endif
}

/** Sine and cosine of 2 pi u, u = (word >> 8) 2^-24. The nearest quarter turn is exact, the rest at most an eighth of a turn. */
KH_INLINE void turn(vu word, vf& sine, vf& cosine) {
  const vu quarter = word + splatBits(0x20000000u);                // its two top bits: the nearest quarter turn
  const vi rest = (vi)((word & splatBits(0xffffff00u)) << 2);      // in 2^-34 turns, signed
  const vf r = toFloat(rest) * splat(6.28318530717958648f * 0x1p-34f);
  const vf z = r * r;
  vf s = splat(-1.9515295891e-4f);  // Cephes sinf, cosf
  s = s * z + splat(8.3321608736e-3f);
  s = s * z + splat(-1.6666654611e-1f);
  s = (s * z) * r + r;
  vf c = splat(2.443315711809948e-5f);
  c = c * z + splat(-1.388731625493765e-3f);
  c = c * z + splat(4.166664568298827e-2f);
  c = c * z + splat(-0.5f);
  c = c * z + splat(1.0f);
#if defined(__AVX512F__)
  const __mmask16 odd = _mm512_test_epi32_mask((__m512i)quarter, _mm512_set1_epi32(0x40000000));
  const vf sineSize = (vf)_mm512_mask_mov_ps((__m512)s, odd, (__m512)c), cosineSize = (vf)_mm512_mask_mov_ps((__m512)c, odd, (__m512)s);
#else
  const vi odd = (vi)(quarter << 1) >> 31;
  const vf sineSize = (vf)(((vi)c & odd) | ((vi)s & ~odd)), cosineSize = (vf)(((vi)s & odd) | ((vi)c & ~odd));
#endif
  const vu sign = splatBits(0x80000000u);
  sine = (vf)((vu)sineSize ^ (quarter & sign));
  cosine = (vf)((vu)cosineSize ^ ((quarter + splatBits(0x40000000u)) & sign));
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

/** Numbers as they are. */
struct Plain {
  vf operator()(vf v) const __attribute__((always_inline)) { return v; }
};

/** A group's words as L*4 standard normal numbers (Box and Muller), handed through `finish` on their way to memory. */
template <class Finish>
KH_INLINE void storeNormals(const vu (&x)[4], float* out, const Finish& finish) {
  vf z[4];
#pragma GCC unroll 2
  for (int pair = 0; pair < 2; ++pair) {
    const vf u1 = toFloatUnsigned(x[2 * pair]) * splat(0x1p-32f) + splat(0x1p-33f);
    const vf radius = squareRoot(minusTwoLog(u1));
    vf sine, cosine;
    turn(x[2 * pair + 1], sine, cosine);
    z[2 * pair] = finish(radius * cosine);
    z[2 * pair + 1] = finish(radius * sine);
  }
  storeWords(out, z[0], z[1], z[2], z[3]);
}

/** G*L*4 numbers from block `first`. */
template <bool Normal, int G, class Finish>
KH_INLINE void philoxGroups(const PhiloxSource& source, uint64_t first, float* out, const Finish& finish) {
  vu x[G][4];
  philox<G>(source, first, x);
#pragma GCC unroll 8
  for (int g = 0; g < G; ++g) {
    float* to = out + g * 4 * L;
    if (Normal) storeNormals(x[g], to, finish);
    else storeWords(to, finish(uniformOf(x[g][0])), finish(uniformOf(x[g][1])), finish(uniformOf(x[g][2])), finish(uniformOf(x[g][3])));
  }
}

/** Numbers of whole blocks: ceil(count / 4L) * 4L of them are written from the source's number 4*(first - source.block). */
template <bool Normal, class Finish>
static void philoxBlocks(const PhiloxSource& source, uint64_t first, float* out, int64_t count, const Finish& finish) {
  int64_t i = 0;
  for (; i + kPhiloxBatch <= count; i += kPhiloxBatch, first += kPhiloxBatch / 4)
    philoxGroups<Normal, kPhiloxGroups>(source, first, out + i, finish);
  for (; i < count; i += 4 * L, first += L) philoxGroups<Normal, 1>(source, first, out + i, finish);
}

/** Room behind the end of what philoxBlocks and normalsAt write. */
constexpr int kPhiloxSlack = 4 * L + 4;

/** Standard normal numbers [index, index + count) of a source; they start at the returned place inside `buffer` (count + kPhiloxSlack floats). */
KH_INLINE float* normalsAt(const PhiloxSource& source, int64_t index, int64_t count, float* buffer) {
  const int skip = (int)(index & 3);
  philoxBlocks<true>(source, source.block + (uint64_t)(index >> 2), buffer, count + skip, Plain{});
  return buffer + skip;
}

}  // namespace KH_ARCH
}  // namespace kh
