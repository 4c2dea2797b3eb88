// Rounding to a grid exactly as the float32 reference does it: rint(v / step) * step with a correctly rounded division.
#pragma once

#include "../simd/vec.h"

namespace kh {
namespace KH_ARCH {

/**
 * v / step by Markstein's method: a product with the reciprocal, corrected once by its exact remainder. Equal to the
 * division for every quotient that is not denormal or infinite (the kernel tests compare), at a third of its time.
 */
struct Divider {
  float step, inverse;
  explicit Divider(float s) : step(s), inverse(s > 0 ? 1.0f / s : 0.0f) {}
  KH_INLINE vf divide(const Divider& d, vf v) {
#if defined(KH_FUSED)
    const vf inverse = splat(d.inverse), quotient = v * inverse;
    const vf remainder = fused(-quotient, splat(d.step), v);
    return fused(remainder, inverse, quotient);
#else
    return v / splat(d.step);
#endif
  }
  /** The nearest number of steps. */
  vf steps(vf v) const __attribute__((always_inline)) { return vrint(divide(*this, v)); }
  vf round(vf v) const __attribute__((always_inline)) { return steps(v) * splat(step); }
};

/** NaN stays NaN: minimum and maximum of the processors give their second operand then. */
KH_INLINE vf clipTo(vf v, float bound) { return vmax(splat(-bound), vmin(splat(bound), v)); }

}  // namespace KH_ARCH
}  // namespace kh
