// One call from JavaScript: a packed descriptor (Float64Array) followed by typed arrays.
// TypeScript validates shapes; the guards here make sure that no mistake can touch memory outside the arrays.
#pragma once

#include <node_api.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>

namespace kh {

struct Engine;

class Call {
 public:
  Call(napi_env env, napi_callback_info info);

  Engine& engine() const { return *engine_; }
  napi_env env() const { return env_; }

  // --- descriptor: argument 0 -------------------------------------------------------------------------------------
  size_t descriptorLength() const { return descriptorLength_; }
  // Field `index` as a real number.
  double real(size_t index) const;
  // Field `index` as an integer in [lo, hi]; throws otherwise.
  int64_t integer(size_t index, int64_t lo = 0, int64_t hi = INT32_MAX) const;
  bool flag(size_t index) const { return integer(index, 0, 1) != 0; }

  // --- arrays: arguments 1, 2, ... --------------------------------------------------------------------------------
  size_t argumentCount() const { return argc_; }
  // The data of a Float32Array with at least `length` elements; throws otherwise.
  float* floats(size_t argument, int64_t length) const;
  int32_t* ints(size_t argument, int64_t length) const;
  uint8_t* bytes(size_t argument, int64_t length) const;
  // Like floats, but null where the argument is absent, null or undefined.
  float* optionalFloats(size_t argument, int64_t length) const;
  uint8_t* optionalBytes(size_t argument, int64_t length) const;

 private:
  bool absent(size_t argument) const;
  void* array(size_t argument, napi_typedarray_type type, const char* typeName, int64_t length) const;

  static constexpr size_t maxArguments = 12;
  napi_env env_;
  Engine* engine_ = nullptr;
  size_t argc_ = maxArguments;
  napi_value argv_[maxArguments];
  const double* descriptor_ = nullptr;
  size_t descriptorLength_ = 0;
};

// Product of sizes that each were checked to be in [0, 2^31); throws when it passes 2^40 elements.
int64_t product(std::initializer_list<int64_t> sizes);

// Wraps a function as a Node-API callback: C++ exceptions become JavaScript errors.
template <void (*Function)(Call&)>
napi_value entry(napi_env env, napi_callback_info info) {
  try {
    Call call(env, info);
    Function(call);
  } catch (const std::exception& error) {
    napi_throw_error(env, "KH_NATIVE", error.what());
  }
  return nullptr;
}

// One exported function, and the list that a source file contributes.
struct Export {
  const char* name;
  napi_callback callback;
};

// Sets each function of a list on the exports object.
void setFunctions(napi_env env, napi_value exports, const Export* list, size_t count);
// Sets an array of strings on the exports object: names whose index is a code in descriptors.
void setNames(napi_env env, napi_value exports, const char* property, const char* const* names, size_t count);

}  // namespace kh
