// The addon's entry: once per JavaScript thread that loads it, with state of its own.
#include <vector>

#include "engine.h"
#include "exports.h"

namespace kh {
namespace {

void setThreads(Call& call) { call.engine().setThreads(static_cast<int>(call.integer(0, 1, 256))); }

// [iterations]; out [2]: floating-point operations done by all threads together, and a number to keep them alive
void fmaLoop(Call& call) {
  const int64_t iterations = call.integer(0, 1);
  float* out = call.floats(1, 2);
  Engine& engine = call.engine();
  const int threads = engine.context->threads();
  std::vector<float> results(static_cast<size_t>(threads));
  engine.context->parallel(threads, [&](int item, int) { results[static_cast<size_t>(item)] = engine.base->fmaLoop(iterations); });
  out[0] = 2.0f * static_cast<float>(engine.base->fmaLanes()) * static_cast<float>(iterations) * static_cast<float>(threads);
  out[1] = results[0];
}

constexpr Export functions[] = {{"setThreads", entry<setThreads>}, {"fmaLoop", entry<fmaLoop>}};

}  // namespace
}  // namespace kh

NAPI_MODULE_INIT() {
  using namespace kh;
  try {
    auto* engine = new Engine;
    napi_set_instance_data(
        env, engine, [](napi_env, void* data, void*) { delete static_cast<Engine*>(data); }, nullptr);
    napi_value isa;
    napi_create_string_utf8(env, engine->isa, NAPI_AUTO_LENGTH, &isa);
    napi_set_named_property(env, exports, "isa", isa);
  } catch (const std::exception& error) {
    napi_throw_error(env, "KH_NATIVE", error.what());
    return nullptr;
  }
  setFunctions(env, exports, functions, sizeof functions / sizeof *functions);
  exportElementwise(env, exports);
  exportNormalisation(env, exports);
  exportPooling(env, exports);
  exportTraining(env, exports);
  exportConvolution(env, exports);
  exportMemory(env, exports);
  return exports;
}
