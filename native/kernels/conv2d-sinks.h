// Where finished register blocks of a digital kernel go: bias, activation, store.
#pragma once

#include "conv-table.h"
#include "gemm-block.h"

namespace kh {
namespace KH_ARCH {

KH_INLINE vf activate(vf v, Activation activation) {
  if (activation != Activation::None) v = vmax(zero(), v);  // in this order NaN stays
  if (activation == Activation::Relu6) v = vmin(splat(6.0f), v);
  return v;
}

/** Bias and activation for the sums of a block. */
template <int P, int V>
KH_INLINE void finishBlock(vf (&acc)[P][V], const float* bias, Activation activation) {
  if (bias) forBlock<P, V, true>(P, [&](int p, int v) __attribute__((always_inline)) { acc[p][v] += load(bias + v * L); });
  if (activation != Activation::None)
    forBlock<P, V, true>(P, [&](int p, int v) __attribute__((always_inline)) { acc[p][v] = activate(acc[p][v], activation); });
}

/** Stores each row of a block at rowOf(row). Only its last vector may have fewer than L columns. */
template <int P, int V, bool Whole, class RowOf>
KH_INLINE void storeBlock(const vf (&acc)[P][V], int count, int columns, const RowOf& rowOf) {
  const int left = columns - (V - 1) * L;
  if (left >= L) {
    forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) { store(rowOf(p) + v * L, acc[p][v]); });
  } else {
    forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) {
      if (v < V - 1) store(rowOf(p) + v * L, acc[p][v]);
      else storePart(rowOf(p) + v * L, acc[p][v], left);
    });
  }
}

/** Adds what is stored there to a block. */
template <int P, int V, bool Whole, class RowOf>
KH_INLINE void addBlock(vf (&acc)[P][V], int count, int columns, const RowOf& rowOf) {
  const int left = columns - (V - 1) * L;
  if (left >= L) {
    forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) { acc[p][v] += load(rowOf(p) + v * L); });
  } else {
    forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) {
      acc[p][v] += v < V - 1 ? load(rowOf(p) + v * L) : loadPart(rowOf(p) + v * L, left);
    });
  }
}

/** Stores the rows of a block: row p starts at out + offsets[p]. */
struct StoreSink {
  float* out;          // already moved to the panel's first column
  const int* offsets;  // of the block's rows
  const float* bias;   // [V*L] padded, or null
  Activation activation;
  int columns;         // valid columns from the panel's first one

  template <int P, int V, bool Whole>
  inline __attribute__((always_inline)) void take(vf (&acc)[P][V], int count) const {
    finishBlock(acc, bias, activation);
    storeBlock<P, V, Whole>(acc, count, columns, [this](int p) __attribute__((always_inline)) { return out + offsets[p]; });
  }
};

}  // namespace KH_ARCH
}  // namespace kh
