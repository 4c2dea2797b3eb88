#include "call.h"

#include <cmath>

#include "engine.h"

namespace kh {

Call::Call(napi_env env, napi_callback_info info) : env_(env) {
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &argc_, argv_, nullptr, nullptr) != napi_ok || argc_ < 1) {
    throw std::invalid_argument("a native kernel needs a descriptor");
  }
  if (argc_ > maxArguments) throw std::invalid_argument("a native kernel was called with too many arguments");
  if (napi_get_instance_data(env, &data) != napi_ok || data == nullptr) {
    throw std::runtime_error("the native engine is not initialised in this thread");
  }
  engine_ = static_cast<Engine*>(data);
  napi_typedarray_type type;
  void* fields = nullptr;
  bool isTyped = false;
  napi_is_typedarray(env, argv_[0], &isTyped);
  if (!isTyped || napi_get_typedarray_info(env, argv_[0], &type, &descriptorLength_, &fields, nullptr, nullptr) != napi_ok ||
      type != napi_float64_array) {
    throw std::invalid_argument("the descriptor of a native kernel must be a Float64Array");
  }
  descriptor_ = static_cast<const double*>(fields);
}

double Call::real(size_t index) const {
  if (index >= descriptorLength_) throw std::out_of_range("the descriptor of a native kernel is too short");
  return descriptor_[index];
}

int64_t Call::integer(size_t index, int64_t lo, int64_t hi) const {
  const double value = real(index);
  // written so that NaN fails
  if (!(value >= static_cast<double>(lo) && value <= static_cast<double>(hi)) || std::floor(value) != value) {
    throw std::out_of_range("descriptor field " + std::to_string(index) + " must be an integer in [" + std::to_string(lo) +
                            ", " + std::to_string(hi) + "], got " + std::to_string(value));
  }
  return static_cast<int64_t>(value);
}

bool Call::absent(size_t argument) const {
  if (argument >= argc_) return true;
  napi_valuetype type;
  napi_typeof(env_, argv_[argument], &type);
  return type == napi_undefined || type == napi_null;
}

static std::string describe(size_t argument) { return "argument " + std::to_string(argument) + " of a native kernel"; }

void* Call::array(size_t argument, napi_typedarray_type type, const char* typeName, int64_t length) const {
  bool isTyped = false;
  if (argument < argc_) napi_is_typedarray(env_, argv_[argument], &isTyped);
  napi_typedarray_type actual;
  size_t available = 0;
  void* data = nullptr;
  if (!isTyped ||
      napi_get_typedarray_info(env_, argv_[argument], &actual, &available, &data, nullptr, nullptr) != napi_ok ||
      actual != type) {
    throw std::invalid_argument(describe(argument) + " must be a " + typeName);
  }
  if (length < 0 || static_cast<uint64_t>(length) > available) {
    throw std::out_of_range(describe(argument) + " needs " + std::to_string(length) + " elements, got " + std::to_string(available));
  }
  return data;
}

float* Call::floats(size_t argument, int64_t length) const {
  return static_cast<float*>(array(argument, napi_float32_array, "Float32Array", length));
}

int32_t* Call::ints(size_t argument, int64_t length) const {
  return static_cast<int32_t*>(array(argument, napi_int32_array, "Int32Array", length));
}

uint8_t* Call::bytes(size_t argument, int64_t length) const {
  return static_cast<uint8_t*>(array(argument, napi_uint8_array, "Uint8Array", length));
}

float* Call::optionalFloats(size_t argument, int64_t length) const {
  return absent(argument) ? nullptr : floats(argument, length);
}

uint8_t* Call::optionalBytes(size_t argument, int64_t length) const {
  return absent(argument) ? nullptr : bytes(argument, length);
}

int64_t product(std::initializer_list<int64_t> sizes) {
  int64_t result = 1;
  for (const int64_t size : sizes) {
    if (size < 0 || size > INT32_MAX) throw std::out_of_range("a size is negative or too large");
    result *= size;
    if (result > (int64_t{1} << 40)) throw std::out_of_range("a tensor has more than 2^40 elements");
    if (result == 0) return 0;
  }
  return result;
}

void setFunctions(napi_env env, napi_value exports, const Export* list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    napi_value function;
    napi_create_function(env, list[i].name, NAPI_AUTO_LENGTH, list[i].callback, nullptr, &function);
    napi_set_named_property(env, exports, list[i].name, function);
  }
}

void setNames(napi_env env, napi_value exports, const char* property, const char* const* names, size_t count) {
  napi_value array;
  napi_create_array_with_length(env, count, &array);
  for (size_t i = 0; i < count; i++) {
    napi_value name;
    napi_create_string_utf8(env, names[i], NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, array, static_cast<uint32_t>(i), name);
  }
  napi_set_named_property(env, exports, property, array);
}

}  // namespace kh
