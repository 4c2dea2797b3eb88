// Philox4x32-7 in vectors. Number i of a source is word i%4 of block first + i/4, counter = (block lo, block hi, stream lo,
// stream hi); src/tensor/random/source.ts is the same in TypeScript, bit for bit.
#pragma once

#include "vec.h"

namespace kh {
namespace KH_ARCH {

#define KH_STEP inline __attribute__((always_inline))
/** for (i = 0; i < n; i++), unrolled. */
#define KH_EACH(i, n) _Pragma("GCC unroll 16") for (int i = 0; i < (n); ++i)

struct PhiloxSource {
  uint32_t key[2];
  uint32_t stream[2];
  uint64_t block;
};

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

/** Low halves of the lanes of two vectors side by side: `first` in the lower half of the lane. */
KH_INLINE vu joinLow(vq first, vq second) {
#if defined(__AVX512F__)
  return (vu)_mm512_mask_shuffle_epi32((__m512i)first, 0xAAAA, (__m512i)second, (_MM_PERM_ENUM)0xA0);
#elif defined(__AVX2__)
  return (vu)_mm256_blend_epi32((__m256i)first, _mm256_slli_epi64((__m256i)second, 32), 0xAA);
#else
  return (vu)((first & splatWide(0xffffffffu)) | (second << 32));
#endif
}

/** High halves, likewise. */
KH_INLINE vu joinHigh(vq first, vq second) {
#if defined(__AVX512F__)
  return (vu)_mm512_mask_shuffle_epi32((__m512i)second, 0x5555, (__m512i)first, (_MM_PERM_ENUM)0xF5);
#elif defined(__AVX2__)
  return (vu)_mm256_blend_epi32(_mm256_srli_epi64((__m256i)first, 32), (__m256i)second, 0xAA);
#else
  return (vu)((first >> 32) | (second & splatWide(0xffffffff00000000u)));
#endif
}

/** Which block a lane computes: so that `interleave` puts the numbers of a vector's blocks in order. */
#if defined(__AVX512F__)
#define KH_PHILOX_LANES vq{0, 4, 1, 5, 2, 6, 3, 7}
#elif defined(__AVX2__)
#define KH_PHILOX_LANES vq{0, 2, 1, 3}
#else
#define KH_PHILOX_LANES vq{0, 1}
#endif

/** Stores the 2L numbers of L/2 blocks: a block's word 0 is in the lower half of its lane in `even`, 1 in `odd`, 2 and 3 in the upper halves. */
KH_INLINE void interleave(float* out, vf even, vf odd) {
#if defined(__AVX512F__)
  store(out, (vf)_mm512_unpacklo_ps((__m512)even, (__m512)odd));
  store(out + L, (vf)_mm512_unpackhi_ps((__m512)even, (__m512)odd));
#elif defined(__AVX2__)
  store(out, (vf)_mm256_unpacklo_ps((__m256)even, (__m256)odd));
  store(out + L, (vf)_mm256_unpackhi_ps((__m256)even, (__m256)odd));
#else
  store(out, vf{even[0], odd[0], even[1], odd[1]});
  store(out + L, vf{even[2], odd[2], even[3], odd[3]});
#endif
}

/** Vectors of L/2 blocks that advance side by side. */
constexpr int kPhiloxVectors = 2;
constexpr int kPhiloxBlocks = kPhiloxVectors * L / 2;
constexpr int kPhiloxBatch = 4 * kPhiloxBlocks;  // numbers made at a time

constexpr uint32_t kPhiloxFactor0 = 0xd2511f53u, kPhiloxFactor1 = 0xcd9e8d57u;

KH_INLINE vq timesFactor0(vq x) { return multiplyLow(x, splatWide(kPhiloxFactor0)); }
KH_INLINE vq timesFactor1(vq x) { return multiplyLow(x, splatWide(kPhiloxFactor1)); }

/** Where a batch begins: the keys of its rounds, and what the first three rounds make of the stream and of the blocks' numbers. */
struct PhiloxPlace {
  vq key0[6], key1[6];
  vu lastKey;
  vq highFactor, second0, second1, third0[kPhiloxVectors], third1[kPhiloxVectors];
  /** The first products of the batch to come: from one batch to the next they grow by the same amount. */
  vq products[kPhiloxVectors];

  PhiloxPlace(const PhiloxSource& source, uint64_t first) {
    uint32_t k0 = source.key[0], k1 = source.key[1];
    for (int round = 0; round < 6; ++round, k0 += 0x9e3779b9u, k1 += 0xbb67ae85u) {
      key0[round] = splatWide(k0);
      key1[round] = splatWide(k1);
    }
    lastKey = joinLow(splatWide(k0), splatWide(k1));
    const vq product = timesFactor1(splatWide(source.stream[0]));
    highFactor = (product >> 32) ^ key0[0];
    second0 = product ^ key0[1];
    second1 = splatWide(source.stream[1]) ^ key1[0];
    startAt(first);
  }

  void startAt(uint64_t first) __attribute__((noinline)) {
    for (int v = 0; v < kPhiloxVectors; ++v) {
      const vq counters = splatWide(first + (uint64_t)v * (L / 2)) + KH_PHILOX_LANES;
      const vq product = timesFactor0(highFactor ^ (counters >> 32));
      third0[v] = product ^ key1[2];
      third1[v] = (product >> 32) ^ key1[1];
      products[v] = timesFactor0(counters);
    }
  }

  /** To the batch that follows, from block `first` on. The low words of the blocks' numbers may start again at 0. */
  KH_STEP void next(uint64_t first) {
    const uint32_t low = (uint32_t)first;
    KH_EACH(v, kPhiloxVectors) products[v] += splatWide((uint64_t)kPhiloxBlocks * kPhiloxFactor0);
    if (__builtin_expect(low < kPhiloxBlocks || low > 0xffffffffu - kPhiloxBlocks, 0)) startAt(first);
  }
};

/** The words of a batch: 0 and 2 of each block, and 1 and 3, as `interleave` wants them. */
struct PhiloxWords {
  vu even[kPhiloxVectors], odd[kPhiloxVectors];
};

/**
 * The rounds for one batch, in steps that other work may go between: second (it finds the first done), third, round(3) to
 * round(5), last. The words that leave the multiplications are not masked, since only their low halves are multiplied.
 */
struct PhiloxRounds {
  vq x[kPhiloxVectors][4];

  KH_STEP void second(const PhiloxPlace& p) {
    KH_EACH(v, kPhiloxVectors) {
      x[v][1] = timesFactor1((p.products[v] >> 32) ^ p.second1);
      x[v][3] = timesFactor1(p.products[v] ^ p.third1[v]);
    }
  }

  KH_STEP void third(const PhiloxPlace& p) {
    KH_EACH(v, kPhiloxVectors) {
      const vq a = x[v][1], b = x[v][3], product = timesFactor0((a >> 32) ^ p.second0);
      x[v][0] = (b >> 32) ^ a ^ p.key0[2];
      x[v][1] = b;
      x[v][2] = (product >> 32) ^ p.third0[v];
      x[v][3] = product;
    }
  }

  KH_STEP void round(const PhiloxPlace& p, int r) {
    KH_EACH(v, kPhiloxVectors) {
      const vq product0 = timesFactor0(x[v][0]), product1 = timesFactor1(x[v][2]);
      x[v][0] = (product1 >> 32) ^ x[v][1] ^ p.key0[r];
      x[v][1] = product1;
      x[v][2] = (product0 >> 32) ^ x[v][3] ^ p.key1[r];
      x[v][3] = product0;
    }
  }

  KH_STEP void last(const PhiloxPlace& p, PhiloxWords& words) {
    KH_EACH(v, kPhiloxVectors) {
      const vq product0 = timesFactor0(x[v][0]), product1 = timesFactor1(x[v][2]);
      words.even[v] = joinHigh(product1, product0) ^ joinLow(x[v][1], x[v][3]) ^ p.lastKey;
      words.odd[v] = joinLow(product1, product0);
    }
  }
};

KH_INLINE void philoxWords(const PhiloxPlace& p, PhiloxWords& words) {
  PhiloxRounds rounds;
  rounds.second(p);
  rounds.third(p);
  for (int r = 3; r < 6; ++r) rounds.round(p, r);
  rounds.last(p, words);
}

}  // namespace KH_ARCH
}  // namespace kh
