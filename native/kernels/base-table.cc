#include "base-kernels.h"

namespace kh::KH_ARCH {

const BaseTable& baseTable() {
  static const BaseTable table = {
      unary,     binary,    compare,    addN,    fill,       castFromInt, castFromBool, reduce,  copy,        softmax,     crossEntropy,
      bnMoments, bnApply,   bnGradSums, bnGradApply, maxPool, maxPoolGrad, avgPool,     avgPoolGrad, sgdMomentum, adam, uniform,
      normal,    fmaLoop,   fmaLanes,
  };
  return table;
}

}  // namespace kh::KH_ARCH
