// Times of the matrix kernels on one thread (or more: bench isa threads), each beside the FMA peak measured around it.
// Machines are noisy: every figure is the best of many, and the share compares bests.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "../kernels/conv-table.h"
#include "../threads/context.h"

using namespace kh;

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/** Time of this thread alone: others on the machine interrupt, but are not counted. Several threads are timed by the clock. */
bool byClock = false;
double ticks() {
  if (byClock) return now();
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

double (*peakOf)(double) = nullptr;
double bestPeak = 0;
const char* filter = "";
double budget = 0.25;

/** 64-byte aligned, as the addon's pool gives them. */
struct Buffer {
  explicit Buffer(size_t n) : data(static_cast<float*>(aligned_alloc(2 << 20, (n * 4 + (2 << 20) - 1) / (2 << 20) * (2 << 20)))) {
    for (size_t i = 0; i < n; ++i) data[i] = (float)((i * 2654435761u >> 8) % 2001) * 1e-3f - 1.0f;
  }
  ~Buffer() { free(data); }
  float* data;
};

/** Best time of f in milliseconds; peak measured in between. */
template <class F>
double measure(F f) {
  f();
  double best = 1e9;
  const double stop = now() + budget;
  int runs = 0;
  while (now() < stop || runs < 5) {
    const double start = ticks();
    f();
    best = std::min(best, ticks() - start);
    if (runs++ % 16 == 0) bestPeak = std::max(bestPeak, peakOf(2e-4));
  }
  return best * 1e3;
}

void row(const std::string& name, double flops, double ms) {
  if (flops > 0) std::printf("%-44s %9.4f ms %8.1f GFLOP/s %5.1f %% of %.0f\n", name.c_str(), ms, flops / ms * 1e-6, flops / ms * 1e-4 / bestPeak, bestPeak);
  else std::printf("%-44s %9.4f ms\n", name.c_str(), ms);
  std::fflush(stdout);
}

bool wanted(const std::string& name) { return name.find(filter) != std::string::npos; }

double forwardMs = 0;

void conv(const ConvTable& t, Context& context, const std::string& name, const Conv2DDesc& d, bool gradients = true) {
  const size_t xs = (size_t)d.n * d.h * d.w * d.c, ys = (size_t)d.n * d.ho * d.wo * d.k, ws = (size_t)d.kh * d.kw * d.c * d.k;
  const double flops = 2.0 * d.n * d.ho * d.wo * d.k * d.c * d.kh * d.kw;
  Buffer x(xs), y(ys), w(ws);
  if (wanted("conv2d.forward/" + name)) row("conv2d.forward/" + name, flops, forwardMs = measure([&] { t.conv2d(context, d, x.data, w.data, {}, y.data); }));
  if (!gradients) return;
  if (wanted("conv2d.inputGrad/" + name)) row("conv2d.inputGrad/" + name, flops, measure([&] { t.conv2dInputGrad(context, d, y.data, w.data, x.data); }));
  if (wanted("conv2d.filterGrad/" + name)) row("conv2d.filterGrad/" + name, flops, measure([&] { t.conv2dFilterGrad(context, d, x.data, y.data, w.data, 0); }));
}

void analog(const ConvTable& t, Context& context, const std::string& name, const Conv2DDesc& d, bool absMax) {
  const std::string label = (absMax ? "analog.absMax/" : "analog.forward/") + name;
  if (!wanted(label)) return;
  const int rows = d.c * d.kh * d.kw, tiles = (rows + 255) / 256;
  std::vector<int> cuts(tiles + 1);
  for (int i = 0; i <= tiles; ++i) cuts[i] = rows * i / tiles;
  const AnalogDesc a = {0.5f, 1, 1, 2.0f / 254, 10, 20.0f / 254, 9.99f, 0.04f, 1, 0, absMax, {1, 2}, {3, 4}, 5, tiles, cuts.data()};
  Buffer x((size_t)d.n * d.h * d.w * d.c), y((size_t)d.n * d.ho * d.wo * d.k), w((size_t)rows * d.k), scales((size_t)tiles * d.k);
  const double digital = measure([&] { t.conv2d(context, d, x.data, w.data, {}, y.data); });
  const double ms = measure([&] { t.analogConv2d(context, d, a, x.data, w.data, scales.data, nullptr, y.data, {}); });
  row(label, 2.0 * d.n * d.ho * d.wo * d.k * rows, ms);
  std::printf("    = %.2f x the digital %.4f ms\n", ms / digital, digital);
}

void matmul(const ConvTable& t, Context& context, int m, int n, int k, bool ta, bool tb) {
  const std::string name = "matmul/" + std::to_string(m) + "x" + std::to_string(n) + "x" + std::to_string(k) + (ta ? " A'" : "") + (tb ? " B'" : "");
  if (!wanted(name)) return;
  Buffer a((size_t)m * k), b((size_t)n * k), c((size_t)m * n);
  const MatMulDesc d = {1, m, n, k, ta, tb, 0, 0};
  row(name, 2.0 * m * n * k, measure([&] { t.matmul(context, d, a.data, b.data, {}, c.data); }));
}

void depthwise(const ConvTable& t, Context& context, const std::string& name, const DepthwiseDesc& d) {
  if (!wanted("depthwise/" + name)) return;
  Buffer x((size_t)d.n * d.h * d.w * d.c), y((size_t)d.n * d.ho * d.wo * d.c), w((size_t)d.kh * d.kw * d.c);
  const double flops = 2.0 * d.n * d.ho * d.wo * d.c * d.kh * d.kw;
  row("depthwise/" + name, flops, measure([&] { t.depthwise(context, d, x.data, w.data, {}, y.data); }));
  row("depthwise.inputGrad/" + name, flops, measure([&] { t.depthwiseInputGrad(context, d, y.data, w.data, x.data); }));
  row("depthwise.filterGrad/" + name, flops, measure([&] { t.depthwiseFilterGrad(context, d, x.data, y.data, w.data); }));
}

/** Kernel k x k, 'same' padding as TensorFlow's, c channels to k channels. */
Conv2DDesc same(int n, int side, int c, int kernel, int k, int stride = 1) {
  const int out = (side + stride - 1) / stride, pad = std::max(0, (out - 1) * stride + kernel - side);
  return {n, side, side, c, kernel, kernel, k, stride, stride, 1, 1, pad / 2, pad / 2, out, out};
}

}  // namespace

int main(int argc, char** argv) {
  const char* isa = argc > 1 && *argv[1] ? argv[1] : "avx512";
  const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
  if (argc > 3) filter = argv[3];
  if (argc > 4) budget = std::atof(argv[4]);
  const ConvTable* table = convTableGeneric();
#if defined(__x86_64__)
  if (!std::strcmp(isa, "avx2")) table = convTableAvx2();
  if (!std::strcmp(isa, "avx512")) table = convTableAvx512();
#endif
  const ConvTable& t = *table;
  peakOf = t.fmaPeak;
  Context context(threads);
  byClock = threads > 1;
  for (int i = 0; i < 50; ++i) bestPeak = std::max(bestPeak, peakOf(1e-3));
  std::printf("%s, %d thread(s), FMA peak %.1f GFLOP/s\n", t.isa, threads, bestPeak);

  const std::pair<const char*, Conv2DDesc> four[] = {
      {"32x32x16", same(32, 32, 16, 3, 16)}, {"16x16x32", same(32, 16, 32, 3, 32)}, {"8x8x64", same(32, 8, 64, 3, 64)}, {"32x32x64", same(32, 32, 64, 3, 64)}};
  for (const auto& [name, d] : four) conv(t, context, name, d);
  for (const auto& [name, d] : four) analog(t, context, name, d, false);
  for (const auto& [name, d] : four) analog(t, context, name, d, true);
  for (int c : {12, 24, 40, 100}) conv(t, context, "16x16x" + std::to_string(c), same(32, 16, c, 3, c));
  conv(t, context, "16x16x32 1x1", same(32, 16, 32, 1, 32));
  conv(t, context, "16x16x64 1x1", same(32, 16, 64, 1, 64));
  conv(t, context, "16x16x32 5x5", same(32, 16, 32, 5, 32));
  conv(t, context, "16x16x32 7x7", same(32, 16, 32, 7, 32));
  conv(t, context, "32x32x16-32 stride 2", same(32, 32, 16, 3, 32, 2));
  conv(t, context, "16x16x32-64 stride 2", same(32, 16, 32, 3, 64, 2));
  conv(t, context, "32x32x16-32 1x1 stride 2", same(32, 32, 16, 1, 32, 2));
  conv(t, context, "stem 32x32x3-16", same(32, 32, 3, 3, 16));
  for (int s : {128, 192, 256, 384, 512, 768, 1024}) matmul(t, context, s, s, s, false, false);
  matmul(t, context, 64, 512, 512, false, false);
  matmul(t, context, 512, 512, 512, true, false);
  matmul(t, context, 512, 512, 512, false, true);
  matmul(t, context, 64, 512, 512, true, false);
  matmul(t, context, 64, 512, 512, false, true);
  matmul(t, context, 64, 10, 64, false, false);
  matmul(t, context, 64, 10, 64, true, false);
  depthwise(t, context, "24x24x64", {32, 24, 24, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, 24, 24});
  depthwise(t, context, "25x5x64", {32, 25, 5, 64, 3, 3, 1, 1, 1, 1, 1, 1, 1, 25, 5});
  return 0;
}
