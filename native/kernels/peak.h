// The FMA peak of one instruction set: independent multiply-adds in registers, what all other kernels are measured against.
#pragma once

#include <ctime>

#include "../simd/vec.h"

namespace kh {
namespace KH_ARCH {

/** Chains of dependent multiply-adds side by side: two units of latency 4 need 8, and 16 registers hold 12 and two factors. */
constexpr int kPeakChains = 12;

/** `rounds` multiply-adds in each chain: 2 * L * kPeakChains operations a round. The result keeps them alive. */
static float fmaRounds(int64_t rounds) {
  vf acc[kPeakChains];
#pragma GCC unroll 16
  for (int i = 0; i < kPeakChains; ++i) acc[i] = splat((float)i);  // every loop unrolled, or the sums live in memory
  const vf scale = splat(0.9999f), shift = splat(1e-4f);
  for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 16
    for (int i = 0; i < kPeakChains; ++i) {
      acc[i] = acc[i] * scale + shift;
#if defined(KH_EMULATED_AVX512)  // no register is that wide
#elif defined(__AVX512F__)
      __asm__("" : "+v"(acc[i]));  // no round may be computed ahead of time
#elif defined(__x86_64__)
      __asm__("" : "+x"(acc[i]));
#elif defined(__aarch64__)
      __asm__("" : "+w"(acc[i]));
#endif
    }
  }
  vf total = zero();
#pragma GCC unroll 16
  for (int i = 0; i < kPeakChains; ++i) total += acc[i];
  return reduceAdd(total);
}

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
[[maybe_unused]] static double fmaPeak(double seconds) {
  const int64_t rounds = (int64_t)(seconds * 4e9 / kPeakChains);
  const double start = cpuSeconds();
  volatile float sink = fmaRounds(rounds);
  (void)sink;
  return 2.0 * L * kPeakChains * (double)rounds / (cpuSeconds() - start) * 1e-9;
}

}  // namespace KH_ARCH
}  // namespace kh
