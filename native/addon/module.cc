// The addon's entry: once per JavaScript thread that loads it, with state of its own.
#include "engine.h"
#include "exports.h"

namespace kh {
namespace {

void setThreads(Call& call) { call.engine().setThreads(static_cast<int>(call.integer(0, 1, 256))); }

constexpr Export functions[] = {{"setThreads", entry<setThreads>}};

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
  setFunctions(env, exports, functions, 1);
  exportElementwise(env, exports);
  exportNormalisation(env, exports);
  exportPooling(env, exports);
  exportTraining(env, exports);
  exportConvolution(env, exports);
  exportMemory(env, exports);
  return exports;
}
