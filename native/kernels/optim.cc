// Optimiser steps; the formulas stand in src/tensor/optimizers/.
#include "base-kernels.h"

namespace kh::KH_ARCH {

void sgdMomentum(const SgdDesc& d, const float* w, const float* v, const float* g, float* wOut, float* vOut, int64_t n) {
  const float nesterov = d.nesterov ? 1.0f : 0.0f;
  // direction = nesterov ? gradient + momentum * velocity : velocity
  const float ofVelocity = d.nesterov ? d.momentum : 1.0f;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    const float gradient = g[i] + d.weightDecay * w[i];
    const float velocity = d.momentum * v[i] + gradient;
    vOut[i] = velocity;
    wOut[i] = w[i] - d.learningRate * (nesterov * gradient + ofVelocity * velocity);
  }
}

void adam(const AdamDesc& d, const float* w, const float* m, const float* v, const float* g, float* wOut, float* mOut,
          float* vOut, int64_t n) {
  const float rate = d.learningRate / d.correction1;
#pragma GCC ivdep
  for (int64_t i = 0; i < n; i++) {
    const float gradient = g[i] + d.weightDecay * w[i];
    const float first = d.beta1 * m[i] + d.rest1 * gradient;
    const float second = d.beta2 * v[i] + d.rest2 * gradient * gradient;
    mOut[i] = first;
    vOut[i] = second;
    wOut[i] = w[i] - rate * (first / (__builtin_sqrtf(second / d.correction2) + d.epsilon));
  }
}

}  // namespace kh::KH_ARCH
