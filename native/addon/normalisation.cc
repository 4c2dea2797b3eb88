// Bindings: batch normalisation. Statistics are summed over fixed blocks of rows, the blocks in order.
#include <cmath>
#include <vector>

#include "engine.h"
#include "exports.h"

namespace kh {
namespace {

constexpr int64_t blockElements = 1 << 17;

int64_t rowsPerBlock(int64_t c) { return blockElements / c + 1; }

// Runs sums(begin, end, s, q) over blocks of rows and adds the blocks' [2][c] doubles in order.
template <class F>
std::vector<double> blockSums(Engine& engine, int64_t r, int64_t c, F&& sums) {
  const int64_t rows = rowsPerBlock(c);
  const int64_t blocks = (r + rows - 1) / rows;
  std::vector<double> parts(static_cast<size_t>(blocks * 2 * c), 0.0);
  engine.context->parallel(static_cast<int>(blocks), [&](int item, int) {
    const int64_t begin = item * rows, end = begin + rows < r ? begin + rows : r;
    double* part = parts.data() + item * 2 * c;
    sums(begin, end, part, part + c);
  });
  for (int64_t item = 1; item < blocks; item++) {
    for (int64_t i = 0; i < 2 * c; i++) parts[static_cast<size_t>(i)] += parts[static_cast<size_t>(item * 2 * c + i)];
  }
  return parts;
}

// y = x a + b from statistics.
void affine(const float* gamma, const float* beta, const float* mean, const float* variance, double epsilon, int64_t c, float* a,
            float* b) {
  for (int64_t i = 0; i < c; i++) {
    const double scale = gamma[i] / std::sqrt(static_cast<double>(variance[i]) + epsilon);
    a[i] = static_cast<float>(scale);
    b[i] = static_cast<float>(beta[i] - mean[i] * scale);
  }
}

void apply(Engine& engine, const float* x, const float* a, const float* b, float* y, int64_t r, int64_t c, bool relu) {
  forBlocks(engine, r, rowsPerBlock(c), [&](int64_t begin, int64_t end) {
    engine.base->bnApply(x + begin * c, a, b, y + begin * c, end - begin, c, relu);
  });
}

// [rows, channels, epsilon, relu]; x, gamma, beta, y, mean, variance
void batchNormTrain(Call& call) {
  const int64_t r = call.integer(0, 1), c = call.integer(1, 1);
  const double epsilon = call.real(2);
  const bool relu = call.flag(3);
  const int64_t n = product({r, c});
  const float* x = call.floats(1, n);
  const float *gamma = call.floats(2, c), *beta = call.floats(3, c);
  float* y = call.floats(4, n);
  float *mean = call.floats(5, c), *variance = call.floats(6, c);
  Engine& engine = call.engine();
  const std::vector<double> sums = blockSums(engine, r, c, [&](int64_t begin, int64_t end, double* s, double* q) {
    engine.base->bnMoments(x + begin * c, x, end - begin, c, s, q);
  });
  for (int64_t i = 0; i < c; i++) {
    const double shifted = sums[static_cast<size_t>(i)] / static_cast<double>(r);
    const double square = sums[static_cast<size_t>(c + i)] / static_cast<double>(r) - shifted * shifted;
    mean[i] = static_cast<float>(x[i] + shifted);
    variance[i] = static_cast<float>(square > 0 ? square : (square != square ? square : 0));
  }
  std::vector<float> ab(static_cast<size_t>(2 * c));
  affine(gamma, beta, mean, variance, epsilon, c, ab.data(), ab.data() + c);
  apply(engine, x, ab.data(), ab.data() + c, y, r, c, relu);
}

// [rows, channels, epsilon, relu]; x, gamma, beta, mean, variance, y
void batchNormInfer(Call& call) {
  const int64_t r = call.integer(0), c = call.integer(1, 1);
  const int64_t n = product({r, c});
  std::vector<float> ab(static_cast<size_t>(2 * c));
  affine(call.floats(2, c), call.floats(3, c), call.floats(4, c), call.floats(5, c), call.real(2), c, ab.data(), ab.data() + c);
  apply(call.engine(), call.floats(1, n), ab.data(), ab.data() + c, call.floats(6, n), r, c, call.flag(3));
}

// The gradient through batch statistics (Ioffe and Szegedy, 2015): with dz the gradient after the ReLU's mask,
// dx = gamma / s (dz - mean(dz) - xhat mean(dz xhat)), s the standard deviation and xhat = (x - mean) / s.
// [rows, channels, epsilon, relu]; dy, x, gamma, beta, mean, variance, dx, dgamma, dbeta
void batchNormTrainGrad(Call& call) {
  const int64_t r = call.integer(0, 1), c = call.integer(1, 1);
  const double epsilon = call.real(2);
  const bool relu = call.flag(3);
  const int64_t n = product({r, c});
  const float *dy = call.floats(1, n), *x = call.floats(2, n);
  const float *gamma = call.floats(3, c), *beta = call.floats(4, c), *mean = call.floats(5, c), *variance = call.floats(6, c);
  float *dx = call.floats(7, n), *dgamma = call.floats(8, c), *dbeta = call.floats(9, c);
  Engine& engine = call.engine();
  std::vector<float> factors(static_cast<size_t>(4 * c));
  float *a = factors.data(), *b = a + c, *p = b + c, *q = p + c;
  affine(gamma, beta, mean, variance, epsilon, c, a, b);
  const std::vector<double> sums = blockSums(engine, r, c, [&](int64_t begin, int64_t end, double* s, double* sx) {
    engine.base->bnGradSums(dy + begin * c, x + begin * c, a, b, mean, end - begin, c, relu, s, sx);
  });
  for (int64_t i = 0; i < c; i++) {
    const double inverse = 1.0 / std::sqrt(static_cast<double>(variance[i]) + epsilon);
    const double sumDz = sums[static_cast<size_t>(i)], sumDzXhat = sums[static_cast<size_t>(c + i)] * inverse;
    dbeta[i] = static_cast<float>(sumDz);
    dgamma[i] = static_cast<float>(sumDzXhat);
    const double slope = -gamma[i] * inverse * inverse * sumDzXhat / static_cast<double>(r);
    p[i] = static_cast<float>(slope);
    q[i] = static_cast<float>(-gamma[i] * inverse * sumDz / static_cast<double>(r) - slope * mean[i]);
  }
  forBlocks(engine, r, rowsPerBlock(c), [&](int64_t begin, int64_t end) {
    engine.base->bnGradApply(dy + begin * c, x + begin * c, a, b, p, q, dx + begin * c, end - begin, c, relu);
  });
}

constexpr Export functions[] = {
    {"batchNormTrain", entry<batchNormTrain>},
    {"batchNormInfer", entry<batchNormInfer>},
    {"batchNormTrainGrad", entry<batchNormTrainGrad>},
};

}  // namespace

void exportNormalisation(napi_env env, napi_value exports) {
  setFunctions(env, exports, functions, sizeof functions / sizeof *functions);
}

}  // namespace kh
