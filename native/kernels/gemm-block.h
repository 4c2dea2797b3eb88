// The register block that all matrix kernels share: P rows ("pixels") by V vectors of output columns.
//
// A row of the left matrix is not a contiguous array but a list of runs relative to the row's own origin. A plain
// matrix has one run; a 3x3 convolution has one run per filter row (kw*C neighbouring floats of a padded image), so
// patches are read where they lie and never written out. The right matrix is packed in panels of V*L columns:
// [panel][row][V*L].
#pragma once

#include "../simd/vec.h"

namespace kh {
namespace KH_ARCH {

/** `length` floats at `offset` from a row's origin. */
struct Run {
  int offset, length;
};

// Rows per register block, by vectors per block. Chosen so that accumulators, V right-hand vectors and one broadcast
// fit the register file and every broadcast feeds V multiplications.
#if defined(__AVX512F__)
template <int V> struct BlockRows { static constexpr int value = V == 1 ? 16 : 8; };
#else
template <int V> struct BlockRows { static constexpr int value = V == 1 ? 8 : V == 2 ? 6 : 4; };
#endif

/** Vectors in the next panel when `left` vectors of columns remain: threes, but never a lonely single one. */
KH_INLINE int panelVectors(int left) { return left == 1 ? 1 : (left == 2 || left == 4) ? 2 : 3; }

/** Distance between neighbouring rows where all P lie equally far apart, else 0. */
template <int P>
KH_INLINE int evenStep(const int* origins) {
  const int step = origins[1] - origins[0];
  for (int p = 2; p < P; ++p)
    if (origins[p] - origins[p - 1] != step) return 0;
  return step;
}

KH_INLINE bool threeStepsEach(const Run* runs, int runCount, int step) {
  for (int r = 0; r < runCount; ++r)
    if (runs[r].length != 3 * step) return false;
  return runCount > 0;
}

/**
 * Sixteen neighbouring pixels under a filter three wide: value c of a pixel is used by three of them, so that one broadcast
 * feeds three multiplications. (Otherwise loads, not multiplications, would be the limit: a single vector of columns has one
 * broadcast for each.) Rows are `step` apart and every run is three steps long.
 */
KH_INLINE void accumulateTaps(vf (&acc)[16][1], const float* a, long step, const Run* runs, int runCount, const float* b) {
  const long distance[4] = {0, step, 2 * step, 3 * step};
  for (int r = 0; r < runCount; ++r, b += 3 * step * L) {
    const float* at[5];  // of every fourth pixel: there are not enough registers for all addresses
#pragma GCC unroll 8
    for (int q = 0; q < 5; ++q) at[q] = a + runs[r].offset + 4 * q * step;
    for (long c = 0; c < step; ++c) {
      const vf left = load(b + c * L), middle = load(b + (step + c) * L), right = load(b + (2 * step + c) * L);
#pragma GCC unroll 32
      for (int u = 0; u < 18; ++u) {
        const vf value = splat(at[u / 4][distance[u % 4]]);
        if (u < 16) acc[u][0] += value * left;
        if (u >= 1 && u < 17) acc[u - 1][0] += value * middle;
        if (u >= 2) acc[u - 2][0] += value * right;
      }
#pragma GCC unroll 8
      for (int q = 0; q < 5; ++q) ++at[q];
    }
  }
}

template <int P, int V>
KH_INLINE void accumulate(vf (&acc)[P][V], const float* a, const int* origins, const Run* runs, int runCount, const float* b) {
  if constexpr (P == 16 && V == 1) {
    const int step = evenStep<P>(origins);
    if (step > 0 && threeStepsEach(runs, runCount, step)) return accumulateTaps(acc, a + origins[0], step, runs, runCount, b);
  }
  const float* at[P];
#pragma GCC unroll 32
  for (int p = 0; p < P; ++p) at[p] = a + origins[p];
  for (int r = 0; r < runCount; ++r) {
    long k = runs[r].offset;
    const long end = k + runs[r].length;
    if (P > 8) {  // more row addresses than registers: load each once per four columns
      for (; k + 4 <= end; k += 4, b += 4 * V * L) {
#pragma GCC unroll 32
        for (int p = 0; p < P; ++p) {
          const float* q = at[p] + k;
#pragma GCC unroll 4
          for (int j = 0; j < 4; ++j)
#pragma GCC unroll 4
            for (int v = 0; v < V; ++v) acc[p][v] += splat(q[j]) * load(b + (j * V + v) * L);
        }
      }
    }
    for (; k < end; ++k, b += V * L) {
      vf right[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) right[v] = load(b + v * L);
#pragma GCC unroll 32
      for (int p = 0; p < P; ++p) {
        const vf left = splat(at[p][k]);
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) acc[p][v] += left * right[v];
      }
    }
  }
}

/** Calls body(row, vector) for the sums of a block, in a straight line. Without Whole, only the first `count` rows are real. */
template <int P, int V, bool Whole, class F>
KH_INLINE void forBlock(int count, const F& body) {
#pragma GCC unroll 32
  for (int p = 0; p < P; ++p) {
    if (Whole || p < count) {
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) body(p, v);
    }
  }
}

/**
 * One block of up to P rows from `row` on (`count` of them real; origins has P valid entries), handed to its sink as a whole:
 * what the sink asks for, it asks once for all rows. `makeSink(row)` makes it when the sums are there, so that it never lies in
 * memory: where it did, every block waited for it, and a store through a pointer might have changed it.
 */
template <int P, int V, class MakeSink>
static void block(int row, int count, const float* a, const int* origins, const Run* runs, int runCount, const float* b, const MakeSink& makeSink) {
  vf acc[P][V];
#pragma GCC unroll 32
  for (int p = 0; p < P; ++p)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) acc[p][v] = zero();
  accumulate<P, V>(acc, a, origins, runs, runCount, b);
  const auto sink = makeSink(row);
  if (count == P) sink.template take<P, V, true>(acc, P);
  else sink.template take<P, V, false>(acc, count);
}

/** All rows of one panel. */
template <int V, class MakeSink>
static void panelRows(int rows, const float* a, const int* origins, const Run* runs, int runCount, const float* b, const MakeSink& makeSink) {
  constexpr int P = BlockRows<V>::value;
  int row = 0;
  for (; row + P <= rows; row += P) block<P, V>(row, P, a, origins + row, runs, runCount, b, makeSink);
  const int left = rows - row;
  if (left <= 0) return;
  int last[P];  // rows that do not exist read the last one again
  for (int p = 0; p < P; ++p) last[p] = origins[row + imin(p, left - 1)];
  constexpr int half = P / 2, quarter = P / 4 > 0 ? P / 4 : 1;
  if (left > half) block<P, V>(row, left, a, last, runs, runCount, b, makeSink);
  else if (left > quarter) block<half, V>(row, left, a, last, runs, runCount, b, makeSink);
  else block<quarter, V>(row, left, a, last, runs, runCount, b, makeSink);
}

/** Columns of a right matrix rounded up to whole vectors. */
KH_INLINE int paddedColumns(int columns) { return ceilDiv(columns, L) * L; }

/** Copies rows [row0, row1) of columns [column, column + V*L) of a row-major matrix into a panel; missing columns become 0. */
KH_INLINE void packPanelRows(float* out, const float* b, int64_t ldb, int rows, int column, int columns, int vectors) {
  const int valid = columns - column;
  for (int row = 0; row < rows; ++row, b += ldb, out += vectors * L) {
    for (int v = 0; v < vectors; ++v) {
      const int n = valid - v * L;
      store(out + v * L, n >= L ? load(b + column + v * L) : n > 0 ? loadPart(b + column + v * L, n) : zero());
    }
  }
}

/** out[c*ldo + r] = in[r*ldi + c] for r < rows, c < columns. */
static void transpose(float* out, int64_t ldo, const float* in, int64_t ldi, int rows, int columns) {
  int r0 = 0;
#if defined(__AVX512F__) || defined(__AVX2__)
  // 8x8 blocks in registers.
  for (; r0 + 8 <= rows; r0 += 8) {
    int c0 = 0;
    for (; c0 + 8 <= columns; c0 += 8) {
      __m256 t[8], u[8];
      for (int i = 0; i < 8; ++i) t[i] = _mm256_loadu_ps(in + (r0 + i) * ldi + c0);
      for (int i = 0; i < 4; ++i) {
        u[2 * i] = _mm256_unpacklo_ps(t[2 * i], t[2 * i + 1]);
        u[2 * i + 1] = _mm256_unpackhi_ps(t[2 * i], t[2 * i + 1]);
      }
      for (int i = 0; i < 2; ++i) {
        t[4 * i] = _mm256_shuffle_ps(u[4 * i], u[4 * i + 2], 0x44);
        t[4 * i + 1] = _mm256_shuffle_ps(u[4 * i], u[4 * i + 2], 0xEE);
        t[4 * i + 2] = _mm256_shuffle_ps(u[4 * i + 1], u[4 * i + 3], 0x44);
        t[4 * i + 3] = _mm256_shuffle_ps(u[4 * i + 1], u[4 * i + 3], 0xEE);
      }
      for (int i = 0; i < 4; ++i) {
        _mm256_storeu_ps(out + (c0 + i) * ldo + r0, _mm256_permute2f128_ps(t[i], t[i + 4], 0x20));
        _mm256_storeu_ps(out + (c0 + i + 4) * ldo + r0, _mm256_permute2f128_ps(t[i], t[i + 4], 0x31));
      }
    }
    for (; c0 < columns; ++c0)
      for (int i = 0; i < 8; ++i) out[c0 * ldo + r0 + i] = in[(r0 + i) * ldi + c0];
  }
#endif
  for (; r0 < rows; ++r0)
    for (int c = 0; c < columns; ++c) out[c * ldo + r0] = in[r0 * ldi + c];
}

}  // namespace KH_ARCH
}  // namespace kh
