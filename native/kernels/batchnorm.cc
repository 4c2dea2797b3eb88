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

// Rows that stay in the first-level cache while all channels pass over them.
constexpr int64_t strip = 64;

// Calls body(element offset, first channel, width) for every vector of every row, the channels' factors staying in registers:
// prepare(first channel, width) makes the body for one vector of channels.
template <class F>
inline void forVectors(int64_t r, int64_t c, F prepare) {
  for (int64_t start = 0; start < r; start += strip) {
    const int64_t end = start + strip < r ? start + strip : r;
    forChannels(c, [&](int64_t i, int width) {
      const auto body = prepare(i, width);
      for (int64_t row = start; row < end; row++) body(row * c + i);
    });
  }
}

inline void storeWidth(float* p, vf v, int width) {
  if (width == L) store(p, v);
  else storePart(p, v, width);
}

template <bool relu>
void apply(const float* x, const float* a, const float* b, float* y, int64_t r, int64_t c) {
  forVectors(r, c, [=](int64_t i, int width) {
    const vf scale = loadWidth(a + i, width), offset = loadWidth(b + i, width);
    return [=](int64_t at) {
      const vf z = loadWidth(x + at, width) * scale + offset;
      storeWidth(y + at, relu ? (z < vf{} ? vf{} : z) : z, width);
    };
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

namespace {

template <bool relu>
void gradApply(const float* dy, const float* x, const float* a, const float* b, const float* p, const float* q, float* dx, int64_t r,
               int64_t c) {
  forVectors(r, c, [=](int64_t i, int width) {
    const vf scale = loadWidth(a + i, width), offset = loadWidth(b + i, width);
    const vf slope = loadWidth(p + i, width), shift = loadWidth(q + i, width);
    return [=](int64_t at) {
      const vf value = loadWidth(x + at, width);
      vf dz = loadWidth(dy + at, width);
      if (relu) dz = value * scale + offset > vf{} ? dz : vf{};
      storeWidth(dx + at, scale * dz + (slope * value + shift), width);
    };
  });
}

}  // namespace

void bnGradApply(const float* dy, const float* x, const float* a, const float* b, const float* p, const float* q, float* dx,
                 int64_t r, int64_t c, bool relu) {
  if (relu) gradApply<true>(dy, x, a, b, p, q, dx, r, c);
  else gradApply<false>(dy, x, a, b, p, q, dx, r, c);
}

}  // namespace kh::KH_ARCH
