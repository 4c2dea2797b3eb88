// Fills arrays with the numbers of a Philox source (simd/normals.h). The meaning is src/tensor/random/source.ts; uniform bits
// are equal, normals to 1e-6.
#include "../simd/normals.h"
#include "base-kernels.h"

namespace kh::KH_ARCH {
namespace {

/** x * scale + shift in two roundings, as the reference in TypeScript has them: no fused multiply-add. */
struct Scaled : Plain {
  float scale, shift;
  Scaled(float by, float plus) : scale(by), shift(plus) {}
  vf operator()(vf x) const __attribute__((always_inline)) {
    vf product = x * splat(scale);
#if defined(__x86_64__)
    __asm__("" : "+v"(product));
#elif defined(__aarch64__)
    __asm__("" : "+w"(product));
#endif
    return product + splat(shift);
  }
};

template <bool Normal, class Finish>
void blocks(const PhiloxSource& source, uint64_t first, float* out, int64_t n, const Finish& finish) {
  if (Normal) normalBlocks(source, first, out, n, finish);
  else uniformBlocks(source, first, out, n, finish);
}

/** Whole batches go straight to memory, the last numbers through a buffer. */
template <bool Normal, class Finish>
void fillWith(const RandomDesc& d, float* out, int64_t n, const Finish& finish) {
  const PhiloxSource source = {{d.key[0], d.key[1]}, {d.stream[0], d.stream[1]}, d.block};
  const int64_t whole = n - n % kPhiloxBatch;
  if (whole > 0) blocks<Normal>(source, d.block, out, whole, finish);
  if (whole == n) return;
  alignas(64) float buffer[kPhiloxBatch];
  blocks<Normal>(source, d.block + (uint64_t)whole / 4, buffer, n - whole, finish);
  memcpy(out + whole, buffer, (size_t)(n - whole) * sizeof(float));
}

template <bool Normal>
void fillScaled(const RandomDesc& d, float* out, int64_t n) {
  if (d.scale == 1.0f && d.shift == 0.0f) fillWith<Normal>(d, out, n, Plain{});
  else fillWith<Normal>(d, out, n, Scaled(d.scale, d.shift));
}

}  // namespace

void uniform(const RandomDesc& d, float* out, int64_t n) { fillScaled<false>(d, out, n); }

void normal(const RandomDesc& d, float* out, int64_t n) { fillScaled<true>(d, out, n); }

}  // namespace kh::KH_ARCH
