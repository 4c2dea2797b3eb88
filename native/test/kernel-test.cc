// Compares every kernel of every instruction set this machine has with the naive reference, on many random odd shapes.
// Usage: kernel-test [isa] [rounds]. Buffers are exactly as large as the tensors, so a sanitizer sees every stray access.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <stdexcept>

#include "../threads/context.h"
#include "reference.h"

#define KH_PARTS(arch)                                                                                                          \
  namespace kh {                                                                                                                \
  namespace arch {                                                                                                              \
  const float* testNormals(const uint32_t key[2], const uint32_t stream[2], uint64_t block, int64_t index, int64_t count, float*); \
  void testUniforms(const uint32_t key[2], const uint32_t stream[2], uint64_t block, int64_t count, float*);                    \
  long testDivider(float step, uint32_t first, uint32_t stride, long count);                                                    \
  }                                                                                                                             \
  }
KH_PARTS(generic)
#if defined(__x86_64__)
KH_PARTS(avx2)
KH_PARTS(avx512)
#endif

namespace {

using namespace kh;
using reference::Doubles;
using reference::Floats;

std::mt19937 engine(1);
int between(int lo, int hi) { return lo + (int)(engine() % (unsigned)(hi - lo + 1)); }
float uniform() { return (float)(engine() >> 8) * 0x1p-23f - 1.0f; }

Floats randomFloats(size_t n) {
  Floats v(n);
  for (float& f : v) f = uniform();
  return v;
}

int failures = 0;
long comparisons = 0;

/** A heap block of exactly n floats filled with NaN: what a kernel does not write, shows. */
struct Output {
  explicit Output(size_t n) : size(n), data(new float[n]) {
    for (size_t i = 0; i < n; ++i) data[i] = NAN;
  }
  size_t size;
  std::unique_ptr<float[]> data;
};

void compare(const char* isa, const char* kernel, const char* shape, const Output& got, const Doubles& want, double reduction) {
  ++comparisons;
  double largest = 0, worst = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    largest = std::fmax(largest, std::fabs(want[i]));
    const double difference = std::fabs(got.data[i] - want[i]);
    if (!(difference <= worst)) worst = difference;  // also for NaN
  }
  const double allowed = 1e-6 * (1 + std::sqrt(reduction)) * (largest + 1e-3);
  if (got.size != want.size() || !(worst <= allowed)) {
    ++failures;
    if (failures < 30) std::printf("FAIL %s %s %s: off by %g, allowed %g\n", isa, kernel, shape, worst, allowed);
  }
}

template <class D>
void describe(char* out, size_t size, const D& d, int k) {
  std::snprintf(out, size, "n%d %dx%dx%d -> %dx%dx%d kernel %dx%d stride %dx%d dilation %dx%d pad %d,%d", d.n, d.h, d.w, d.c, d.ho, d.wo, k, d.kh, d.kw,
                d.sh, d.sw, d.dh, d.dw, d.padT, d.padL);
}

/** A random window geometry in which every output position exists. */
template <class D>
void randomWindow(D& d, int largestSide) {
  for (;;) {
    d.h = between(1, largestSide);
    d.w = between(1, largestSide);
    d.kh = between(1, 5);
    d.kw = between(1, 5);
    d.sh = between(1, 3);
    d.sw = between(1, 3);
    d.dh = d.sh > 1 && between(0, 3) ? 1 : between(1, 3);
    d.dw = d.sw > 1 && between(0, 3) ? 1 : between(1, 3);
    d.padT = between(0, d.kh);
    d.padL = between(0, d.kw);
    const int bottom = between(0, d.kh), right = between(0, d.kw);
    const int tallest = d.h + d.padT + bottom - (d.kh - 1) * d.dh - 1, widest = d.w + d.padL + right - (d.kw - 1) * d.dw - 1;
    if (tallest < 0 || widest < 0) continue;
    d.ho = tallest / d.sh + 1;
    d.wo = widest / d.sw + 1;
    return;
  }
}

Conv2DDesc randomConv(int round) {
  static const int channels[] = {1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 24, 31, 32, 33, 40, 48, 63, 64, 65, 100};
  Conv2DDesc d{};
  const bool wide = round % 4 == 0;
  d.n = between(1, wide ? 3 : 5);
  d.c = channels[between(0, wide ? 20 : 12)];
  d.k = channels[between(0, wide ? 20 : 12)];
  randomWindow(d, wide ? 9 : 20);
  return d;
}

void testConv(const ConvTable& t, Context& context, const Conv2DDesc& d) {
  char shape[160];
  describe(shape, sizeof shape, d, d.k);
  const size_t xs = (size_t)d.n * d.h * d.w * d.c, ys = (size_t)d.n * d.ho * d.wo * d.k, ws = (size_t)d.kh * d.kw * d.c * d.k;
  const Floats x = randomFloats(xs), w = randomFloats(ws), dy = randomFloats(ys), bias = randomFloats(d.k);
  Epilogue e;
  if (between(0, 1)) e.bias = bias.data();
  e.activation = (Activation)between(0, 2);
  Output y(ys), dx(xs), dw(ws);
  t.conv2d(context, d, x.data(), w.data(), e, y.data.get());
  compare(t.isa, "conv2d", shape, y, reference::conv2d(d, x, w, e.bias, e.activation), d.kh * d.kw * d.c);
  t.conv2dInputGrad(context, d, dy.data(), w.data(), dx.data.get());
  compare(t.isa, "conv2dInputGrad", shape, dx, reference::conv2dInputGrad(d, dy, w), d.kh * d.kw * d.k);
  const float clip = between(0, 2) ? 0 : 0.5f;
  Floats clipped = x;
  if (clip > 0) for (float& v : clipped) v = std::fmax(-clip, std::fmin(clip, v));
  t.conv2dFilterGrad(context, d, x.data(), dy.data(), dw.data.get(), clip);
  compare(t.isa, "conv2dFilterGrad", shape, dw, reference::conv2dFilterGrad(d, clipped, dy), (double)d.n * d.ho * d.wo);
}

void testDepthwise(const ConvTable& t, Context& context) {
  DepthwiseDesc d{};
  d.n = between(1, 4);
  d.c = between(1, 40);
  d.mult = between(0, 2) ? 1 : between(2, 3);
  randomWindow(d, 20);
  char shape[160];
  describe(shape, sizeof shape, d, d.c * d.mult);
  const size_t xs = (size_t)d.n * d.h * d.w * d.c, ys = (size_t)d.n * d.ho * d.wo * d.c * d.mult, ws = (size_t)d.kh * d.kw * d.c * d.mult;
  const Floats x = randomFloats(xs), w = randomFloats(ws), dy = randomFloats(ys), bias = randomFloats((size_t)d.c * d.mult);
  Epilogue e;
  if (between(0, 1)) e.bias = bias.data();
  e.activation = (Activation)between(0, 2);
  Output y(ys), dx(xs), dw(ws);
  t.depthwise(context, d, x.data(), w.data(), e, y.data.get());
  compare(t.isa, "depthwise", shape, y, reference::depthwise(d, x, w, e.bias, e.activation), d.kh * d.kw);
  t.depthwiseInputGrad(context, d, dy.data(), w.data(), dx.data.get());
  compare(t.isa, "depthwiseInputGrad", shape, dx, reference::depthwiseInputGrad(d, dy, w), d.kh * d.kw * d.mult);
  t.depthwiseFilterGrad(context, d, x.data(), dy.data(), dw.data.get());
  compare(t.isa, "depthwiseFilterGrad", shape, dw, reference::depthwiseFilterGrad(d, x, dy), (double)d.n * d.ho * d.wo);
}

void testMatmul(const ConvTable& t, Context& context, int round) {
  MatMulDesc d{};
  const int largest = round % 3 == 0 ? 140 : 40;
  d.batch = between(0, 2) ? 1 : between(1, 4);
  d.m = between(1, largest);
  d.n = between(1, largest);
  d.k = round % 7 == 0 ? 256 * between(1, 4) : between(1, round % 5 == 0 ? 900 : largest);
  d.transA = between(0, 1);
  d.transB = between(0, 1);
  d.strideA = between(0, 3) ? (int64_t)d.m * d.k : 0;
  d.strideB = between(0, 2) ? (int64_t)d.n * d.k : 0;
  const Floats a = randomFloats((size_t)d.m * d.k * (d.strideA ? d.batch : 1)), b = randomFloats((size_t)d.n * d.k * (d.strideB ? d.batch : 1)), bias = randomFloats(d.n);
  Epilogue e;
  if (between(0, 1)) e.bias = bias.data();
  e.activation = (Activation)between(0, 2);
  char shape[160];
  std::snprintf(shape, sizeof shape, "batch %d m%d n%d k%d trans %d%d", d.batch, d.m, d.n, d.k, d.transA, d.transB);
  Output c((size_t)d.batch * d.m * d.n);
  t.matmul(context, d, a.data(), b.data(), e, c.data.get());
  compare(t.isa, "matmul", shape, c, reference::matmul(d, a, b, e.bias, e.activation), d.k);
}

void testAnalog(const ConvTable& t, Context& context, int round) {
  Conv2DDesc d = randomConv(round * 2 + 1);
  d.n = between(1, 3);
  const bool dense = round % 4 == 3;
  if (dense) d = {between(1, 70), 1, 1, between(1, 300), 1, 1, between(1, 70), 1, 1, 1, 1, 0, 0, 1, 1};
  const int rows = d.c * d.kh * d.kw;
  AnalogDesc a{};
  a.inputScale = between(0, 1) ? 1.0f : 1.0f / 0.7f;
  a.clipRange = between(0, 1);
  a.inpBound = between(0, 3) ? 1.0f : 0;
  a.inpStep = between(0, 3) ? 2.0f / 254 : 0;
  a.outBound = between(0, 3) ? (between(0, 1) ? 10.0f : 1.0f) : 0;
  a.outStep = between(0, 3) ? 20.0f / 254 : 0;
  a.outNoise = between(0, 2) ? 0.04f : 0;
  a.factor = between(0, 1) ? 1.0f : 1.7f;
  a.relu = between(0, 1);
  a.absMax = between(0, 1);
  a.clipFrom = (a.absMax || between(0, 1) ? 0.999f : 1.013f) * a.outBound;
  for (int i = 0; i < 2; ++i) {
    a.key[i] = engine();
    a.stream[i] = engine();
  }
  a.block = between(0, 3) ? engine() : 0xfffffff0u + (unsigned)between(0, 15);  // also across the carry
  a.tiles = std::min(rows, between(1, 4));
  std::vector<int> cuts(a.tiles + 1);
  for (int i = 0; i <= a.tiles; ++i) cuts[i] = (int)((int64_t)rows * i / a.tiles);
  a.rowCuts = cuts.data();
  Floats x = randomFloats((size_t)d.n * d.h * d.w * d.c), w = randomFloats((size_t)rows * d.k);
  if (between(0, 1)) std::fill(x.begin(), x.begin() + x.size() / 2, 0.0f);  // whole patches of zeros
  const Floats scales = randomFloats((size_t)a.tiles * d.k), bias = randomFloats(d.k);
  const float* biasOrNull = between(0, 1) ? bias.data() : nullptr;
  const reference::Analog want = reference::analog(d, a, x, w, scales, biasOrNull);
  Output y(want.y.size());
  std::unique_ptr<uint8_t[]> clipped(new uint8_t[want.clipped.size()]());
  int64_t count = -1;
  AnalogAux aux;
  if (between(0, 1)) {
    aux.clipped = clipped.get();
    aux.clippedCount = &count;
  }
  if (dense) t.analogMatmul(context, d.n, d.c, d.k, a, x.data(), w.data(), scales.data(), biasOrNull, y.data.get(), aux);
  else t.analogConv2d(context, d, a, x.data(), w.data(), scales.data(), biasOrNull, y.data.get(), aux);

  // Sums that fall beside a rounding edge in one order of summation and not in the other may differ by one step.
  ++comparisons;
  double largest = 1e-3, worst = 0;
  for (double v : want.y) largest = std::fmax(largest, std::fabs(v));
  size_t steps = 0, masks = 0;
  for (size_t i = 0; i < want.y.size(); ++i) {
    const double difference = std::fabs(y.data[i] - want.y[i]);
    if (difference <= 1e-5 * largest) continue;
    if (a.outStep > 0 && difference <= a.outStep * 1.001) ++steps;
    else if (!(difference <= worst)) worst = difference;
  }
  int64_t sum = 0;
  if (aux.clipped) {
    for (size_t i = 0; i < want.clipped.size(); ++i) {
      masks += clipped[i] != want.clipped[i];
      sum += clipped[i];
    }
    if (sum != count) masks = want.clipped.size();
  }
  if (worst != 0 || steps > 2 + want.y.size() / 2000 || masks > 2 + want.clipped.size() / 1000) {
    ++failures;
    char shape[160];
    describe(shape, sizeof shape, d, d.k);
    std::printf("FAIL %s analog %s tiles %d absMax %d noise %g: off by %g, %zu of %zu by a step, %zu masks (count %ld of %ld)\n", t.isa, shape, a.tiles, a.absMax,
                a.outNoise, worst, steps, want.y.size(), masks, (long)count, (long)sum);
  }
}

void testNoisyWeights(const ConvTable& t, Context& context, int round) {
  NoisyWeightsDesc d{};
  d.taps = round % 3 ? between(1, 9) : 1;
  d.channels = between(1, 60);
  d.cols = between(1, 70);
  const int rows = d.taps * d.channels;
  d.tiles = std::min(rows, between(1, 4));
  d.blocks = std::min(d.cols, between(1, 3));
  std::vector<int> rowCuts(d.tiles + 1), colCuts(d.blocks + 1);
  for (int i = 0; i <= d.tiles; ++i) rowCuts[i] = (int)((int64_t)rows * i / d.tiles);
  for (int i = 0; i <= d.blocks; ++i) colCuts[i] = (int)((int64_t)d.cols * i / d.blocks);
  d.rowCuts = rowCuts.data();
  d.colCuts = colCuts.data();
  d.omega = between(0, 1) ? 1.0f : 0.6f;
  d.columnwise = between(0, 1);
  d.assumedMax = between(0, 2) ? 0 : 1;
  d.emptyMax = between(0, 1);
  d.stdDev = 0.06f;
  for (int i = 0; i < 2; ++i) {
    d.key[i] = engine();
    d.stream[i] = engine();
  }
  d.block = engine();
  Floats w = randomFloats((size_t)rows * d.cols);
  if (between(0, 2) == 0) std::fill(w.begin(), w.begin() + w.size() / 2, 0.0f);  // a tile without weights
  const reference::NoisyWeights want = reference::noisyWeights(d, w);
  Output analog(w.size()), scales(want.scales.size()), logical(w.size());
  t.noisyWeights(context, d, w.data(), analog.data.get(), scales.data.get(), logical.data.get());
  char shape[160];
  std::snprintf(shape, sizeof shape, "taps %d channels %d cols %d tiles %d x %d", d.taps, d.channels, d.cols, d.tiles, d.blocks);
  compare(t.isa, "noisyWeights analog", shape, analog, want.analog, 1);
  compare(t.isa, "noisyWeights scales", shape, scales, want.scales, 1);
  compare(t.isa, "noisyWeights logical", shape, logical, want.logical, 1);
}

/** The same bits for one, two and three threads. */
void testThreads(const ConvTable& t) {
  const Conv2DDesc d = {6, 15, 17, 24, 3, 3, 40, 1, 1, 1, 1, 1, 1, 15, 17};
  const int cuts[] = {0, 100, 216};
  const AnalogDesc a = {1, 0, 1, 2.0f / 254, 10, 20.0f / 254, 9.99f, 0.04f, 1, 0, 0, {1, 2}, {3, 4}, 5, 2, cuts};
  const size_t xs = (size_t)d.n * d.h * d.w * d.c, ys = (size_t)d.n * d.ho * d.wo * d.k, ws = (size_t)9 * d.c * d.k;
  const Floats x = randomFloats(xs), w = randomFloats(ws), dy = randomFloats(ys), scales = randomFloats(2 * d.k);
  const MatMulDesc m = {1, 300, 200, 500, true, false, 0, 0};
  const Floats left = randomFloats(300 * 500), right = randomFloats(200 * 500);
  std::vector<Floats> first;
  for (int threads = 1; threads <= 3; ++threads) {
    Context context(threads);
    std::vector<Floats> out = {Floats(ys), Floats(xs), Floats(ws), Floats(ys), Floats(300 * 200)};
    for (int repeat = 0; repeat < 20; ++repeat) {
      t.conv2d(context, d, x.data(), w.data(), {}, out[0].data());
      t.conv2dInputGrad(context, d, dy.data(), w.data(), out[1].data());
      t.conv2dFilterGrad(context, d, x.data(), dy.data(), out[2].data(), 0);
      t.analogConv2d(context, d, a, x.data(), w.data(), scales.data(), nullptr, out[3].data(), {});
      t.matmul(context, m, left.data(), right.data(), {}, out[4].data());
    }
    if (threads == 1) first = out;
    ++comparisons;
    for (size_t i = 0; i < out.size(); ++i) {
      if (std::memcmp(out[i].data(), first[i].data(), out[i].size() * sizeof(float)) != 0) {
        ++failures;
        std::printf("FAIL %s: kernel %zu with %d threads differs from one thread\n", t.isa, i, threads);
      }
    }
  }
}

/** Uniform numbers bit for bit, normals to 1e-6 of double precision, at any place of a stream and across the counter's carry. */
template <class Normals, class Uniforms>
void testRandom(const char* isa, Normals normals, Uniforms uniforms) {
  for (int round = 0; round < 40; ++round) {
    const uint32_t key[2] = {(uint32_t)engine(), (uint32_t)engine()}, stream[2] = {(uint32_t)engine(), (uint32_t)engine()};
    const uint64_t block = round % 2 ? 0xfffffff0u : (uint64_t)engine() << 20;
    const int64_t index = between(0, 50), count = between(1, 6000);
    Floats buffer(count + 256), uniform(count + 256);
    const float* got = normals(key, stream, block, index, count, buffer.data());
    uniforms(key, stream, block, count, uniform.data());
    double worst = 0;
    long wrong = 0;
    for (int64_t i = 0; i < count; ++i) {
      const double difference = std::fabs(got[i] - reference::normalAt(block, stream, key, index + i));
      if (!(difference <= worst)) worst = difference;
      uint32_t words[4];
      reference::philoxBlock(block + i / 4, stream, key, words);
      wrong += uniform[i] != (words[i % 4] >> 8) * 0x1p-24f;
    }
    ++comparisons;
    if (!(worst <= 1e-6) || wrong) {
      ++failures;
      std::printf("FAIL %s random numbers: normals off by %g, %ld uniforms differ\n", isa, worst, wrong);
    }
  }
}

template <class F>
void testDivision(const char* isa, F mismatches) {
  for (const float step : {2.0f / 254, 20.0f / 254, 24.0f / 510, 2.0f / 126, 1.0f / 63, 0.1f, 3.0f, 2.0f / 62}) {
    ++comparisons;
    const long wrong = mismatches(step, 0x20000000u, 997, 1000000);  // from 1e-19 to 1e13
    if (wrong) {
      ++failures;
      std::printf("FAIL %s division by %g: %ld of 1000000 differ\n", isa, step, wrong);
    }
  }
}

void testParts(const char* isa) {
#if defined(__x86_64__)
  if (!std::strcmp(isa, "avx512")) return testRandom(isa, avx512::testNormals, avx512::testUniforms), testDivision(isa, avx512::testDivider);
  if (!std::strcmp(isa, "avx2")) return testRandom(isa, avx2::testNormals, avx2::testUniforms), testDivision(isa, avx2::testDivider);
#endif
  testRandom(isa, generic::testNormals, generic::testUniforms);
  testDivision(isa, generic::testDivider);
}

bool hasIsa(const char* isa) {
#if defined(KH_EMULATED_AVX512)
  if (!std::strcmp(isa, "avx512")) return true;
#endif
#if defined(__x86_64__)
  if (!std::strcmp(isa, "avx512")) return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (!std::strcmp(isa, "avx2")) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return !std::strcmp(isa, "generic");
}

}  // namespace

/** What an item throws reaches the caller once, whichever thread ran it, and the threads serve on. */
void testFailures() {
  ++comparisons;
  Context context(3);
  for (int failing : {0, 1, 57, 199}) {
    bool caught = false;
    try {
      context.parallel(200, [&](int item, int) {
        if (item == failing) throw std::runtime_error("item");
      });
    } catch (const std::runtime_error&) {
      caught = true;
    }
    std::atomic<int> done{0};
    context.parallel(200, [&](int, int) { ++done; });
    if (caught && done == 200) continue;
    ++failures;
    std::printf("threads: a failure of item %d was %s, then %d of 200 items ran\n", failing, caught ? "caught" : "lost", (int)done);
  }
}

int main(int argc, char** argv) {
  const char* only = argc > 1 ? argv[1] : "all";
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 150;
#if defined(__x86_64__)
  const ConvTable* tables[] = {convTableGeneric(), convTableAvx2(), convTableAvx512()};
#else
  const ConvTable* tables[] = {convTableGeneric()};
#endif
  for (const ConvTable* table : tables) {
    if (std::strcmp(only, "all") && std::strcmp(only, table->isa)) continue;
    if (!hasIsa(table->isa)) {
      std::printf("%s: not on this machine\n", table->isa);
      continue;
    }
    engine.seed(7);
    Context context(1), two(2);
    for (int round = 0; round < rounds; ++round) {
      Context& c = round % 5 == 4 ? two : context;
      testConv(*table, c, randomConv(round));
      testDepthwise(*table, c);
      testMatmul(*table, c, round);
      testAnalog(*table, c, round);
      testNoisyWeights(*table, c, round);
    }
    // Shapes that the random ones miss: whole networks' layers, rows that do not fit one slab, huge dilations.
    const Conv2DDesc fixed[] = {
        {2, 32, 32, 16, 3, 3, 16, 1, 1, 1, 1, 1, 1, 32, 32}, {3, 8, 8, 64, 3, 3, 64, 1, 1, 1, 1, 1, 1, 8, 8},   {1, 32, 32, 64, 3, 3, 64, 1, 1, 1, 1, 1, 1, 32, 32},
        {2, 32, 32, 3, 3, 3, 16, 1, 1, 1, 1, 1, 1, 32, 32},  {2, 32, 32, 16, 3, 3, 32, 2, 2, 1, 1, 0, 0, 16, 16}, {2, 16, 16, 32, 1, 1, 64, 2, 2, 1, 1, 0, 0, 8, 8},
        {1, 96, 96, 3, 7, 7, 8, 2, 2, 1, 1, 2, 2, 48, 48},   {1, 30, 30, 4, 3, 3, 4, 1, 1, 9, 7, 9, 7, 30, 30},  {1, 49, 10, 1, 10, 4, 64, 2, 2, 1, 1, 4, 1, 25, 5},
        {5, 1, 1, 640, 1, 1, 10, 1, 1, 1, 1, 0, 0, 1, 1},    {1, 3, 300, 200, 3, 3, 20, 1, 1, 1, 1, 1, 1, 3, 300}, {2, 9, 36, 12, 3, 3, 12, 1, 1, 1, 1, 1, 1, 9, 36}};
    for (const Conv2DDesc& d : fixed) testConv(*table, context, d);
    testThreads(*table);
    testParts(table->isa);
    std::printf("%s: %ld comparisons, %d failures so far\n", table->isa, comparisons, failures);
  }
  testFailures();
  std::printf("threads: %ld comparisons, %d failures in all\n", comparisons, failures);
  return failures ? 1 : 0;
}
