// The kernels that are not matrix products: one table of functions per instruction set.
// Every function works on a block of the data it is given; who calls it may cut the work into blocks.
// Letters in all kernels: n elements, r rows, c channels (the last, contiguous axis).
#pragma once

#include <cstddef>
#include <cstdint>

namespace kh {

// Codes of elementwise operations: the position in these lists, which the addon exports to TypeScript.
#define KH_UNARY_OPS(X)                                                                                        \
  X(Relu) X(Relu6) X(LeakyRelu) X(Elu) X(Sigmoid) X(Tanh) X(Exp) X(Log) X(Sqrt) X(Rsqrt) X(Square) X(Abs)      \
  X(Neg) X(Reciprocal) X(Step) X(ClipByValue) X(Round) X(Floor) X(Ceil) X(Sign) X(Softplus) X(Log1p) X(Expm1) \
  X(Sin) X(Cos)
#define KH_BINARY_OPS(X) \
  X(Add) X(Sub) X(Multiply) X(RealDiv) X(Maximum) X(Minimum) X(SquaredDifference) X(ReluGrad) X(Relu6Grad) X(Pow) X(Prelu) \
  X(TanhGrad) X(SigmoidGrad) X(AddRelu)
#define KH_COMPARE_OPS(X) X(Greater) X(GreaterEqual) X(Less) X(LessEqual) X(Equal) X(NotEqual)
#define KH_REDUCE_OPS(X) X(Sum) X(Max) X(Min)

#define KH_ENUM_ITEM(name) name,
enum class UnaryOp : int { KH_UNARY_OPS(KH_ENUM_ITEM) Count };
enum class BinaryOp : int { KH_BINARY_OPS(KH_ENUM_ITEM) Count };
enum class CompareOp : int { KH_COMPARE_OPS(KH_ENUM_ITEM) Count };
enum class ReduceOp : int { KH_REDUCE_OPS(KH_ENUM_ITEM) Count };

constexpr int maxRank = 8;

// A copy between two strided arrays of equal logical shape; strides in elements.
struct StridedCopy {
  int rank;
  int64_t dims[maxRank];
  int64_t inStrides[maxRank];
  int64_t outStrides[maxRank];
};

// A pooling window, NHWC.
struct PoolDesc {
  int64_t n, h, w, c;
  int64_t kh, kw, sh, sw, dh, dw, padTop, padLeft, ho, wo;
};

// One step of an optimiser.
struct SgdDesc {
  float learningRate, momentum, weightDecay;
  bool nesterov;
};

struct AdamDesc {
  float learningRate, beta1, beta2, epsilon, weightDecay, correction1, correction2;
  float rest1, rest2;  // 1 - beta, not of the rounded beta
};

struct RandomDesc {
  uint32_t key[2];
  uint32_t stream[2];
  uint64_t block;
  float shift, scale;
};

struct BaseTable {
  // out[i] = op(in[i]); a and b are the parameters of LeakyRelu (slope), Step (alpha) and ClipByValue (lo, hi).
  void (*unary)(UnaryOp op, const float* in, float* out, int64_t n, float a, float b);
  // out[i] = op(a[i * aStride], b[i * bStride]) with strides 0 or 1.
  void (*binary)(BinaryOp op, const float* a, int aStride, const float* b, int bStride, float* out, int64_t n);
  void (*compare)(CompareOp op, const float* a, int aStride, const float* b, int bStride, uint8_t* out, int64_t n);
  // out[i] = sum over k of in[k][i], in the order of k.
  void (*addN)(const float* const* in, int count, float* out, int64_t n);
  void (*fill)(float* out, float value, int64_t n);
  void (*castFromInt)(const int32_t* in, float* out, int64_t n);
  void (*castFromBool)(const uint8_t* in, float* out, int64_t n);

  // in [outer][reduce][inner] -> out [outer][inner], times scale.
  void (*reduce)(ReduceOp op, const float* in, float* out, int64_t outer, int64_t reduce, int64_t inner, float scale);

  void (*copy)(const StridedCopy& desc, const float* in, float* out);

  // Row-wise over c: softmax, or log softmax.
  void (*softmax)(const float* in, float* out, int64_t r, int64_t c, bool logarithm);
  // Adds -log softmax(logits)[label] (smoothed) of r rows to a double; dlogits = (softmax - target) * scale.
  double (*crossEntropy)(const float* logits, const int32_t* labels, float* dlogits, int64_t r, int64_t c, float smoothing,
                         float scale);

  // Batch norm over [r][c]. moments: sum and sumSquares of (x - shift[c]), accumulated into double[c] each.
  void (*bnMoments)(const float* x, const float* shift, int64_t r, int64_t c, double* sum, double* sumSquares);
  // y = x * a[c] + b[c], then ReLU.
  void (*bnApply)(const float* x, const float* a, const float* b, float* y, int64_t r, int64_t c, bool relu);
  // With dz = dy where x * a + b > 0 (or always): accumulates sum dz and sum dz * (x - mean[c]).
  void (*bnGradSums)(const float* dy, const float* x, const float* a, const float* b, const float* mean, int64_t r, int64_t c,
                     bool relu, double* sumDz, double* sumDzX);
  // dx = a[c] * dz + p[c] * x + q[c].
  void (*bnGradApply)(const float* dy, const float* x, const float* a, const float* b, const float* p, const float* q, float* dx,
                      int64_t r, int64_t c, bool relu);

  // Rows [firstRow, endRow) of the n * ho output rows (forward), images [firstImage, endImage) (gradients).
  void (*maxPool)(const PoolDesc& desc, const float* in, float* out, int64_t firstRow, int64_t endRow);
  void (*maxPoolGrad)(const PoolDesc& desc, const float* dy, const float* x, float* dx, int64_t firstImage, int64_t endImage);
  void (*avgPool)(const PoolDesc& desc, const float* in, float* out, int64_t firstRow, int64_t endRow);
  void (*avgPoolGrad)(const PoolDesc& desc, const float* dy, float* dx, int64_t firstImage, int64_t endImage);

  // Optimiser steps, from w, v, m into wOut, vOut, mOut (which may be the same arrays).
  void (*sgdMomentum)(const SgdDesc& desc, const float* w, const float* v, const float* g, float* wOut, float* vOut, int64_t n);
  void (*adam)(const AdamDesc& desc, const float* w, const float* m, const float* v, const float* g, float* wOut, float* mOut,
               float* vOut, int64_t n);

  // n numbers of a Philox4x32-7 source, starting at its block (docs: src/tensor/random/source.ts).
  void (*uniform)(const RandomDesc& desc, float* out, int64_t n);
  void (*normal)(const RandomDesc& desc, float* out, int64_t n);

  // A loop of fmaLanes() multiply-adds per iteration, to measure the machine.
  float (*fmaLoop)(int64_t iterations);
  int (*fmaLanes)();
};

namespace generic {
const BaseTable& baseTable();
}
namespace avx2 {
const BaseTable& baseTable();
}
namespace avx512 {
const BaseTable& baseTable();
}

}  // namespace kh
