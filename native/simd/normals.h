// Uniform and normal numbers from Philox' words. Normals by Box and Muller: -2 ln of a pair's first word is the square of
// the radius, its second word the angle. Within 1e-6 of src/tensor/random/source.ts.
#pragma once

#include "philox.h"

namespace kh {
namespace KH_ARCH {

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
#elif defined(__AVX2__) && defined(__FMA__)
#define KH_LOG_INVERSES vf{1.0f, 0.842105269f, 0.761904776f, 0.695652187f, 0.639999986f, 0.592592597f, 0.551724136f, 0.5f}
#define KH_LOG_VALUES vf{0.0f, -0.343700498f, -0.543867409f, -0.725810945f, -0.892574251f, -1.04649627f, -1.18941426f, -1.38629436f}
#endif

/** The two parts of -2 ln x for normal x in (0, 1] that minusTwoLog joins. */
KH_INLINE void splitLog(vf x, vf& r, vf& rest) {
#if defined(__AVX512F__)
  const vf e = (vf)_mm512_maskz_getexp_ps(0xffff, (__m512)x);
  const vf m = (vf)_mm512_maskz_getmant_ps(0xffff, (__m512)x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero);
  const __m512i piece = (__m512i)((vu)x >> 19);  // the permutation looks at the low four bits
  const vf inverse = (vf)_mm512_maskz_permutexvar_ps(0xffff, piece, (__m512)KH_LOG_INVERSES);
  const vf value = (vf)_mm512_maskz_permutexvar_ps(0xffff, piece, (__m512)KH_LOG_VALUES);
#elif defined(__AVX2__) && defined(__FMA__)
  const vi shifted = (vi)x - (vi)splatBits(0x3f800000u);
  const vf e = toFloat(shifted >> 23);
  const vf m = (vf)((shifted & (vi)splatBits(0x007fffffu)) | (vi)splatBits(0x3f800000u));
  const __m256i piece = (__m256i)((vu)x >> 20);  // the permutation looks at the low three bits
  const vf inverse = (vf)_mm256_permutevar8x32_ps((__m256)KH_LOG_INVERSES, piece);
  const vf value = (vf)_mm256_permutevar8x32_ps((__m256)KH_LOG_VALUES, piece);
#else
  const vi bits = (vi)x;
  const vf half = (vf)((bits & (vi)splatBits(0x007fffffu)) | (vi)splatBits(0x3f000000u));
  const vi low = half < splat(0.707106781186547524f);
  rest = toFloat((bits >> 23) - (vi)splatBits(126u) + low);
  r = half + (vf)((vi)half & low) - splat(1.0f);
#endif
#if defined(KH_LOG_VALUES)
  r = fused(m, inverse, splat(-1.0f));
  rest = fused(e, splat(-1.38629436f), value);
#endif
}

/** -2 ln x from the parts of x. Never negative, and 0 only for 1. */
KH_INLINE vf minusTwoLog(vf r, vf rest) {
#if defined(__AVX512F__)
  vf p = fused(splat(0.497015506f), r, splat(-0.667621136f));  // -2 ln(1 + r) / r, -1/32 <= r <= 1/16
  p = fused(p, r, splat(0.999996483f));
  p = fused(p, r, splat(-2.0f));
  return fused(p, r, rest);
#elif defined(__AVX2__) && defined(__FMA__)
  vf p = fused(splat(-0.379922003f), r, splat(0.502216518f));  // -2 ln(1 + r) / r, -1/16 <= r <= 1/8
  p = fused(p, r, splat(-0.666682899f));
  p = fused(p, r, splat(0.999999344f));
  p = fused(p, r, splat(-2.0f));
  return fused(p, r, rest);
#else
  const vf z = r * r;
  vf p = splat(7.0376836292e-2f);  // Cephes logf
  p = p * r + splat(-1.1514610310e-1f);
  p = p * r + splat(1.1676998740e-1f);
  p = p * r + splat(-1.2420140846e-1f);
  p = p * r + splat(1.4249322787e-1f);
  p = p * r + splat(-1.6668057665e-1f);
  p = p * r + splat(2.0000714765e-1f);
  p = p * r + splat(-2.4999993993e-1f);
  p = p * r + splat(3.3333331174e-1f);
  vf y = r * z * p + rest * splat(-2.12194440e-4f);
  y = y - splat(0.5f) * z;
  return vmax(((r + y) + rest * splat(0.693359375f)) * splat(-2.0f), zero());
#endif
}

/**
 * The normal numbers of a batch's words, in steps that other work may go between: convert, split, square, radius, cosine, sine,
 * put.
 */
struct BoxMuller {
  static constexpr int N = kPhiloxVectors;
  PhiloxWords words;
  vf a[N], b[N], c[N];

  /** a: the first words of the pairs as numbers in (0, 1]. */
  KH_STEP void convert() {
    KH_EACH(i, N) a[i] = toFloatUnsigned(words.even[i]) * splat(0x1p-32f) + splat(0x1p-33f);
  }

  KH_STEP void split() {
    KH_EACH(i, N) splitLog(a[i], a[i], b[i]);
  }

  /** a: squares of the radii. */
  KH_STEP void square() {
    KH_EACH(i, N) a[i] = minusTwoLog(a[i], b[i]);
  }

  /**
   * a: signed radii, c: t. The angle is 2 pi u, u = (word >> 8) 2^-24. The word's first bit is half a turn and a sign, the next
   * 23 are the mantissa of v in [2, 4): u = (v - 2)/4, so with t = 3 - v the rest is the sine and cosine of pi/2 t.
   */
  template <class Finish>
  KH_STEP void radius(const Finish& finish) {
    KH_EACH(i, N) {
      const vu word = words.odd[i];
      a[i] = (vf)((vu)finish.ofRadius(vsqrt(a[i])) ^ (word & splatBits(0x80000000u)));
      c[i] = splat(3.0f) - (vf)(((word >> 8) & splatBits(0x007fffffu)) | splatBits(0x40000000u));
    }
  }

  /** b: radius * cos(2 pi u); c: t^2. */
  KH_STEP void cosine() {
    KH_EACH(i, N) {
      const vf t = c[i], part = a[i] * t;
      c[i] = t * t;
      vf s = splat(1.50561668e-4f);  // sin(pi/2 t) / t - 1: vanishes where the sine is largest, so that its rounding does not matter
      s = s * c[i] + splat(-4.6714023e-3f);
      s = s * c[i] + splat(7.96875358e-2f);
      s = s * c[i] + splat(-0.645962954f);
      s = s * c[i] + splat(0.570796251f);
      b[i] = part * s + part;
    }
  }

  /** a: radius * sin(2 pi u). */
  KH_STEP void sine() {
    KH_EACH(i, N) {
      vf s = splat(-2.34610925e-5f);  // cos(pi/2 t)
      s = s * c[i] + splat(9.16489749e-4f);
      s = s * c[i] + splat(-2.08613669e-2f);
      s = s * c[i] + splat(0.25366884f);
      s = s * c[i] + splat(-1.23370051f);
      s = s * c[i] + splat(1.0f);
      a[i] *= s;
    }
  }

  template <class Finish>
  KH_STEP void put(float* out, const Finish& finish) const {
    KH_EACH(i, N) interleave(out + i * 2 * L, finish(b[i]), finish(a[i]));
  }
};

/**
 * Normal numbers of whole batches: ceil(count / kPhiloxBatch) * kPhiloxBatch of them are written from the first of block `first`
 * on. Each half of the work waits for itself most of the time: so one batch's words are made between the steps that turn the
 * words of the batch before into normal numbers.
 */
template <class Finish>
static void __attribute__((noinline)) normalBlocks(const PhiloxSource& source, uint64_t first, float* out, int64_t count, const Finish finish) {
  PhiloxPlace place(source, first);
  BoxMuller now;
  philoxWords(place, now.words);
  for (int64_t i = 0; i < count; i += kPhiloxBatch) {
    place.next(first += kPhiloxBlocks);
    PhiloxRounds next;
    now.convert();
    next.second(place);
    now.split();
    next.third(place);
    next.round(place, 3);
    now.square();
    next.round(place, 4);
    now.radius(finish);
    now.cosine();
    next.round(place, 5);
    now.sine();
    PhiloxWords words;
    next.last(place, words);
    now.put(out + i, finish);
    now.words = words;
  }
}

/** Uniform numbers, likewise. */
template <class Finish>
static void __attribute__((noinline)) uniformBlocks(const PhiloxSource& source, uint64_t first, float* out, int64_t count, const Finish finish) {
  PhiloxPlace place(source, first);
  for (int64_t i = 0; i < count; i += kPhiloxBatch, place.next(first += kPhiloxBlocks)) {
    PhiloxWords words;
    philoxWords(place, words);
    KH_EACH(v, kPhiloxVectors) interleave(out + i + v * 2 * L, finish(uniformOf(words.even[v])), finish(uniformOf(words.odd[v])));
  }
}

/** Room behind the end of what normalsAt writes. */
constexpr int kPhiloxSlack = kPhiloxBatch + 4;

/** Normal numbers [index, index + count) of a source; they start at the returned place inside `buffer` (count + kPhiloxSlack floats). */
template <class Finish = Plain>
KH_INLINE float* normalsAt(const PhiloxSource& source, int64_t index, int64_t count, float* buffer, const Finish& finish = {}) {
  const int skip = (int)(index & 3);
  normalBlocks(source, source.block + (uint64_t)(index >> 2), buffer, count + skip, finish);
  return buffer + skip;
}

}  // namespace KH_ARCH
}  // namespace kh
