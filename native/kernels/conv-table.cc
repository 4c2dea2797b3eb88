#include "conv2d.h"

#include "peak.h"

namespace kh {

namespace KH_ARCH {
static const ConvTable table = {
#if defined(__AVX512F__)
    "avx512",
#elif defined(__AVX2__)
    "avx2",
#else
    "generic",
#endif
    L,      conv2d,       conv2dInputGrad, conv2dFilterGrad, depthwise, depthwiseInputGrad, depthwiseFilterGrad,
    matmul, analogConv2d, analogMatmul,    noisyWeights,     fmaPeak,
};
}  // namespace KH_ARCH

#if defined(__AVX512F__)
const ConvTable* convTableAvx512() { return &avx512::table; }
#elif defined(__AVX2__)
const ConvTable* convTableAvx2() { return &avx2::table; }
#else
const ConvTable* convTableGeneric() { return &generic::table; }
#endif

}  // namespace kh
