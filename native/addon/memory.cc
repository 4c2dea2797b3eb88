// Placement of buffers. JavaScript owns the memory (so that the garbage collector frees it at any time, not only when the
// event loop turns); this finds the aligned place inside an oversized buffer and asks for huge pages.
#include "exports.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace kh {
namespace {

// descriptor: [alignment in bytes, the writable result: offset in bytes]; argument 1: the whole buffer as Uint8Array.
napi_value alignedOffset(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2];
  void* data = nullptr;
  size_t length = 0;
  double alignment = 0;
  napi_value result = nullptr;
  bool isBuffer = false;
  if (napi_get_cb_info(env, info, &argc, argv, nullptr, nullptr) != napi_ok || argc != 2 ||
      napi_is_arraybuffer(env, argv[0], &isBuffer) != napi_ok || !isBuffer ||
      napi_get_arraybuffer_info(env, argv[0], &data, &length) != napi_ok ||
      napi_get_value_double(env, argv[1], &alignment) != napi_ok || !(alignment >= 1 && alignment <= (1 << 21))) {
    napi_throw_error(env, "KH_NATIVE", "alignedOffset needs an ArrayBuffer and an alignment of at most 2 MiB");
    return nullptr;
  }
  const uintptr_t step = static_cast<uintptr_t>(alignment);
  const uintptr_t address = reinterpret_cast<uintptr_t>(data);
  const uintptr_t offset = (step - address % step) % step;
#if defined(__linux__)
  if (step == (1u << 21) && length > offset) {
    // whole huge pages only: the rest of the last one may belong to somebody else
    madvise(reinterpret_cast<void*>(address + offset), length - offset, MADV_HUGEPAGE);
  }
#endif
  napi_create_double(env, static_cast<double>(offset), &result);
  return result;
}

}  // namespace

void exportMemory(napi_env env, napi_value exports) {
  const Export functions[] = {{"alignedOffset", alignedOffset}};
  setFunctions(env, exports, functions, 1);
}

}  // namespace kh
