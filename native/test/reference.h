// Naive versions of the matrix kernels, in double precision: what the fast ones are compared with.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "../kernels/conv-table.h"

namespace reference {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

/** Calls f(n, oy, ox, i, j, input offset, inside) for every tap of every output position. */
template <class D, class F>
void forTaps(const D& d, F f) {
  for (int n = 0; n < d.n; ++n)
    for (int oy = 0; oy < d.ho; ++oy)
      for (int ox = 0; ox < d.wo; ++ox)
        for (int i = 0; i < d.kh; ++i)
          for (int j = 0; j < d.kw; ++j) {
            const int y = oy * d.sh - d.padT + i * d.dh, x = ox * d.sw - d.padL + j * d.dw;
            if (y < 0 || x < 0 || y >= d.h || x >= d.w) continue;
            f(((size_t)n * d.ho + oy) * d.wo + ox, ((size_t)n * d.h + y) * d.w + x, (size_t)i * d.kw + j);
          }
}

inline double activate(double v, kh::Activation a) {
  if (a != kh::Activation::None && v < 0) v = 0;
  return a == kh::Activation::Relu6 && v > 6 ? 6 : v;
}

inline Doubles conv2d(const kh::Conv2DDesc& d, const Floats& x, const Floats& w, const float* bias, kh::Activation a) {
  Doubles y((size_t)d.n * d.ho * d.wo * d.k);
  forTaps(d, [&](size_t o, size_t in, size_t tap) {
    for (int c = 0; c < d.c; ++c)
      for (int k = 0; k < d.k; ++k) y[o * d.k + k] += (double)x[in * d.c + c] * w[(tap * d.c + c) * d.k + k];
  });
  for (size_t i = 0; i < y.size(); ++i) y[i] = activate(y[i] + (bias ? bias[i % d.k] : 0), a);
  return y;
}

inline Doubles conv2dInputGrad(const kh::Conv2DDesc& d, const Floats& dy, const Floats& w) {
  Doubles dx((size_t)d.n * d.h * d.w * d.c);
  forTaps(d, [&](size_t o, size_t in, size_t tap) {
    for (int c = 0; c < d.c; ++c)
      for (int k = 0; k < d.k; ++k) dx[in * d.c + c] += (double)dy[o * d.k + k] * w[(tap * d.c + c) * d.k + k];
  });
  return dx;
}

inline Doubles conv2dFilterGrad(const kh::Conv2DDesc& d, const Floats& x, const Floats& dy) {
  Doubles dw((size_t)d.kh * d.kw * d.c * d.k);
  forTaps(d, [&](size_t o, size_t in, size_t tap) {
    for (int c = 0; c < d.c; ++c)
      for (int k = 0; k < d.k; ++k) dw[(tap * d.c + c) * d.k + k] += (double)dy[o * d.k + k] * x[in * d.c + c];
  });
  return dw;
}

inline Doubles depthwise(const kh::DepthwiseDesc& d, const Floats& x, const Floats& w, const float* bias, kh::Activation a) {
  const int k = d.c * d.mult;
  Doubles y((size_t)d.n * d.ho * d.wo * k);
  forTaps(d, [&](size_t o, size_t in, size_t tap) {
    for (int q = 0; q < k; ++q) y[o * k + q] += (double)x[in * d.c + q / d.mult] * w[tap * k + q];
  });
  for (size_t i = 0; i < y.size(); ++i) y[i] = activate(y[i] + (bias ? bias[i % k] : 0), a);
  return y;
}

inline Doubles depthwiseInputGrad(const kh::DepthwiseDesc& d, const Floats& dy, const Floats& w) {
  const int k = d.c * d.mult;
  Doubles dx((size_t)d.n * d.h * d.w * d.c);
  forTaps(d, [&](size_t o, size_t in, size_t tap) {
    for (int q = 0; q < k; ++q) dx[in * d.c + q / d.mult] += (double)dy[o * k + q] * w[tap * k + q];
  });
  return dx;
}

inline Doubles depthwiseFilterGrad(const kh::DepthwiseDesc& d, const Floats& x, const Floats& dy) {
  const int k = d.c * d.mult;
  Doubles dw((size_t)d.kh * d.kw * k);
  forTaps(d, [&](size_t o, size_t in, size_t tap) {
    for (int q = 0; q < k; ++q) dw[tap * k + q] += (double)x[in * d.c + q / d.mult] * dy[o * k + q];
  });
  return dw;
}

inline Doubles matmul(const kh::MatMulDesc& d, const Floats& a, const Floats& b, const float* bias, kh::Activation act) {
  Doubles c((size_t)d.batch * d.m * d.n);
  for (int q = 0; q < d.batch; ++q)
    for (int i = 0; i < d.m; ++i)
      for (int j = 0; j < d.n; ++j) {
        double sum = 0;
        for (int k = 0; k < d.k; ++k) {
          const double left = a[q * d.strideA + (d.transA ? (size_t)k * d.m + i : (size_t)i * d.k + k)];
          const double right = b[q * d.strideB + (d.transB ? (size_t)j * d.k + k : (size_t)k * d.n + j)];
          sum += left * right;
        }
        c[((size_t)q * d.m + i) * d.n + j] = activate(sum + (bias ? bias[j] : 0), act);
      }
  return c;
}

/** Four words of Philox4x32-7. */
inline void philoxBlock(uint64_t block, const uint32_t stream[2], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c[4] = {(uint32_t)block, (uint32_t)(block >> 32), stream[0], stream[1]};
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 7; ++round) {
    const uint64_t p0 = (uint64_t)0xd2511f53u * c[0], p1 = (uint64_t)0xcd9e8d57u * c[2];
    const uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ k0, (uint32_t)p1, (uint32_t)(p0 >> 32) ^ c[3] ^ k1, (uint32_t)p0};
    for (int i = 0; i < 4; ++i) c[i] = next[i];
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  for (int i = 0; i < 4; ++i) out[i] = c[i];
}

inline double normalAt(uint64_t first, const uint32_t stream[2], const uint32_t key[2], uint64_t index) {
  uint32_t x[4];
  philoxBlock(first + index / 4, stream, key, x);
  const int pair = index % 4 / 2;
  const float u1 = (float)((double)(float)x[2 * pair] * 0x1p-32 + 0x1p-33);
  const double u2 = (x[2 * pair + 1] >> 8) * 0x1p-24;
  const double radius = std::sqrt(-2 * std::log((double)u1));
  return index % 2 ? radius * std::sin(2 * M_PI * u2) : radius * std::cos(2 * M_PI * u2);
}

struct Analog {
  Doubles y;
  std::vector<uint8_t> clipped;
};

inline float grid(float v, float step) { return step > 0 ? std::nearbyint(v / step) * step : v; }
inline float clip(float v, float bound) { return bound > 0 ? std::fmin(std::fmax(v, -bound), bound) : v; }

inline Analog analog(const kh::Conv2DDesc& d, const kh::AnalogDesc& a, const Floats& x, const Floats& w, const Floats& scales, const float* bias) {
  const size_t positions = (size_t)d.n * d.ho * d.wo;
  const int rows = d.c * d.kh * d.kw;
  Analog out;
  out.y.assign(positions * d.k, 0);
  out.clipped.assign(a.tiles * positions * d.k, 0);
  Floats patches(positions * rows);
  forTaps(d, [&](size_t o, size_t in, size_t tap) {
    for (int c = 0; c < d.c; ++c) {
      float v = x[in * d.c + c] * a.inputScale;
      if (a.clipRange) v = clip(v, 1);
      patches[o * rows + (size_t)c * d.kh * d.kw + tap] = v;
    }
  });
  for (size_t p = 0; p < positions; ++p) {
    for (int t = 0; t < a.tiles; ++t) {
      const int r0 = a.rowCuts[t], r1 = a.rowCuts[t + 1];
      float alpha = 1, scale = 1;
      if (a.absMax) {
        alpha = 0;
        for (int r = r0; r < r1; ++r) alpha = std::fmax(alpha, std::fabs(patches[p * rows + r]));
        scale = alpha > 0 ? 1.0f / alpha : 0;
      }
      for (int k = 0; k < d.k; ++k) {
        double sum = 0;
        for (int r = r0; r < r1; ++r) {
          const float v = clip(grid(patches[p * rows + r] * scale, a.inpStep), a.inpBound);
          const int c = r / (d.kh * d.kw), tap = r % (d.kh * d.kw);
          sum += (double)v * w[((size_t)tap * d.c + c) * d.k + k];
        }
        const uint64_t index = (t * positions + p) * d.k + k;
        if (a.outNoise > 0) sum += a.outNoise * normalAt(a.block, a.stream, a.key, index);
        const double rounded = grid((float)sum, a.outStep);
        double value = clip((float)rounded, a.outBound);
        if (a.absMax) value *= alpha;
        out.clipped[index] = a.outBound > 0 && std::fabs(a.clipFrom > a.outBound ? rounded : value) >= a.clipFrom;
        out.y[p * d.k + k] += value * (scales[(size_t)t * d.k + k] * a.factor);
      }
    }
    for (int k = 0; k < d.k; ++k) out.y[p * d.k + k] = activate(out.y[p * d.k + k] + (bias ? bias[k] : 0), a.relu ? kh::Activation::Relu : kh::Activation::None);
  }
  return out;
}

struct NoisyWeights {
  Doubles analog, scales, logical;
};

inline NoisyWeights noisyWeights(const kh::NoisyWeightsDesc& d, const Floats& w) {
  NoisyWeights out = {Doubles(w.size()), Doubles((size_t)d.tiles * d.cols), Doubles(w.size())};
  for (int t = 0; t < d.tiles; ++t) {
    for (int b = 0; b < d.blocks; ++b) {
      const auto members = [&](auto visit) {
        for (int r = d.rowCuts[t]; r < d.rowCuts[t + 1]; ++r)
          for (int c = d.colCuts[b]; c < d.colCuts[b + 1]; ++c) visit((size_t)(r % d.taps * d.channels + r / d.taps) * d.cols + c, c);
      };
      Doubles columns(d.cols, 0);
      double largest = 0, analogMax = 0;
      members([&](size_t i, int c) {
        columns[c] = std::fmax(columns[c], std::fabs(w[i]));
        largest = std::fmax(largest, columns[c]);
      });
      for (int c = d.colCuts[b]; c < d.colCuts[b + 1]; ++c) {
        const double scale = (d.columnwise ? columns[c] : largest) / d.omega;
        out.scales[(size_t)t * d.cols + c] = scale == 0 ? 1 : scale;
        analogMax = std::fmax(analogMax, columns[c] / out.scales[(size_t)t * d.cols + c]);
      }
      const double relativeTo = d.assumedMax > 0 ? d.assumedMax : analogMax == 0 ? d.emptyMax : analogMax;
      members([&](size_t i, int c) {
        const double scale = out.scales[(size_t)t * d.cols + c];
        out.analog[i] = w[i] / scale + relativeTo * d.stdDev * normalAt(d.block, d.stream, d.key, i);
        out.logical[i] = out.analog[i] * scale;
      });
    }
  }
  return out;
}

}  // namespace reference
