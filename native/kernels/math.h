// Elementary functions without branches or tables, so that loops over them become vector code.
// Coefficients: S. Moshier's Cephes library (single precision); errors are below 2 units in the last place
// over the whole range, with infinities, zeros and NaN as in the C library.
#pragma once

#include <cstdint>

namespace kh::KH_ARCH {

static inline int32_t bitsOf(float x) { return __builtin_bit_cast(int32_t, x); }
static inline float fromBits(int32_t bits) { return __builtin_bit_cast(float, bits); }

static inline float fastExp(float x) {
  const float limited = x > 89.0f ? 89.0f : (x < -104.0f ? -104.0f : x);
  const float shifted = limited * 1.44269504088896341f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const int32_t k = bitsOf(shifted) - 0x4b400000;
  const float r = (limited - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  // 2^k in two steps: k reaches 128 (overflow) and -150 (denormals)
  const int32_t half = k >> 1;
  return p * fromBits((half + 127) << 23) * fromBits((k - half + 127) << 23);
}

static inline float fastLog(float x) {
  const bool tiny = x < 1.17549435e-38f;
  const float scaled = tiny ? x * 8388608.0f : x;
  const int32_t bits = bitsOf(scaled);
  float e = static_cast<float>((bits >> 23) - 126) - (tiny ? 23.0f : 0.0f);
  float m = fromBits((bits & 0x007fffff) | 0x3f000000);
  const bool low = m < 0.707106781186547524f;
  e = low ? e - 1.0f : e;
  m = low ? m + m - 1.0f : m - 1.0f;
  const float z = m * m;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  float y = m * z * p;
  y = y + e * -2.12194440e-4f;
  y = y - 0.5f * z;
  float result = m + y;
  result = result + e * 0.693359375f;
  result = x == __builtin_inff() ? x : result;
  result = x == 0.0f ? -__builtin_inff() : result;
  return x < 0.0f ? __builtin_nanf("") : (x != x ? x : result);
}

static inline float fastSigmoid(float x) { return 1.0f / (1.0f + fastExp(-x)); }

static inline float fastTanh(float x) {
  const float a = x < 0.0f ? -x : x;
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float small = p * z * x + x;
  const float e = fastExp(-2.0f * a);
  const float large = (1.0f - e) / (1.0f + e);
  const float big = x < 0.0f ? -large : large;
  return a < 0.625f ? small : big;
}

}  // namespace kh::KH_ARCH
