// Bindings: pooling. Descriptor: [n, h, w, c, kh, kw, sh, sw, dh, dw, padTop, padLeft, ho, wo].
#include "engine.h"
#include "exports.h"

namespace kh {
namespace {

struct Pool : PoolDesc {
  int64_t inSize, outSize;

  explicit Pool(const Call& call) {
    int64_t* const fields[] = {&n, &h, &w, &c, &kh, &kw, &sh, &sw, &dh, &dw, &padTop, &padLeft, &ho, &wo};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
      const bool positive = i >= 4 && i < 10;
      *fields[i] = call.integer(i, positive ? 1 : 0, 1 << 24);
    }
    inSize = product({n, h, w, c});
    outSize = product({n, ho, wo, c});
  }
};

// x, y
void maxPool(Call& call) {
  const Pool pool(call);
  const float* x = call.floats(1, pool.inSize);
  float* y = call.floats(2, pool.outSize);
  Engine& engine = call.engine();
  forBlocks(engine, pool.n * pool.ho, 16, [&](int64_t begin, int64_t end) { engine.base->maxPool(pool, x, y, begin, end); });
}

// x, y
void avgPool(Call& call) {
  const Pool pool(call);
  const float* x = call.floats(1, pool.inSize);
  float* y = call.floats(2, pool.outSize);
  Engine& engine = call.engine();
  forBlocks(engine, pool.n * pool.ho, 16, [&](int64_t begin, int64_t end) { engine.base->avgPool(pool, x, y, begin, end); });
}

// dy, x, dx
void maxPoolGrad(Call& call) {
  const Pool pool(call);
  const float* dy = call.floats(1, pool.outSize);
  const float* x = call.floats(2, pool.inSize);
  float* dx = call.floats(3, pool.inSize);
  Engine& engine = call.engine();
  forBlocks(engine, pool.n, 1, [&](int64_t begin, int64_t end) { engine.base->maxPoolGrad(pool, dy, x, dx, begin, end); });
}

// dy, dx
void avgPoolGrad(Call& call) {
  const Pool pool(call);
  const float* dy = call.floats(1, pool.outSize);
  float* dx = call.floats(2, pool.inSize);
  Engine& engine = call.engine();
  forBlocks(engine, pool.n, 1, [&](int64_t begin, int64_t end) { engine.base->avgPoolGrad(pool, dy, dx, begin, end); });
}

constexpr Export functions[] = {
    {"maxPool", entry<maxPool>},
    {"avgPool", entry<avgPool>},
    {"maxPoolGrad", entry<maxPoolGrad>},
    {"avgPoolGrad", entry<avgPoolGrad>},
};

}  // namespace

void exportPooling(napi_env env, napi_value exports) {
  setFunctions(env, exports, functions, sizeof functions / sizeof *functions);
}

}  // namespace kh
