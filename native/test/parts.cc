// Parts of the kernels that the test looks at directly, compiled once per instruction set.
#include "../kernels/quantise.h"
#include "../simd/normals.h"

namespace kh {
namespace KH_ARCH {

/** Numbers [index, index + count) of a source; `buffer` has room for count + 256. */
const float* testNormals(const uint32_t key[2], const uint32_t stream[2], uint64_t block, int64_t index, int64_t count, float* buffer) {
  static_assert(kPhiloxSlack <= 256, "room behind the numbers");
  return normalsAt({{key[0], key[1]}, {stream[0], stream[1]}, block}, index, count, buffer);
}

void testUniforms(const uint32_t key[2], const uint32_t stream[2], uint64_t block, int64_t count, float* out) {
  uniformBlocks({{key[0], key[1]}, {stream[0], stream[1]}, block}, block, out, count, Plain{});
}

/** How many of `count` floats, `stride` apart from the bits of `first` on, Divider divides otherwise than the machine. */
long testDivider(float step, uint32_t first, uint32_t stride, long count) {
  const Divider divider(step);
  long wrong = 0;
  for (long i = 0; i < count; i += L) {
    vu bits;
    for (int lane = 0; lane < L; ++lane) bits[lane] = first + (uint32_t)(i + lane) * stride;
    const vf v = (vf)bits, got = Divider::divide(divider, v);
    for (int lane = 0; lane < L; ++lane) wrong += got[lane] != v[lane] / step;
  }
  return wrong;
}

}  // namespace KH_ARCH
}  // namespace kh
