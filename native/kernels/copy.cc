// Strided copies: transpose, pad, slice and concat are all of this kind.
#include "base-kernels.h"

namespace kh::KH_ARCH {
namespace {

void copyRow(const float* in, int64_t is, float* out, int64_t os, int64_t n) {
  if (is == 1 && os == 1) {
    __builtin_memcpy(out, in, static_cast<size_t>(n) * sizeof(float));
  } else {
    for (int64_t i = 0; i < n; i++) out[i * os] = in[i * is];
  }
}

// The two innermost axes as one plane, in square tiles where input and output run across each other.
void copyPlane(const float* in, int64_t is0, int64_t is1, float* out, int64_t os0, int64_t os1, int64_t n0, int64_t n1) {
  if (is1 == 1 || os0 != 1) {
    for (int64_t i = 0; i < n0; i++) copyRow(in + i * is0, is1, out + i * os0, os1, n1);
    return;
  }
  constexpr int64_t tile = 16;
  for (int64_t i0 = 0; i0 < n0; i0 += tile) {
    const int64_t i1 = i0 + tile < n0 ? i0 + tile : n0;
    for (int64_t j0 = 0; j0 < n1; j0 += tile) {
      const int64_t j1 = j0 + tile < n1 ? j0 + tile : n1;
      for (int64_t j = j0; j < j1; j++) {
        for (int64_t i = i0; i < i1; i++) out[i * os0 + j * os1] = in[i * is0 + j * is1];
      }
    }
  }
}

}  // namespace

void copy(const StridedCopy& d, const float* in, float* out) {
  if (d.rank == 0) {
    *out = *in;
    return;
  }
  if (d.rank == 1) return copyRow(in, d.inStrides[0], out, d.outStrides[0], d.dims[0]);
  const int outerRank = d.rank - 2;
  const int a = d.rank - 2;
  const int b = d.rank - 1;
  int64_t index[maxRank] = {};
  for (;;) {
    copyPlane(in, d.inStrides[a], d.inStrides[b], out, d.outStrides[a], d.outStrides[b], d.dims[a], d.dims[b]);
    int axis = outerRank - 1;
    for (; axis >= 0; axis--) {
      in += d.inStrides[axis];
      out += d.outStrides[axis];
      if (++index[axis] < d.dims[axis]) break;
      in -= d.dims[axis] * d.inStrides[axis];
      out -= d.dims[axis] * d.outStrides[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

}  // namespace kh::KH_ARCH
