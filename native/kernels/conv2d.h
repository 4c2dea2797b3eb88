// Declarations of the convolution and matrix kernels of one instruction set; conv-table.h says what they do.
#pragma once

#include "../simd/vec.h"
#include "conv-table.h"

namespace kh {
namespace KH_ARCH {

void conv2d(Context&, const Conv2DDesc&, const float* x, const float* w, const Epilogue&, float* y);
void conv2dInputGrad(Context&, const Conv2DDesc&, const float* dy, const float* w, float* dx);
void conv2dFilterGrad(Context&, const Conv2DDesc&, const float* x, const float* dy, float* dw, float clip);
void depthwise(Context&, const DepthwiseDesc&, const float* x, const float* w, const Epilogue&, float* y);
void depthwiseInputGrad(Context&, const DepthwiseDesc&, const float* dy, const float* w, float* dx);
void depthwiseFilterGrad(Context&, const DepthwiseDesc&, const float* x, const float* dy, float* dw);
void matmul(Context&, const MatMulDesc&, const float* a, const float* b, const Epilogue&, float* c);
void analogConv2d(Context&, const Conv2DDesc&, const AnalogDesc&, const float* x, const float* w, const float* scales,
                  const float* bias, float* y, const AnalogAux&);
void analogMatmul(Context&, int m, int k, int n, const AnalogDesc&, const float* x, const float* w, const float* scales,
                  const float* bias, float* y, const AnalogAux&);
void noisyWeights(Context&, const NoisyWeightsDesc&, const float* w, float* analog, float* scales, float* logical);

}  // namespace KH_ARCH
}  // namespace kh
