// The multiply-adds of peak.h for the addon, which times them itself on all threads.
#include "peak.h"

#include "base-kernels.h"

namespace kh::KH_ARCH {

float fmaLoop(int64_t iterations) { return fmaRounds(iterations); }

int fmaLanes() { return kPeakChains * L; }

}  // namespace kh::KH_ARCH
