// The door of the matrix kernels: plain descriptors and one table of functions per instruction set.
// All tensors are dense float32: images NHWC, filters HWIO, matrices row-major. Functions trust their
// arguments (shapes are validated in TypeScript, buffer lengths in the addon) and never allocate outside
// the Context's arenas. Output buffers are overwritten completely unless a function says otherwise.
#pragma once

#include <cstdint>

namespace kh {

class Context;

/** A 2-D convolution. Input [n,h,w,c], filter [kh,kw,c,k], output [n,ho,wo,k]; padding at the bottom and right follows from ho, wo. */
struct Conv2DDesc {
  int n, h, w, c;
  int kh, kw, k;
  int sh, sw;      // strides
  int dh, dw;      // dilations
  int padT, padL;  // zero rows above and zero columns left of the input
  int ho, wo;
};

/** A depthwise convolution. Input [n,h,w,c], filter [kh,kw,c,mult], output [n,ho,wo,c*mult]. */
struct DepthwiseDesc {
  int n, h, w, c;
  int kh, kw, mult;
  int sh, sw, dh, dw;
  int padT, padL;
  int ho, wo;
};

/** `batch` products c = op(a) op(b), [m,k] x [k,n]. With transA, a is stored [k,m]; with transB, b is stored [n,k]. */
struct MatMulDesc {
  int batch, m, n, k;
  bool transA, transB;
  int64_t strideA, strideB;  // floats between two matrices of the batch; 0 = the same matrix for all
};

enum class Activation : int { None = 0, Relu = 1, Relu6 = 2 };

/** What happens to an output value before it is stored: + bias[output channel] (when not null), then the activation. */
struct Epilogue {
  const float* bias = nullptr;
  Activation activation = Activation::None;
};

/** The periphery of analog tiles; the meaning of each name is AIHWKit's. Steps and bounds are in tile units. */
struct AnalogDesc {
  float inputScale;   // 1 / input range, or 1
  int clipRange;      // 1: x * inputScale is clipped to [-1, 1] before anything else
  float inpBound;     // DAC clip; <= 0: none
  float inpStep;      // DAC step; 0: no quantisation
  float outBound;     // ADC clip; <= 0: none
  float outStep;      // ADC step; 0: no quantisation
  float clipFrom;     // ADC magnitude that counts as clipped; looked at in front of the clip where above outBound (not with absMax)
  float outNoise;     // standard deviation of the noise before the ADC
  float factor;       // on all scales
  int relu;           // 1: a ReLU on the finished sums
  int absMax;         // 0: noise management None; 1: AbsMax per patch and tile
  uint32_t key[2];    // Philox key, stream and first block of the output noise
  uint32_t stream[2];
  uint64_t block;
  int tiles;          // tiles along the rows
  const int* rowCuts; // tiles + 1 cuts, from 0 to c*kh*kw; row = (channel*kh + i)*kw + j
};

/** Results of an analog layer beside y; null members are not computed. */
struct AnalogAux {
  uint8_t* clipped = nullptr;       // [tiles, positions, outputs], zero before the call: 1 where the tile output reached clipFrom
  int64_t* clippedCount = nullptr;  // how many ones
};

/** The weights of a hardware-aware training step: a matrix [taps * channels, cols] in kernel order (rows tap by tap). */
struct NoisyWeightsDesc {
  int taps, channels, cols;
  int tiles;            // tiles along the rows
  const int* rowCuts;   // tiles + 1 cuts of the rows, from 0 to channels*taps; row = channel*taps + tap
  int blocks;           // tiles along the columns
  const int* colCuts;   // blocks + 1 cuts, from 0 to cols
  float omega;          // the analog size of the largest weight of a tile, or of each column of a tile
  bool columnwise;
  float assumedMax;     // the noise is relative to this, or, if <= 0, to the largest analog weight of the tile
  float emptyMax;       // taken for the largest weight of a tile of zeros
  float stdDev;
  uint32_t key[2];      // Philox key, stream and first block of the noise; number row * cols + column
  uint32_t stream[2];
  uint64_t block;
};

struct ConvTable {
  const char* isa;
  int lanes;

  void (*conv2d)(Context&, const Conv2DDesc&, const float* x, const float* w, const Epilogue&, float* y);
  void (*conv2dInputGrad)(Context&, const Conv2DDesc&, const float* dy, const float* w, float* dx);
  /** clip > 0: of the input clipped to [-clip, clip]. */
  void (*conv2dFilterGrad)(Context&, const Conv2DDesc&, const float* x, const float* dy, float* dw, float clip);

  void (*depthwise)(Context&, const DepthwiseDesc&, const float* x, const float* w, const Epilogue&, float* y);
  void (*depthwiseInputGrad)(Context&, const DepthwiseDesc&, const float* dy, const float* w, float* dx);
  void (*depthwiseFilterGrad)(Context&, const DepthwiseDesc&, const float* x, const float* dy, float* dw);

  void (*matmul)(Context&, const MatMulDesc&, const float* a, const float* b, const Epilogue&, float* c);

  /** w [kh,kw,c,k] in tile-normalised units, scales [tiles,k], bias [k] or null. */
  void (*analogConv2d)(Context&, const Conv2DDesc&, const AnalogDesc&, const float* x, const float* w, const float* scales,
                       const float* bias, float* y, const AnalogAux&);
  /** x [m,k] times w [k,n]; the rows of w are the rows that rowCuts cuts. */
  void (*analogMatmul)(Context&, int m, int k, int n, const AnalogDesc&, const float* x, const float* w, const float* scales,
                       const float* bias, float* y, const AnalogAux&);

  /** w in logical units; scales [tiles, cols], analog = w / scale + noise, logical = analog * scale. */
  void (*noisyWeights)(Context&, const NoisyWeightsDesc&, const float* w, float* analog, float* scales, float* logical);

  /** The FMA peak of this instruction set on one thread: GFLOP/s of processor time over about `seconds`; for benchmarks. */
  double (*fmaPeak)(double seconds);
};

// One getter per instruction set; the avx ones exist only where native/ was built for x86-64.
const ConvTable* convTableGeneric();
const ConvTable* convTableAvx2();
const ConvTable* convTableAvx512();

}  // namespace kh
