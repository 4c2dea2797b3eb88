// Bindings: loss, optimiser steps, random numbers.
#include <vector>

#include "engine.h"
#include "exports.h"

namespace kh {
namespace {

constexpr int64_t block = 1 << 16;

// [n, classes, smoothing]; logits, labels (Int32Array), loss [1], dlogits
void softmaxCrossEntropy(Call& call) {
  const int64_t r = call.integer(0, 1), c = call.integer(1, 1);
  const float smoothing = static_cast<float>(call.real(2));
  const float* logits = call.floats(1, product({r, c}));
  const int32_t* labels = call.ints(2, r);
  float* loss = call.floats(3, 1);
  float* dlogits = call.floats(4, product({r, c}));
  for (int64_t i = 0; i < r; i++) {
    if (labels[i] < 0 || labels[i] >= c) {
      throw std::out_of_range("softmaxCrossEntropy: label " + std::to_string(labels[i]) + " at " + std::to_string(i) +
                              " is not in [0, " + std::to_string(c) + ")");
    }
  }
  const double sum =
      call.engine().base->crossEntropy(logits, labels, dlogits, r, c, smoothing, static_cast<float>(1.0 / static_cast<double>(r)));
  *loss = static_cast<float>(sum / static_cast<double>(r));
}

// [n, learningRate, momentum, weightDecay, nesterov]; w, v, g, wOut, vOut
void sgdMomentum(Call& call) {
  const int64_t n = call.integer(0);
  const SgdDesc desc = {static_cast<float>(call.real(1)), static_cast<float>(call.real(2)), static_cast<float>(call.real(3)),
                        call.flag(4)};
  const float *w = call.floats(1, n), *v = call.floats(2, n), *g = call.floats(3, n);
  float *wOut = call.floats(4, n), *vOut = call.floats(5, n);
  Engine& engine = call.engine();
  forBlocks(engine, n, block, [&](int64_t at, int64_t end) {
    engine.base->sgdMomentum(desc, w + at, v + at, g + at, wOut + at, vOut + at, end - at);
  });
}

// [n, learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2]; w, m, v, g, wOut, mOut, vOut
void adam(Call& call) {
  const int64_t n = call.integer(0);
  float field[7];
  for (size_t i = 0; i < 7; i++) field[i] = static_cast<float>(call.real(i + 1));
  const AdamDesc desc = {field[0], field[1], field[2], field[3], field[4], field[5], field[6],
                         static_cast<float>(1.0 - call.real(2)), static_cast<float>(1.0 - call.real(3))};
  const float *w = call.floats(1, n), *m = call.floats(2, n), *v = call.floats(3, n), *g = call.floats(4, n);
  float *wOut = call.floats(5, n), *mOut = call.floats(6, n), *vOut = call.floats(7, n);
  Engine& engine = call.engine();
  forBlocks(engine, n, block, [&](int64_t at, int64_t end) {
    engine.base->adam(desc, w + at, m + at, v + at, g + at, wOut + at, mOut + at, vOut + at, end - at);
  });
}

// [n, key0, key1, stream0, stream1, block, shift, scale]; out
template <void (*BaseTable::*Fill)(const RandomDesc&, float*, int64_t)>
void random(Call& call) {
  const int64_t n = call.integer(0);
  RandomDesc desc;
  for (int i = 0; i < 2; i++) {
    desc.key[i] = static_cast<uint32_t>(call.integer(1 + i, 0, UINT32_MAX));
    desc.stream[i] = static_cast<uint32_t>(call.integer(3 + i, 0, UINT32_MAX));
  }
  desc.block = static_cast<uint64_t>(call.integer(5, 0, int64_t{1} << 53));
  desc.shift = static_cast<float>(call.real(6));
  desc.scale = static_cast<float>(call.real(7));
  float* out = call.floats(1, n);
  Engine& engine = call.engine();
  forBlocks(engine, n, block, [&](int64_t at, int64_t end) {
    RandomDesc part = desc;
    part.block += static_cast<uint64_t>(at / 4);
    (engine.base->*Fill)(part, out + at, end - at);
  });
}

constexpr Export functions[] = {
    {"softmaxCrossEntropy", entry<softmaxCrossEntropy>},
    {"sgdMomentum", entry<sgdMomentum>},
    {"adam", entry<adam>},
    {"uniform", entry<random<&BaseTable::uniform>>},
    {"normal", entry<random<&BaseTable::normal>>},
};

}  // namespace

void exportTraining(napi_env env, napi_value exports) {
  setFunctions(env, exports, functions, sizeof functions / sizeof *functions);
}

}  // namespace kh
