// Elementwise operations. Meanings follow tfjs' cpu kernels: NaN passes through, maximum and minimum return NaN if
// either side is one, the sign of NaN is 0.
#include <cmath>

#include "base-kernels.h"
#include "math.h"

namespace kh::KH_ARCH {
namespace {

template <class F>
inline void map(const float* in, float* out, int64_t n, F f) {
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) out[i] = f(in[i]);
}

// Adding and taking away 2^23 rounds every smaller magnitude; larger ones are integers already.
inline float roundHalfEven(float x) {
  const float magnitude = __builtin_fabsf(x);
  return magnitude < 8388608.0f ? __builtin_copysignf((magnitude + 8388608.0f) - 8388608.0f, x) : x;
}

// JavaScript's power: C's is 1 for pow(1, NaN) and pow(±1, ±infinity).
inline float power(float x, float y) {
  const bool undefined = y != y || (__builtin_fabsf(x) == 1.0f && __builtin_fabsf(y) == __builtin_inff());
  return undefined ? __builtin_nanf("") : ::powf(x, y);
}

inline float maximum(float a, float b) { return a != a ? a : (b != b ? b : (a > b ? a : b)); }
inline float minimum(float a, float b) { return a != a ? a : (b != b ? b : (a < b ? a : b)); }

inline float softplus(float x) {
  if (x > 15.0f) return x;
  return x < -15.0f ? std::exp(x) : std::log1p(std::exp(x));
}

}  // namespace

void unary(UnaryOp op, const float* in, float* out, int64_t n, float a, float b) {
  switch (op) {
    case UnaryOp::Relu: return map(in, out, n, [](float x) { return x < 0.0f ? 0.0f : x; });
    case UnaryOp::Relu6: return map(in, out, n, [](float x) { return x < 0.0f ? 0.0f : (x > 6.0f ? 6.0f : x); });
    case UnaryOp::LeakyRelu: return map(in, out, n, [a](float x) { return x < 0.0f ? a * x : x; });
    case UnaryOp::Elu: return map(in, out, n, [](float x) { return x >= 0.0f ? x : ::expm1f(x); });
    case UnaryOp::Sigmoid: return map(in, out, n, [](float x) { return fastSigmoid(x); });
    case UnaryOp::Tanh: return map(in, out, n, [](float x) { return fastTanh(x); });
    case UnaryOp::Exp: return map(in, out, n, [](float x) { return fastExp(x); });
    case UnaryOp::Log: return map(in, out, n, [](float x) { return fastLog(x); });
    case UnaryOp::Sqrt: return map(in, out, n, [](float x) { return __builtin_sqrtf(x); });
    case UnaryOp::Rsqrt: return map(in, out, n, [](float x) { return 1.0f / __builtin_sqrtf(x); });
    case UnaryOp::Square: return map(in, out, n, [](float x) { return x * x; });
    case UnaryOp::Abs: return map(in, out, n, [](float x) { return __builtin_fabsf(x); });
    case UnaryOp::Neg: return map(in, out, n, [](float x) { return -x; });
    case UnaryOp::Reciprocal: return map(in, out, n, [](float x) { return 1.0f / x; });
    case UnaryOp::Step: return map(in, out, n, [a](float x) { return x != x ? x : (x > 0.0f ? 1.0f : a); });
    case UnaryOp::ClipByValue: return map(in, out, n, [a, b](float x) { return x < a ? a : (x > b ? b : x); });
    case UnaryOp::Round: return map(in, out, n, roundHalfEven);
    case UnaryOp::Floor: return map(in, out, n, [](float x) { return __builtin_floorf(x); });
    case UnaryOp::Ceil: return map(in, out, n, [](float x) { return __builtin_ceilf(x); });
    case UnaryOp::Sign: return map(in, out, n, [](float x) { return x < 0.0f ? -1.0f : (x > 0.0f ? 1.0f : 0.0f); });
    case UnaryOp::Softplus: return map(in, out, n, softplus);
    case UnaryOp::Log1p: return map(in, out, n, [](float x) { return ::log1pf(x); });
    case UnaryOp::Expm1: return map(in, out, n, [](float x) { return ::expm1f(x); });
    case UnaryOp::Sin: return map(in, out, n, [](float x) { return ::sinf(x); });
    case UnaryOp::Cos: return map(in, out, n, [](float x) { return ::cosf(x); });
    case UnaryOp::Count: return;
  }
}

namespace {

// The stride combinations that broadcasting needs, each a loop of its own.
template <class T, class F>
inline void zip(const float* a, int aStride, const float* b, int bStride, T* out, int64_t n, F f) {
  if (aStride == 1 && bStride == 1) {
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) out[i] = f(a[i], b[i]);
  } else if (aStride == 1) {
    const float right = *b;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) out[i] = f(a[i], right);
  } else if (bStride == 1) {
    const float left = *a;
#pragma GCC ivdep
    for (int64_t i = 0; i < n; i++) out[i] = f(left, b[i]);
  } else {
    const T value = f(*a, *b);
    for (int64_t i = 0; i < n; i++) out[i] = value;
  }
}

}  // namespace

void binary(BinaryOp op, const float* a, int as, const float* b, int bs, float* out, int64_t n) {
  switch (op) {
    case BinaryOp::Add: return zip(a, as, b, bs, out, n, [](float x, float y) { return x + y; });
    case BinaryOp::Sub: return zip(a, as, b, bs, out, n, [](float x, float y) { return x - y; });
    case BinaryOp::Multiply: return zip(a, as, b, bs, out, n, [](float x, float y) { return x * y; });
    case BinaryOp::RealDiv: return zip(a, as, b, bs, out, n, [](float x, float y) { return x / y; });
    case BinaryOp::Maximum: return zip(a, as, b, bs, out, n, maximum);
    case BinaryOp::Minimum: return zip(a, as, b, bs, out, n, minimum);
    case BinaryOp::SquaredDifference:
      return zip(a, as, b, bs, out, n, [](float x, float y) { return (x - y) * (x - y); });
    // gradient dy where y, the output (of relu6 the input), was positive (up to 6)
    case BinaryOp::ReluGrad:
      return zip(a, as, b, bs, out, n, [](float dy, float y) { return y > 0.0f ? dy : (y <= 0.0f ? 0.0f : y); });
    case BinaryOp::Relu6Grad:
      return zip(a, as, b, bs, out, n, [](float dy, float x) { return x > 0.0f && x <= 6.0f ? dy : (x == x ? 0.0f : x); });
    case BinaryOp::Pow: return zip(a, as, b, bs, out, n, power);
    case BinaryOp::Prelu: return zip(a, as, b, bs, out, n, [](float x, float y) { return x < 0.0f ? y * x : x; });
    case BinaryOp::TanhGrad: return zip(a, as, b, bs, out, n, [](float dy, float y) { return dy * (1.0f - y * y); });
    case BinaryOp::SigmoidGrad: return zip(a, as, b, bs, out, n, [](float dy, float y) { return dy * y * (1.0f - y); });
    case BinaryOp::AddRelu:
      return zip(a, as, b, bs, out, n, [](float x, float y) {
        const float sum = x + y;
        return sum < 0.0f ? 0.0f : sum;
      });
    case BinaryOp::Count: return;
  }
}

void compare(CompareOp op, const float* a, int as, const float* b, int bs, uint8_t* out, int64_t n) {
  switch (op) {
    case CompareOp::Greater: return zip(a, as, b, bs, out, n, [](float x, float y) { return uint8_t(x > y); });
    case CompareOp::GreaterEqual: return zip(a, as, b, bs, out, n, [](float x, float y) { return uint8_t(x >= y); });
    case CompareOp::Less: return zip(a, as, b, bs, out, n, [](float x, float y) { return uint8_t(x < y); });
    case CompareOp::LessEqual: return zip(a, as, b, bs, out, n, [](float x, float y) { return uint8_t(x <= y); });
    case CompareOp::Equal: return zip(a, as, b, bs, out, n, [](float x, float y) { return uint8_t(x == y); });
    case CompareOp::NotEqual: return zip(a, as, b, bs, out, n, [](float x, float y) { return uint8_t(x != y); });
    case CompareOp::Count: return;
  }
}

void addN(const float* const* in, int count, float* out, int64_t n) {
  if (count == 1) return map(in[0], out, n, [](float x) { return x; });
  binary(BinaryOp::Add, in[0], 1, in[1], 1, out, n);
  for (int k = 2; k < count; k++) binary(BinaryOp::Add, out, 1, in[k], 1, out, n);
}

void fill(float* out, float value, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = value;
}

void castFromInt(const int32_t* in, float* out, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = static_cast<float>(in[i]);
}

void castFromBool(const uint8_t* in, float* out, int64_t n) {
  for (int64_t i = 0; i < n; i++) out[i] = static_cast<float>(in[i]);
}

}  // namespace kh::KH_ARCH
