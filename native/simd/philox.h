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
constexpr int kPhiloxGroups = 2;  // 16 of 32 registers hold their words; more would spill
#else
constexpr int kPhiloxGroups = 1;  // 8 of 16 registers; the next group starts while this one's normals are computed
#endif
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

/** High halves of two vectors as one vector of words, likewise. */
KH_INLINE vu joinHigh(vq even, vq odd) {
#if defined(__AVX512F__)
  return (vu)_mm512_mask_shuffle_epi32((__m512i)odd, 0x5555, (__m512i)even, (_MM_PERM_ENUM)0xF5);
#elif defined(__AVX2__)
  return (vu)_mm256_blend_epi32(_mm256_srli_epi64((__m256i)even, 32), (__m256i)odd, 0xAA);
#else
  return (vu)((even >> 32) | (odd & splatWide(0xffffffff00000000u)));
#endif
}

KH_INLINE vu splatKey(uint32_t key, int round, uint32_t step) { return splatBits(key + (uint32_t)round * step); }

/** One of seven rounds; the words that leave the multiplications are not masked, since only their low halves are multiplied. */
KH_INLINE void philoxRound(vq (&x)[4], vq key0, vq key1) {
  const vq product0 = multiplyLow(x[0], splatWide(0xd2511f53u)), product1 = multiplyLow(x[2], splatWide(0xcd9e8d57u));
  x[0] = (product1 >> 32) ^ x[1] ^ key0;
  x[1] = product1;
  x[2] = (product0 >> 32) ^ x[3] ^ key1;
  x[3] = product0;
}

/**
 * Words of G groups of L blocks from `first`; words[group][word]. Where all their counters have the same high word, what
 * the first three rounds multiply of it and of the stream is one number for all lanes, and computed as such.
 */
template <int G>
KH_INLINE void philox(const PhiloxSource& source, uint64_t first, vu (&words)[G][4]) {
  constexpr int H = 2 * G;
  constexpr uint32_t factor0 = 0xd2511f53u, factor1 = 0xcd9e8d57u, step0 = 0x9e3779b9u, step1 = 0xbb67ae85u;
  vq x[H][4];
  if (__builtin_expect((uint32_t)first <= 0xffffffffu - G * L, 1)) {
    const uint64_t product1 = (uint64_t)factor1 * source.stream[0];
    const uint32_t word0 = (uint32_t)(product1 >> 32) ^ (uint32_t)(first >> 32) ^ source.key[0];
    const uint64_t product0 = (uint64_t)factor0 * word0;
    const vq second1 = splatWide(source.stream[1] ^ source.key[1]);                      // what the first round's word 2 is xored with
    const vq second0 = splatWide((uint32_t)product1 ^ (source.key[0] + step0));          // the second round's word 0
    const vq third1 = splatWide((uint32_t)(product0 >> 32) ^ (source.key[1] + step1));   // the second round's word 2
    const vq third = splatWide((uint32_t)product0 ^ (source.key[1] + 2 * step1));        // the third round's word 2
    const vq third0 = splatWide((uint64_t)(source.key[0] + 2 * step0));
#pragma GCC unroll 16
    for (int h = 0; h < H; ++h) {
      const vq counter = splatWide(first + (uint64_t)(h / 2) * L) + (h % 2 ? KH_PHILOX_ODD : KH_PHILOX_EVEN);
      const vq a = multiplyLow(counter, splatWide(factor0));
      const vq b = multiplyLow((a >> 32) ^ second1, splatWide(factor1));
      const vq c = multiplyLow((b >> 32) ^ second0, splatWide(factor0)), d = multiplyLow(a ^ third1, splatWide(factor1));
      x[h][0] = (d >> 32) ^ b ^ third0;
      x[h][1] = d;
      x[h][2] = (c >> 32) ^ third;
      x[h][3] = c;
    }
  } else {
#pragma GCC unroll 16
    for (int h = 0; h < H; ++h) {
      x[h][0] = splatWide(first + (uint64_t)(h / 2) * L) + (h % 2 ? KH_PHILOX_ODD : KH_PHILOX_EVEN);
      x[h][1] = x[h][0] >> 32;
      x[h][2] = splatWide(source.stream[0]);
      x[h][3] = splatWide(source.stream[1]);
    }
    for (int round = 0; round < 3; ++round)
      for (int h = 0; h < H; ++h)
        philoxRound(x[h], splatWide(source.key[0] + (uint32_t)round * step0), splatWide(source.key[1] + (uint32_t)round * step1));
  }
#pragma GCC unroll 3
  for (int round = 3; round < 6; ++round)
#pragma GCC unroll 16
    for (int h = 0; h < H; ++h)
      philoxRound(x[h], splatWide(source.key[0] + (uint32_t)round * step0), splatWide(source.key[1] + (uint32_t)round * step1));
  // The last round on whole vectors of words.
#pragma GCC unroll 8
  for (int g = 0; g < G; ++g) {
    vq(&even)[4] = x[2 * g], (&odd)[4] = x[2 * g + 1];
    const vq even0 = multiplyLow(even[0], splatWide(factor0)), odd0 = multiplyLow(odd[0], splatWide(factor0));
    const vq even1 = multiplyLow(even[2], splatWide(factor1)), odd1 = multiplyLow(odd[2], splatWide(factor1));
    words[g][0] = joinHigh(even1, odd1) ^ joinLow(even[1], odd[1]) ^ splatKey(source.key[0], 6, step0);
    words[g][1] = joinLow(even1, odd1);
    words[g][2] = joinHigh(even0, odd0) ^ joinLow(even[3], odd[3]) ^ splatKey(source.key[1], 6, step1);
    words[g][3] = joinLow(even0, odd0);
  }
}

/** A word as a uniform number in [0, 1) with 24 bits. */
KH_INLINE vf uniformOf(vu word) { return toFloat((vi)(word >> 8)) * splat(0x1p-24f); }

// For equal pieces of [1, 2): the reciprocal q of the piece's middle, and 2 ln q. The first piece has q = 1 and the last one
// q = 1/2, so that numbers beside 1 keep the relative precision of their logarithm.
#if defined(__AVX512F__)
#define KH_LOG_INVERSES \
  vf{1.0f, 0.914285719f, 0.864864886f, 0.820512831f, 0.780487776f, 0.744186044f, 0.711111128f, 0.680851042f, \
     0.653061211f, 0.627451003f, 0.603773594f, 0.581818163f, 0.561403513f, 0.542372882f, 0.524590135f, 0.5f}
#define KH_LOG_VALUES \
  vf{0.0f, -0.179224312f, -0.290363967f, -0.39565146f, -0.495672405f, -0.590928435f, -0.681853116f, -0.768823445f, \
     -0.852168858f, -0.932179391f, -1.009112f, -1.08319461f, -1.15463066f, -1.22360313f, -1.29027605f, -1.38629436f}
#elif defined(__AVX2__)
#define KH_LOG_INVERSES vf{1.0f, 0.842105269f, 0.761904776f, 0.695652187f, 0.639999986f, 0.592592597f, 0.551724136f, 0.5f}
#define KH_LOG_VALUES vf{0.0f, -0.343700498f, -0.543867409f, -0.725810945f, -0.892574251f, -1.04649627f, -1.18941426f, -1.38629436f}
#endif

/** -2 ln x for normal x in (0, 1]. Never negative, and 0 only for 1. */
KH_INLINE vf minusTwoLog(vf x) {
#if defined(__AVX512F__)
  const vf e = (vf)_mm512_maskz_getexp_ps(0xffff, (__m512)x);
  const vf m = (vf)_mm512_maskz_getmant_ps(0xffff, (__m512)x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
  const __m512i piece = (__m512i)((vu)x >> 19);  // the permutation looks at the low four bits
  const vf inverse = (vf)_mm512_maskz_permutexvar_ps(0xffff, piece, (__m512)KH_LOG_INVERSES);
  const vf value = (vf)_mm512_maskz_permutexvar_ps(0xffff, piece, (__m512)KH_LOG_VALUES);
  const vf r = fused(m, inverse, splat(-1.0f));
  vf p = fused(splat(0.497015506f), r, splat(-0.667621136f));  // -2 ln(1 + r) / r, -1/32 <= r <= 1/16
  p = fused(p, r, splat(0.999996483f));
  p = fused(p, r, splat(-2.0f));
  return fused(p, r, fused(e, splat(-1.38629436f), value));
#elif defined(__AVX2__) && defined(__FMA__)
  const vi shifted = (vi)x - (vi)splatBits(0x3f800000u);
  const vf e = toFloat(shifted >> 23);
  const vf m = (vf)((shifted & (vi)splatBits(0x007fffffu)) | (vi)splatBits(0x3f800000u));
  const __m256i piece = (__m256i)((vu)x >> 20);  // the permutation looks at the low three bits
  const vf inverse = (vf)_mm256_permutevar8x32_ps((__m256)KH_LOG_INVERSES, piece);
  const vf value = (vf)_mm256_permutevar8x32_ps((__m256)KH_LOG_VALUES, piece);
  const vf r = fused(m, inverse, splat(-1.0f));
  vf p = fused(splat(-0.379922003f), r, splat(0.502216518f));  // -2 ln(1 + r) / r, -1/16 <= r <= 1/8
  p = fused(p, r, splat(-0.666682899f));
  p = fused(p, r, splat(0.999999344f));
  p = fused(p, r, splat(-2.0f));
  return fused(p, r, fused(e, splat(-1.38629436f), value));
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
  return vmax(((m + y) + e * splat(0.693359375f)) * splat(-2.0f), zero());
#endif
}

/**
 * radius * cos(2 pi u) and radius * sin(2 pi u), u = (word >> 8) 2^-24. The word's first bit is half a turn and a sign, the
 * next 23 are the mantissa of v in [2, 4): u = (v - 2)/4, so with t = 3 - v the rest is the sine and cosine of pi/2 t.
 */
KH_INLINE void turn(vu word, vf radius, vf& cosine, vf& sine) {
  const vf t = splat(3.0f) - (vf)(((word >> 8) & splatBits(0x007fffffu)) | splatBits(0x40000000u));
  const vf z = t * t;
  const vf turned = (vf)((vu)radius ^ (word & splatBits(0x80000000u)));
  vf s = splat(1.50561668e-4f);  // sin(pi/2 t) / t - 1: vanishes where the sine is largest, so that its rounding does not matter
  s = s * z + splat(-4.6714023e-3f);
  s = s * z + splat(7.96875358e-2f);
  s = s * z + splat(-0.645962954f);
  s = s * z + splat(0.570796251f);
  vf c = splat(-2.34610925e-5f);  // cos(pi/2 t)
  c = c * z + splat(9.16489749e-4f);
  c = c * z + splat(-2.08613669e-2f);
  c = c * z + splat(0.25366884f);
  c = c * z + splat(-1.23370051f);
  c = c * z + splat(1.0f);
  const vf part = turned * t;
  cosine = part * s + part;
  sine = turned * c;
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

/** Numbers as they are. What finishes numbers may do so to their radius, which is half the work. */
struct Plain {
  vf operator()(vf v) const __attribute__((always_inline)) { return v; }
  vf ofRadius(vf radius) const __attribute__((always_inline)) { return radius; }
};

/** Normal numbers of a standard deviation. */
struct Deviation : Plain {
  vf deviation;
  explicit Deviation(float d) : deviation(splat(d)) {}
  vf ofRadius(vf radius) const __attribute__((always_inline)) { return radius * deviation; }
};

/** A group's words as L*4 standard normal numbers (Box and Muller), handed through `finish` on their way to memory. */
template <class Finish>
KH_INLINE void storeNormals(const vu (&x)[4], float* out, const Finish& finish) {
  vf z[4];
#pragma GCC unroll 2
  for (int pair = 0; pair < 2; ++pair) {
    const vf u1 = toFloatUnsigned(x[2 * pair]) * splat(0x1p-32f) + splat(0x1p-33f);
    vf cosine, sine;
    turn(x[2 * pair + 1], finish.ofRadius(vsqrt(minusTwoLog(u1))), cosine, sine);
    z[2 * pair] = finish(cosine);
    z[2 * pair + 1] = finish(sine);
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

/** Normal numbers [index, index + count) of a source; they start at the returned place inside `buffer` (count + kPhiloxSlack floats). */
template <class Finish = Plain>
KH_INLINE float* normalsAt(const PhiloxSource& source, int64_t index, int64_t count, float* buffer, const Finish& finish = {}) {
  const int skip = (int)(index & 3);
  philoxBlocks<true>(source, source.block + (uint64_t)(index >> 2), buffer, count + skip, finish);
  return buffer + skip;
}

}  // namespace KH_ARCH
}  // namespace kh
