// The most multiply-adds per second that this core can do: what all other kernels are measured against.
#include "../simd/vec.h"
#include "base-kernels.h"

namespace kh::KH_ARCH {

// `iterations` times `fmaLanes` multiplications and as many additions, in sixteen independent chains; the result keeps them alive.
float fmaLoop(int64_t iterations) {
  constexpr int chains = 16;
  vf sum[chains];
  for (int i = 0; i < chains; i++) sum[i] = splat(static_cast<float>(i));
  vf factor = splat(0.999f), term = splat(1e-3f);
  for (int64_t k = 0; k < iterations; k++) {
#pragma GCC unroll 16
    for (int i = 0; i < chains; i++) sum[i] = sum[i] * factor + term;
#if defined(__x86_64__)
    // keeps the compiler from computing the chains ahead of time
    __asm__ volatile("" : "+v"(factor), "+v"(term));
#endif
  }
  vf total{};
  for (int i = 0; i < chains; i++) total += sum[i];
  return reduceAdd(total);
}

int fmaLanes() { return 16 * L; }

}  // namespace kh::KH_ARCH
