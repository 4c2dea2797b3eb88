// The FMA peak of one instruction set: independent multiply-adds in registers.
#pragma once

#include <ctime>

#include "../simd/vec.h"

namespace kh {
namespace KH_ARCH {

static double cpuSeconds() {
#if defined(CLOCK_THREAD_CPUTIME_ID)
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
#else
  return (double)clock() / CLOCKS_PER_SEC;
#endif
}

/** GFLOP/s of processor time over about `seconds`. */
static double fmaPeak(double seconds) {
  constexpr int N = 12;
  vf acc[N];
#pragma GCC unroll 16
  for (int i = 0; i < N; ++i) acc[i] = splat((float)i);  // every loop unrolled, or the sums live in memory
  vf scale = splat(0.9999f), shift = splat(1e-4f);
  const long rounds = (long)(seconds * 4e9 / N);
  const double start = cpuSeconds();
  for (long r = 0; r < rounds; ++r) {
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) {
      acc[i] = acc[i] * scale + shift;
#if defined(__AVX512F__)
      __asm__("" : "+v"(acc[i]));
#elif defined(__x86_64__)
      __asm__("" : "+x"(acc[i]));
#endif
    }
  }
  const double took = cpuSeconds() - start;
  volatile float sink = 0;
#pragma GCC unroll 16
  for (int i = 0; i < N; ++i) sink = sink + acc[i][0];
  return 2.0 * L * N * rounds / took * 1e-9;
}

}  // namespace KH_ARCH
}  // namespace kh
