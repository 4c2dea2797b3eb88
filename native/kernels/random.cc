// Philox4x32-7 and Box-Muller, L blocks side by side and several such groups interleaved, so that the multiplications of one
// fill the waiting time of another. The meaning is src/tensor/random/source.ts; uniform bits are equal, normals to 1e-6.
#include "../simd/vec.h"
#include "base-kernels.h"

namespace kh::KH_ARCH {
namespace {

#if defined(__AVX512F__)
constexpr int groups = 4;
#else
constexpr int groups = 2;
#endif
constexpr int rounds = 7;
constexpr int batch = 4 * L * groups;  // numbers made at a time

struct Words {
  vu x[4][groups];
};

// Words of blocks first, first + 1, ...: lane l of group g is block first + g * L + l.
KH_INLINE void philox(const RandomDesc& d, uint64_t first, Words& out) {
  for (int g = 0; g < groups; g++) {
    for (int l = 0; l < L; l++) {
      const uint64_t block = first + static_cast<uint64_t>(g * L + l);
      out.x[0][g][l] = static_cast<uint32_t>(block);
      out.x[1][g][l] = static_cast<uint32_t>(block >> 32);
    }
    out.x[2][g] = splatBits(d.stream[0]);
    out.x[3][g] = splatBits(d.stream[1]);
  }
  uint32_t k0 = d.key[0], k1 = d.key[1];
  for (int round = 0; round < rounds; round++) {
    const vu key0 = splatBits(k0), key1 = splatBits(k1);
    for (int g = 0; g < groups; g++) {
      vu high0, low0, high1, low1;
      multiplyWide(out.x[0][g], 0xd2511f53u, high0, low0);
      multiplyWide(out.x[2][g], 0xcd9e8d57u, high1, low1);
      out.x[0][g] = high1 ^ out.x[1][g] ^ key0;
      out.x[1][g] = low1;
      out.x[2][g] = high0 ^ out.x[3][g] ^ key1;
      out.x[3][g] = low0;
    }
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
}

KH_INLINE vf uniformOf(vu word) { return toFloat((vi)(word >> 8)) * splat(0x1p-24f); }

// ln x for normal x in (0, 1] (Cephes).
KH_INLINE vf logarithm(vf x) {
  const vi bits = (vi)x;
  const vf m0 = (vf)((bits & (vi)splatBits(0x007fffffu)) | (vi)splatBits(0x3f000000u));
  const vi low = m0 < splat(0.707106781186547524f);
  const vf e = toFloat((bits >> 23) - (vi)splatBits(126u) + low);
  const vf m = (low ? m0 + m0 : m0) - splat(1.0f);
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
  return (m + y) + e * splat(0.693359375f);
}

// Sine and cosine of 2 pi u for u in [0, 1): the quarter turn q is exact, the rest |r| <= 1/8 of a turn.
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

KH_INLINE void boxMuller(vu word0, vu word1, vf& even, vf& odd) {
  const vf u1 = toFloatUnsigned(word0) * splat(0x1p-32f) + splat(0x1p-33f);
  const vf radius = vsqrt(splat(-2.0f) * logarithm(u1));
  vf sine, cosine;
  turn(uniformOf(word1), sine, cosine);
  even = radius * cosine;
  odd = radius * sine;
}

KH_INLINE void interleave(vf a, vf b, vf& low, vf& high) {
#if defined(__AVX512F__)
  low = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  high = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#elif defined(__AVX2__)
  low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
  high = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#else
  low = vf{a[0], b[0], a[1], b[1]};
  high = vf{a[2], b[2], a[3], b[3]};
#endif
}

// Stores four vectors of words so that lane l, word w lands at out[4 * l + w].
KH_INLINE void storeWords(float* out, vf w0, vf w1, vf w2, vf w3) {
  vf low02, high02, low13, high13, part[4];
  interleave(w0, w2, low02, high02);
  interleave(w1, w3, low13, high13);
  interleave(low02, low13, part[0], part[1]);
  interleave(high02, high13, part[2], part[3]);
  for (int k = 0; k < 4; k++) store(out + k * L, part[k]);
}

// Two separate roundings, as the reference in TypeScript has them: no fused multiply-add.
KH_INLINE vf scaled(vf x, float scale, float shift) {
  vf product = x * splat(scale);
#if defined(__x86_64__)
  __asm__("" : "+v"(product));
#elif defined(__aarch64__)
  __asm__("" : "+w"(product));
#endif
  return product + splat(shift);
}

// Calls make(words, group, destination) for all groups of all batches; the last batch goes through a buffer.
template <class F>
inline void forBatches(const RandomDesc& d, float* out, int64_t n, F make) {
  Words words;
  uint64_t block = d.block;
  alignas(64) float buffer[batch];
  for (int64_t i = 0; i < n; i += batch, block += batch / 4) {
    philox(d, block, words);
    const bool whole = n - i >= batch;
    float* target = whole ? out + i : buffer;
    for (int g = 0; g < groups; g++) make(words, g, target + g * 4 * L);
    if (!whole) __builtin_memcpy(out + i, buffer, static_cast<size_t>(n - i) * sizeof(float));
  }
}

}  // namespace

void uniform(const RandomDesc& d, float* out, int64_t n) {
  forBatches(d, out, n, [&](const Words& words, int g, float* target) {
    vf u[4];
    for (int w = 0; w < 4; w++) u[w] = scaled(uniformOf(words.x[w][g]), d.scale, d.shift);
    storeWords(target, u[0], u[1], u[2], u[3]);
  });
}

void normal(const RandomDesc& d, float* out, int64_t n) {
  forBatches(d, out, n, [&](const Words& words, int g, float* target) {
    vf z[4];
    boxMuller(words.x[0][g], words.x[1][g], z[0], z[1]);
    boxMuller(words.x[2][g], words.x[3][g], z[2], z[3]);
    for (int w = 0; w < 4; w++) z[w] = scaled(z[w], d.scale, d.shift);
    storeWords(target, z[0], z[1], z[2], z[3]);
  });
}

}  // namespace kh::KH_ARCH
