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

namespace {

// Vectors of a pattern of factors: whole rows that fill whole vectors, repeated up to eight vectors to keep loops long.
constexpr int64_t mostVectors = 64;

inline int64_t patternVectors(int64_t c) {
  int64_t rows = 1;
  while (rows * c % L != 0) rows *= 2;  // L is a power of two
  const int64_t vectors = rows * c / L;
  return vectors >= 8 ? vectors : (8 + vectors - 1) / vectors * vectors;
}

// Calls body(element offset, width, factors) for all r*c elements in the order of memory; `factors` are vectors of each of the
// K arrays [c], spread over the elements' channels.
template <int K, class F>
inline void forElements(const float* const (&factors)[K], int64_t r, int64_t c, F body) {
  const int64_t vectors = patternVectors(c), n = r * c;
  vf f[K];
  if (vectors > mostVectors) {  // too many channels, or rows that fill no vectors for too long: row by row
    for (int64_t row = 0; row < r; row++) {
      for (int64_t i = 0; i < c; i += L) {
        const int width = static_cast<int>(lmin(L, c - i));
        for (int k = 0; k < K; k++) f[k] = loadWidth(factors[k] + i, width);
        body(row * c + i, width, f);
      }
    }
    return;
  }
  alignas(64) float pattern[K][mostVectors * L];
  for (int k = 0; k < K; k++)
    for (int64_t i = 0, channel = 0; i < vectors * L; i++, channel = channel + 1 < c ? channel + 1 : 0) pattern[k][i] = factors[k][channel];
  int64_t at = 0;
  for (; at + vectors * L <= n; at += vectors * L) {
    for (int64_t v = 0; v < vectors; v++) {
      for (int k = 0; k < K; k++) f[k] = load(pattern[k] + v * L);
      body(at + v * L, L, f);
    }
  }
  for (int64_t i = at; i < n; i += L) {
    for (int k = 0; k < K; k++) f[k] = load(pattern[k] + (i - at));
    body(i, static_cast<int>(lmin(L, n - i)), f);
  }
}

inline void storeWidth(float* p, vf v, int width) {
  if (width == L) store(p, v);
  else storePart(p, v, width);
}

template <bool relu>
void apply(const float* x, const float* a, const float* b, float* y, int64_t r, int64_t c) {
  forElements<2>({a, b}, r, c, [=](int64_t at, int width, const vf (&f)[2]) __attribute__((always_inline)) {
    const vf z = loadWidth(x + at, width) * f[0] + f[1];
    storeWidth(y + at, relu ? (z < vf{} ? vf{} : z) : z, width);
  });
}

}  // namespace

void bnApply(const float* x, const float* a, const float* b, float* y, int64_t r, int64_t c, bool relu) {
  if (relu) apply<true>(x, a, b, y, r, c);
  else apply<false>(x, a, b, y, r, c);
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
        if (relu) dz = value * scale + offset <= vf{} ? vf{} : dz;
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

namespace {

template <bool relu>
void gradApply(const float* dy, const float* x, const float* a, const float* b, const float* p, const float* q, float* dx, int64_t r,
               int64_t c) {
  forElements<4>({a, b, p, q}, r, c, [=](int64_t at, int width, const vf (&f)[4]) __attribute__((always_inline)) {
    const vf value = loadWidth(x + at, width);
    vf dz = loadWidth(dy + at, width);
    if (relu) dz = value * f[0] + f[1] <= vf{} ? vf{} : dz;
    storeWidth(dx + at, f[0] * dz + (f[2] * value + f[3]), width);
  });
}

}  // namespace

void bnGradApply(const float* dy, const float* x, const float* a, const float* b, const float* p, const float* q, float* dx,
                 int64_t r, int64_t c, bool relu) {
  if (relu) gradApply<true>(dy, x, a, b, p, q, dx, r, c);
  else gradApply<false>(dy, x, a, b, p, q, dx, r, c);
}

}  // namespace kh::KH_ARCH
