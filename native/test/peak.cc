// The FMA peak of one instruction set: independent multiply-adds in registers.
#include <chrono>

#include "../simd/vec.h"

namespace kh {
namespace KH_ARCH {

/** GFLOP/s over about `seconds`. */
double fmaPeak(double seconds) {
  constexpr int N = 12;
  vf acc[N];
  for (int i = 0; i < N; ++i) acc[i] = splat((float)i);
  vf a = splat(1.0001f), b = splat(0.9999f);
  const long rounds = (long)(seconds * 1e9 / N);
  const auto start = std::chrono::steady_clock::now();
  for (long r = 0; r < rounds; ++r) {
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) {
      acc[i] = a * b + acc[i];
#if defined(__x86_64__)
      __asm__("" : "+x"(acc[i]));
#if defined(__AVX512F__)
      __asm__("" : "+v"(a));
#endif
#endif
    }
    __asm__("" : "+x"(b));
  }
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  volatile float sink = 0;
  for (int i = 0; i < N; ++i) sink = sink + acc[i][0];
  return 2.0 * L * N * rounds / took * 1e-9;
}

}  // namespace KH_ARCH

#define KH_NAME2(a) peak_##a
#define KH_NAME(a) KH_NAME2(a)
double KH_NAME(KH_ARCH)(double seconds) { return KH_ARCH::fmaPeak(seconds); }

}  // namespace kh
