// Pooling over windows, NHWC. The maximum's gradient goes to the first largest element of a window, in row-major order,
// as in tfjs' cpu kernels, and NaN is passed over; averages count only the elements inside
// the image. The average's gradient divides by the whole window, as tfjs and its tests have it, so that it is exact only where
// windows lie inside the image.
#include "base-kernels.h"

namespace kh::KH_ARCH {
namespace {

// The part of a window that lies inside [0, size): positions start + k * dilation for k in [first, end).
struct Span {
  int64_t start, first, end;
};

inline Span clip(int64_t start, int64_t count, int64_t dilation, int64_t size) {
  int64_t first = 0;
  while (first < count && start + first * dilation < 0) first++;
  int64_t end = count;
  while (end > first && start + (end - 1) * dilation >= size) end--;
  return {start, first, end};
}

}  // namespace

void maxPool(const PoolDesc& d, const float* in, float* out, int64_t firstRow, int64_t endRow) {
  for (int64_t r = firstRow; r < endRow; r++) {
    const int64_t n = r / d.ho, oh = r % d.ho;
    const Span rows = clip(oh * d.sh - d.padTop, d.kh, d.dh, d.h);
    for (int64_t ow = 0; ow < d.wo; ow++) {
      const Span cols = clip(ow * d.sw - d.padLeft, d.kw, d.dw, d.w);
      float* y = out + (r * d.wo + ow) * d.c;
      for (int64_t c = 0; c < d.c; c++) y[c] = -__builtin_inff();
      for (int64_t i = rows.first; i < rows.end; i++) {
        for (int64_t j = cols.first; j < cols.end; j++) {
          const float* x = in + ((n * d.h + rows.start + i * d.dh) * d.w + cols.start + j * d.dw) * d.c;
#pragma GCC ivdep
          for (int64_t c = 0; c < d.c; c++) y[c] = x[c] > y[c] ? x[c] : y[c];
        }
      }
    }
  }
}

void maxPoolGrad(const PoolDesc& d, const float* dy, const float* x, float* dx, int64_t firstImage, int64_t endImage) {
  const int64_t image = d.h * d.w * d.c;
  for (int64_t i = firstImage * image; i < endImage * image; i++) dx[i] = 0.0f;
  constexpr int64_t block = 64;
  float best[block];
  int64_t where[block];
  for (int64_t r = firstImage * d.ho; r < endImage * d.ho; r++) {
    const int64_t n = r / d.ho, oh = r % d.ho;
    const Span rows = clip(oh * d.sh - d.padTop, d.kh, d.dh, d.h);
    for (int64_t ow = 0; ow < d.wo; ow++) {
      const Span cols = clip(ow * d.sw - d.padLeft, d.kw, d.dw, d.w);
      for (int64_t c0 = 0; c0 < d.c; c0 += block) {
        const int64_t width = d.c - c0 < block ? d.c - c0 : block;
        for (int64_t c = 0; c < width; c++) {
          best[c] = -__builtin_inff();
          where[c] = -1;
        }
        for (int64_t i = rows.first; i < rows.end; i++) {
          for (int64_t j = cols.first; j < cols.end; j++) {
            const int64_t at = ((n * d.h + rows.start + i * d.dh) * d.w + cols.start + j * d.dw) * d.c + c0;
            for (int64_t c = 0; c < width; c++) {
              const bool better = x[at + c] > best[c];
              best[c] = better ? x[at + c] : best[c];
              where[c] = better ? at + c : where[c];
            }
          }
        }
        const float* g = dy + (r * d.wo + ow) * d.c + c0;
        for (int64_t c = 0; c < width; c++) {
          if (where[c] >= 0) dx[where[c]] += g[c];
        }
      }
    }
  }
}

void avgPool(const PoolDesc& d, const float* in, float* out, int64_t firstRow, int64_t endRow) {
  for (int64_t r = firstRow; r < endRow; r++) {
    const int64_t n = r / d.ho, oh = r % d.ho;
    const Span rows = clip(oh * d.sh - d.padTop, d.kh, d.dh, d.h);
    for (int64_t ow = 0; ow < d.wo; ow++) {
      const Span cols = clip(ow * d.sw - d.padLeft, d.kw, d.dw, d.w);
      float* y = out + (r * d.wo + ow) * d.c;
      for (int64_t c = 0; c < d.c; c++) y[c] = 0.0f;
      for (int64_t i = rows.first; i < rows.end; i++) {
        for (int64_t j = cols.first; j < cols.end; j++) {
          const float* x = in + ((n * d.h + rows.start + i * d.dh) * d.w + cols.start + j * d.dw) * d.c;
#pragma GCC ivdep
          for (int64_t c = 0; c < d.c; c++) y[c] += x[c];
        }
      }
      const float count = static_cast<float>((rows.end - rows.first) * (cols.end - cols.first));
      for (int64_t c = 0; c < d.c; c++) y[c] /= count;
    }
  }
}

void avgPoolGrad(const PoolDesc& d, const float* dy, float* dx, int64_t firstImage, int64_t endImage) {
  const int64_t image = d.h * d.w * d.c;
  for (int64_t i = firstImage * image; i < endImage * image; i++) dx[i] = 0.0f;
  const float inverse = 1.0f / static_cast<float>(d.kh * d.kw);
  for (int64_t r = firstImage * d.ho; r < endImage * d.ho; r++) {
    const int64_t n = r / d.ho, oh = r % d.ho;
    const Span rows = clip(oh * d.sh - d.padTop, d.kh, d.dh, d.h);
    for (int64_t ow = 0; ow < d.wo; ow++) {
      const Span cols = clip(ow * d.sw - d.padLeft, d.kw, d.dw, d.w);
      const float* g = dy + (r * d.wo + ow) * d.c;
      for (int64_t i = rows.first; i < rows.end; i++) {
        for (int64_t j = cols.first; j < cols.end; j++) {
          float* x = dx + ((n * d.h + rows.start + i * d.dh) * d.w + cols.start + j * d.dw) * d.c;
#pragma GCC ivdep
          for (int64_t c = 0; c < d.c; c++) x[c] += g[c] * inverse;
        }
      }
    }
  }
}

}  // namespace kh::KH_ARCH
