// Batch normalisation over r rows of c channels: two passes forward (moments, apply), two backward (sums, apply).
// Sums run over short runs of rows in float, with the first row of the tensor as shift against cancellation, and in
// double above them.
#include "base-kernels.h"
#include "../simd/vec.h"

namespace kh::KH_ARCH {
namespace {

constexpr int64_t run = 256;

inline vf loadWidth(const float* p, int width) { return width == L ? load(p) : loadPart(p, width); }

inline void addTo(double* total, vf a, int width) {
  for (int i = 0; i < width; i++) total[i] += a[i];
}

// Calls body(first channel, width) for every vector of channels.
template <class F>
inline void forChannels(int64_t c, F body) {
  int64_t i = 0;
  for (; i + L <= c; i += L) body(i, L);
  if (i < c) body(i, static_cast<int>(c - i));
}

}  // namespace

void bnMoments(const float* x, const float* shift, int64_t r, int64_t c, double* sum, double* sumSquares) {
  for (int64_t start = 0; start < r; start += run) {
    const int64_t end = start + run < r ? start + run : r;
    forChannels(c, [&](int64_t i, int width) {
      const vf k = loadWidth(shift + i, width);
      vf s[4] = {}, q[4] = {};
      int64_t row = start;
      for (; row + 4 <= end; row += 4) {
        for (int j = 0; j < 4; j++) {
          const vf d = loadWidth(x + (row + j) * c + i, width) - k;
          s[j] += d;
          q[j] += d * d;
        }
      }
      for (; row < end; row++) {
        const vf d = loadWidth(x + row * c + i, width) - k;
        s[0] += d;
        q[0] += d * d;
      }
      addTo(sum + i, (s[0] + s[1]) + (s[2] + s[3]), width);
      addTo(sumSquares + i, (q[0] + q[1]) + (q[2] + q[3]), width);
    });
  }
}

void bnApply(const float* x, const float* a, const float* b, float* y, int64_t r, int64_t c, bool relu) {
  for (int64_t row = 0; row < r; row++) {
    const float* in = x + row * c;
    float* out = y + row * c;
    if (relu) {
#pragma GCC ivdep
      for (int64_t i = 0; i < c; i++) {
        const float z = in[i] * a[i] + b[i];
        out[i] = z < 0.0f ? 0.0f : z;
      }
    } else {
#pragma GCC ivdep
      for (int64_t i = 0; i < c; i++) out[i] = in[i] * a[i] + b[i];
    }
  }
}

namespace {

template <bool relu>
void gradSums(const float* dy, const float* x, const float* a, const float* b, const float* mean, int64_t r, int64_t c,
              double* sumDz, double* sumDzX) {
  for (int64_t start = 0; start < r; start += run) {
    const int64_t end = start + run < r ? start + run : r;
    forChannels(c, [&](int64_t i, int width) {
      const vf scale = loadWidth(a + i, width), offset = loadWidth(b + i, width), centre = loadWidth(mean + i, width);
      vf s[4] = {}, q[4] = {};
      const auto step = [&](int64_t row, int j) {
        const vf value = loadWidth(x + row * c + i, width);
        vf dz = loadWidth(dy + row * c + i, width);
        if (relu) dz = value * scale + offset > vf{} ? dz : vf{};
        s[j] += dz;
        q[j] += dz * (value - centre);
      };
      int64_t row = start;
      for (; row + 4 <= end; row += 4) {
        for (int j = 0; j < 4; j++) step(row + j, j);
      }
      for (; row < end; row++) step(row, 0);
      addTo(sumDz + i, (s[0] + s[1]) + (s[2] + s[3]), width);
      addTo(sumDzX + i, (q[0] + q[1]) + (q[2] + q[3]), width);
    });
  }
}

}  // namespace

void bnGradSums(const float* dy, const float* x, const float* a, const float* b, const float* mean, int64_t r, int64_t c,
                bool relu, double* sumDz, double* sumDzX) {
  if (relu) gradSums<true>(dy, x, a, b, mean, r, c, sumDz, sumDzX);
  else gradSums<false>(dy, x, a, b, mean, r, c, sumDz, sumDzX);
}

void bnGradApply(const float* dy, const float* x, const float* a, const float* b, const float* p, const float* q, float* dx,
                 int64_t r, int64_t c, bool relu) {
  for (int64_t row = 0; row < r; row++) {
    const float* in = x + row * c;
    const float* d = dy + row * c;
    float* out = dx + row * c;
    if (relu) {
#pragma GCC ivdep
      for (int64_t i = 0; i < c; i++) {
        const float dz = in[i] * a[i] + b[i] > 0.0f ? d[i] : 0.0f;
        out[i] = a[i] * dz + (p[i] * in[i] + q[i]);
      }
    } else {
#pragma GCC ivdep
      for (int64_t i = 0; i < c; i++) out[i] = a[i] * d[i] + (p[i] * in[i] + q[i]);
    }
  }
}

}  // namespace kh::KH_ARCH
