// Where finished register blocks of a digital kernel go: bias, activation, store.
#pragma once

#include "conv-table.h"
#include "gemm-block.h"

namespace kh {
namespace KH_ARCH {

KH_INLINE vf activate(vf v, Activation activation) {
  if (activation != Activation::None) v = vmax(v, zero());
  if (activation == Activation::Relu6) v = vmin(v, splat(6.0f));
  return v;
}

/** Stores a value of vector v of the panel for a row whose output starts at out + offsets[row]. */
struct StoreSink {
  float* out;          // already moved to the panel's first column
  const int* offsets;  // of the block's rows
  const float* bias;   // [V*L] padded, or null
  Activation activation;
  int columns;         // valid columns from the panel's first one

  KH_INLINE void put(const StoreSink& s, int p, int v, vf value) {
    if (s.bias) value += load(s.bias + v * L);
    value = activate(value, s.activation);
    float* to = s.out + s.offsets[p] + v * L;
    const int left = s.columns - v * L;
    if (left >= L) store(to, value);
    else if (left > 0) storePart(to, value, left);
  }
  void operator()(int p, int v, vf value) const __attribute__((always_inline)) { put(*this, p, v, value); }
};

}  // namespace KH_ARCH
}  // namespace kh
