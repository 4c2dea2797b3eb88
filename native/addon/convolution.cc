// Bindings: convolutions and matrix products, digital and analog.
#include <algorithm>
#include <vector>

#include "engine.h"
#include "exports.h"

namespace kh {
namespace {

constexpr int64_t sizeLimit = 1 << 24;

int size(const Call& call, size_t field, int64_t lo) { return static_cast<int>(call.integer(field, lo, sizeLimit)); }

// The kernels count positions in 32-bit integers: every place that a window reaches, inside the image or not, must fit.
void checkReach(int64_t positions, int64_t stride, int64_t taps, int64_t dilation, int64_t padding, int64_t size) {
  constexpr int64_t limit = 1 << 30;
  if (product({positions, stride}) + product({taps, dilation}) + padding + size > limit) {
    throw std::out_of_range("the windows of a convolution reach too far outside the image");
  }
}

// Kernels copy what the windows of a few positions reach, padding included, and address it by 32-bit integers.
void checkCopy(int64_t reachOfRows, int64_t reachOfColumns, int64_t channels) {
  if (product({reachOfRows, reachOfColumns, channels}) > INT32_MAX) {
    throw std::out_of_range("the windows of a convolution span too much");
  }
}

// Tensors of a convolution are limited to 2^31 elements each.
int64_t tensorSize(std::initializer_list<int64_t> sizes) {
  const int64_t size = product(sizes);
  if (size > INT32_MAX) throw std::out_of_range("a tensor of a convolution has more than 2^31 elements");
  return size;
}

// Fields 0..14: [n, h, w, c, kh, kw, k, sh, sw, dh, dw, padTop, padLeft, ho, wo].
struct Conv : Conv2DDesc {
  static constexpr size_t fields = 15;
  int64_t xSize, wSize, ySize;

  explicit Conv(const Call& call) {
    int* const all[fields] = {&n, &h, &w, &c, &kh, &kw, &k, &sh, &sw, &dh, &dw, &padT, &padL, &ho, &wo};
    for (size_t i = 0; i < fields; i++) *all[i] = size(call, i, i >= 11 ? 0 : 1);
    checkReach(ho, sh, kh, dh, padT, h);
    checkReach(wo, sw, kw, dw, padL, w);
    const int64_t tapRows = product({kh, dh}), tapColumns = product({kw, dw});
    checkCopy(tapRows, std::max(product({wo, sw}), static_cast<int64_t>(w)) + tapColumns, std::max(c, k));
    xSize = tensorSize({n, h, w, c});
    wSize = tensorSize({kh, kw, c, k});
    ySize = tensorSize({n, ho, wo, k});
  }
};

// The same fields, k being the multiplier of channels.
struct Depthwise : DepthwiseDesc {
  static constexpr size_t fields = 15;
  int64_t xSize, wSize, ySize;

  explicit Depthwise(const Call& call) {
    int* const all[fields] = {&n, &h, &w, &c, &kh, &kw, &mult, &sh, &sw, &dh, &dw, &padT, &padL, &ho, &wo};
    for (size_t i = 0; i < fields; i++) *all[i] = size(call, i, i >= 11 ? 0 : 1);
    checkReach(ho, sh, kh, dh, padT, h);
    checkReach(wo, sw, kw, dw, padL, w);
    xSize = tensorSize({n, h, w, c});
    wSize = tensorSize({kh, kw, c, mult});
    ySize = tensorSize({n, ho, wo, c, mult});
  }
};

Activation activation(const Call& call, size_t field) { return static_cast<Activation>(call.integer(field, 0, 2)); }

// conv, activation; x, w, y, bias or null
void conv2d(Call& call) {
  const Conv conv(call);
  const Epilogue epilogue = {call.optionalFloats(4, conv.k), activation(call, Conv::fields)};
  Engine& engine = call.engine();
  engine.conv->conv2d(*engine.context, conv, call.floats(1, conv.xSize), call.floats(2, conv.wSize), epilogue,
                      call.floats(3, conv.ySize));
}

// conv; dy, w, dx
void conv2dInputGrad(Call& call) {
  const Conv conv(call);
  Engine& engine = call.engine();
  engine.conv->conv2dInputGrad(*engine.context, conv, call.floats(1, conv.ySize), call.floats(2, conv.wSize),
                               call.floats(3, conv.xSize));
}

// conv, bound that x is clipped to (0: none); x, dy, dw
void conv2dFilterGrad(Call& call) {
  const Conv conv(call);
  const float clip = static_cast<float>(call.real(Conv::fields));
  Engine& engine = call.engine();
  engine.conv->conv2dFilterGrad(*engine.context, conv, call.floats(1, conv.xSize), call.floats(2, conv.ySize),
                                call.floats(3, conv.wSize), clip);
}

// depthwise, activation; x, w, y, bias or null
void depthwise(Call& call) {
  const Depthwise conv(call);
  const Epilogue epilogue = {call.optionalFloats(4, product({conv.c, conv.mult})), activation(call, Depthwise::fields)};
  Engine& engine = call.engine();
  engine.conv->depthwise(*engine.context, conv, call.floats(1, conv.xSize), call.floats(2, conv.wSize), epilogue,
                         call.floats(3, conv.ySize));
}

// depthwise; dy, w, dx
void depthwiseInputGrad(Call& call) {
  const Depthwise conv(call);
  Engine& engine = call.engine();
  engine.conv->depthwiseInputGrad(*engine.context, conv, call.floats(1, conv.ySize), call.floats(2, conv.wSize),
                                  call.floats(3, conv.xSize));
}

// depthwise; x, dy, dw
void depthwiseFilterGrad(Call& call) {
  const Depthwise conv(call);
  Engine& engine = call.engine();
  engine.conv->depthwiseFilterGrad(*engine.context, conv, call.floats(1, conv.xSize), call.floats(2, conv.ySize),
                                   call.floats(3, conv.wSize));
}

// [batch, m, n, k, transA, transB, strideA, strideB, activation]; a, b, c, bias or null
void matmul(Call& call) {
  MatMulDesc desc;
  desc.batch = size(call, 0, 1);
  desc.m = size(call, 1, 1);
  desc.n = size(call, 2, 1);
  desc.k = size(call, 3, 1);
  desc.transA = call.flag(4);
  desc.transB = call.flag(5);
  desc.strideA = call.integer(6);
  desc.strideB = call.integer(7);
  const Epilogue epilogue = {call.optionalFloats(4, desc.n), activation(call, 8)};
  const float* a = call.floats(1, product({desc.batch - 1, desc.strideA}) + product({desc.m, desc.k}));
  const float* b = call.floats(2, product({desc.batch - 1, desc.strideB}) + product({desc.k, desc.n}));
  float* c = call.floats(3, product({desc.batch, desc.m, desc.n}));
  Engine& engine = call.engine();
  engine.conv->matmul(*engine.context, desc, a, b, epilogue, c);
}

// tiles + 1 ascending cuts of `size` rows or columns, from field `at` on, which holds `tiles`.
std::vector<int> readCuts(const Call& call, size_t at, int64_t size) {
  const int64_t tiles = call.integer(at, 1, size);
  std::vector<int> cuts;
  for (int64_t t = 0; t <= tiles; t++) {
    cuts.push_back(static_cast<int>(call.integer(at + 1 + static_cast<size_t>(t), t == 0 ? 0 : cuts.back() + 1, size)));
  }
  if (cuts.front() != 0 || cuts.back() != size) throw std::invalid_argument("cuts must go from 0 to the number of rows or columns");
  return cuts;
}

// Fields from `at`: [inputScale, clipRange, inpBound, inpStep, outBound, outStep, clipFrom, outNoise, factor, relu, absMax, key0, key1,
// stream0, stream1, block, tiles, then tiles + 1 row cuts].
struct Analog : AnalogDesc {
  std::vector<int> cuts;

  Analog(const Call& call, size_t at, int64_t rows) {
    inputScale = static_cast<float>(call.real(at));
    clipRange = call.flag(at + 1);
    inpBound = static_cast<float>(call.real(at + 2));
    inpStep = static_cast<float>(call.real(at + 3));
    outBound = static_cast<float>(call.real(at + 4));
    outStep = static_cast<float>(call.real(at + 5));
    clipFrom = static_cast<float>(call.real(at + 6));
    outNoise = static_cast<float>(call.real(at + 7));
    factor = static_cast<float>(call.real(at + 8));
    relu = call.flag(at + 9);
    absMax = call.flag(at + 10);
    if (absMax && outBound > 0 && clipFrom > outBound) throw std::invalid_argument("clipFrom must not be above outBound where noise is managed");
    for (size_t i = 0; i < 2; i++) {
      key[i] = static_cast<uint32_t>(call.integer(at + 11 + i, 0, UINT32_MAX));
      stream[i] = static_cast<uint32_t>(call.integer(at + 13 + i, 0, UINT32_MAX));
    }
    block = static_cast<uint64_t>(call.integer(at + 15, 0, int64_t{1} << 53));
    cuts = readCuts(call, at + 16, rows);
    tiles = static_cast<int>(cuts.size()) - 1;
    rowCuts = cuts.data();
  }
};

// The optional outputs: clip mask (Uint8Array, zero before the call) and its count in a Float32Array of one element.
struct Clips {
  AnalogAux aux;
  int64_t count = 0;
  float* countOut;

  Clips(const Call& call, size_t argument, int64_t length)
      : countOut(call.optionalFloats(argument + 1, 1)) {
    aux.clipped = call.optionalBytes(argument, length);
    if (countOut != nullptr) aux.clippedCount = &count;
  }
  void finish() const {
    if (countOut != nullptr) *countOut = static_cast<float>(count);
  }
};

// conv, analog; x, w, scales [tiles, k], y, bias or null, clip mask or null, clip count or null
void analogConv2d(Call& call) {
  const Conv conv(call);
  const Analog analog(call, Conv::fields, product({conv.kh, conv.kw, conv.c}));
  Clips clips(call, 6, product({analog.tiles, conv.n, conv.ho, conv.wo, conv.k}));
  Engine& engine = call.engine();
  engine.conv->analogConv2d(*engine.context, conv, analog, call.floats(1, conv.xSize), call.floats(2, conv.wSize),
                            call.floats(3, product({analog.tiles, conv.k})), call.optionalFloats(5, conv.k),
                            call.floats(4, conv.ySize), clips.aux);
  clips.finish();
}

// [m, k, n], analog; x, w, scales [tiles, n], y, bias or null, clip mask or null, clip count or null
void analogMatmul(Call& call) {
  const int m = size(call, 0, 1), k = size(call, 1, 1), n = size(call, 2, 1);
  const Analog analog(call, 3, k);
  Clips clips(call, 6, product({analog.tiles, m, n}));
  Engine& engine = call.engine();
  engine.conv->analogMatmul(*engine.context, m, k, n, analog, call.floats(1, product({m, k})), call.floats(2, product({k, n})),
                            call.floats(3, product({analog.tiles, n})), call.optionalFloats(5, n), call.floats(4, product({m, n})),
                            clips.aux);
  clips.finish();
}

// [taps, channels, cols, omega, columnwise, assumedMax, emptyMax, stdDev, key0, key1, stream0, stream1, block, tiles, tiles + 1 row
// cuts, blocks, blocks + 1 column cuts]; w, analog, scales [tiles, cols], logical
void noisyWeights(Call& call) {
  NoisyWeightsDesc d;
  d.taps = size(call, 0, 1);
  d.channels = size(call, 1, 1);
  d.cols = size(call, 2, 1);
  d.omega = static_cast<float>(call.real(3));
  d.columnwise = call.flag(4);
  d.assumedMax = static_cast<float>(call.real(5));
  d.emptyMax = static_cast<float>(call.real(6));
  d.stdDev = static_cast<float>(call.real(7));
  for (size_t i = 0; i < 2; i++) {
    d.key[i] = static_cast<uint32_t>(call.integer(8 + i, 0, UINT32_MAX));
    d.stream[i] = static_cast<uint32_t>(call.integer(10 + i, 0, UINT32_MAX));
  }
  d.block = static_cast<uint64_t>(call.integer(12, 0, int64_t{1} << 53));
  const int64_t elements = tensorSize({d.taps, d.channels, d.cols});
  const std::vector<int> rowCuts = readCuts(call, 13, product({d.taps, d.channels}));
  const std::vector<int> colCuts = readCuts(call, 13 + 1 + rowCuts.size(), d.cols);
  d.tiles = static_cast<int>(rowCuts.size()) - 1;
  d.rowCuts = rowCuts.data();
  d.blocks = static_cast<int>(colCuts.size()) - 1;
  d.colCuts = colCuts.data();
  Engine& engine = call.engine();
  engine.conv->noisyWeights(*engine.context, d, call.floats(1, elements), call.floats(2, elements),
                            call.floats(3, product({d.tiles, d.cols})), call.floats(4, elements));
}

constexpr Export functions[] = {
    {"conv2d", entry<conv2d>},
    {"conv2dInputGrad", entry<conv2dInputGrad>},
    {"conv2dFilterGrad", entry<conv2dFilterGrad>},
    {"depthwise", entry<depthwise>},
    {"depthwiseInputGrad", entry<depthwiseInputGrad>},
    {"depthwiseFilterGrad", entry<depthwiseFilterGrad>},
    {"matmul", entry<matmul>},
    {"analogConv2d", entry<analogConv2d>},
    {"analogMatmul", entry<analogMatmul>},
    {"noisyWeights", entry<noisyWeights>},
};

}  // namespace

void exportConvolution(napi_env env, napi_value exports) {
  setFunctions(env, exports, functions, sizeof functions / sizeof *functions);
}

}  // namespace kh
