// The kernels of one instruction set, by the names and in the order of BaseTable.
#pragma once

#include "base-table.h"

namespace kh::KH_ARCH {

void unary(UnaryOp op, const float* in, float* out, int64_t n, float a, float b);
void binary(BinaryOp op, const float* a, int aStride, const float* b, int bStride, float* out, int64_t n);
void compare(CompareOp op, const float* a, int aStride, const float* b, int bStride, uint8_t* out, int64_t n);
void addN(const float* const* in, int count, float* out, int64_t n);
void fill(float* out, float value, int64_t n);
void castFromInt(const int32_t* in, float* out, int64_t n);
void castFromBool(const uint8_t* in, float* out, int64_t n);
void reduce(ReduceOp op, const float* in, float* out, int64_t outer, int64_t reduce, int64_t inner, float scale);
void copy(const StridedCopy& desc, const float* in, float* out);
void softmax(const float* in, float* out, int64_t r, int64_t c, bool logarithm);
double crossEntropy(const float* logits, const int32_t* labels, float* dlogits, int64_t r, int64_t c, float smoothing,
                    float scale);
void bnMoments(const float* x, const float* shift, int64_t r, int64_t c, double* sum, double* sumSquares);
void bnApply(const float* x, const float* a, const float* b, float* y, int64_t r, int64_t c, bool relu);
void bnGradSums(const float* dy, const float* x, const float* a, const float* b, const float* mean, int64_t r, int64_t c,
                bool relu, double* sumDz, double* sumDzX);
void bnGradApply(const float* dy, const float* x, const float* a, const float* b, const float* p, const float* q, float* dx,
                 int64_t r, int64_t c, bool relu);
void maxPool(const PoolDesc& desc, const float* in, float* out, int64_t firstRow, int64_t endRow);
void maxPoolGrad(const PoolDesc& desc, const float* dy, const float* x, float* dx, int64_t firstImage, int64_t endImage);
void avgPool(const PoolDesc& desc, const float* in, float* out, int64_t firstRow, int64_t endRow);
void avgPoolGrad(const PoolDesc& desc, const float* dy, float* dx, int64_t firstImage, int64_t endImage);
void sgdMomentum(const SgdDesc& desc, const float* w, const float* v, const float* g, float* wOut, float* vOut, int64_t n);
void adam(const AdamDesc& desc, const float* w, const float* m, const float* v, const float* g, float* wOut, float* mOut,
          float* vOut, int64_t n);
void uniform(const RandomDesc& desc, float* out, int64_t n);
void normal(const RandomDesc& desc, float* out, int64_t n);
float fmaLoop(int64_t iterations);
int fmaLanes();

}  // namespace kh::KH_ARCH
