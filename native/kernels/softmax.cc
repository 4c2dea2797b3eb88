// Softmax and cross entropy over rows of c classes.
#include "base-kernels.h"
#include "math.h"

namespace kh::KH_ARCH {
namespace {

float largest(const float* x, int64_t c) {
  float best = x[0];
  for (int64_t i = 1; i < c; i++) best = x[i] > best || x[i] != x[i] ? x[i] : best;
  return best;
}

// out = exp(x - shift); returns the sum, taken in order.
float exponentials(const float* x, float shift, float* out, int64_t c) {
  for (int64_t i = 0; i < c; i++) out[i] = fastExp(x[i] - shift);
  double sum = 0;
  for (int64_t i = 0; i < c; i++) sum += out[i];
  return static_cast<float>(sum);
}

}  // namespace

void softmax(const float* in, float* out, int64_t r, int64_t c, bool logarithm) {
  for (int64_t row = 0; row < r; row++) {
    const float* x = in + row * c;
    float* y = out + row * c;
    const float shift = largest(x, c);
    const float sum = exponentials(x, shift, y, c);
    if (logarithm) {
      const float offset = fastLog(sum);
      for (int64_t i = 0; i < c; i++) y[i] = (x[i] - shift) - offset;
    } else {
      const float inverse = 1.0f / sum;
      for (int64_t i = 0; i < c; i++) y[i] *= inverse;
    }
  }
}

double crossEntropy(const float* logits, const int32_t* labels, float* dlogits, int64_t r, int64_t c, float smoothing,
                    float scale) {
  const float spread = smoothing / static_cast<float>(c);
  double loss = 0;
  for (int64_t row = 0; row < r; row++) {
    const float* x = logits + row * c;
    float* d = dlogits + row * c;
    const float shift = largest(x, c);
    const float sum = exponentials(x, shift, d, c);
    const float logSum = shift + fastLog(sum);
    const int32_t label = labels[row];
    double rowLoss = (1.0 - smoothing) * (static_cast<double>(logSum) - x[label]);
    if (smoothing != 0.0f) {
      for (int64_t i = 0; i < c; i++) rowLoss += static_cast<double>(spread) * (static_cast<double>(logSum) - x[i]);
    }
    loss += rowLoss;
    const float inverse = scale / sum;
    for (int64_t i = 0; i < c; i++) d[i] = d[i] * inverse - spread * scale;
    d[label] -= (1.0f - smoothing) * scale;
  }
  return loss;
}

}  // namespace kh::KH_ARCH
