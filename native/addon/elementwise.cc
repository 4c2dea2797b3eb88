// Bindings: elementwise operations, reductions, copies, softmax.
#include <vector>

#include "engine.h"
#include "exports.h"

namespace kh {
namespace {

constexpr int64_t block = 1 << 16;

#define KH_NAME_ITEM(name) #name,
const char* const unaryNames[] = {KH_UNARY_OPS(KH_NAME_ITEM)};
const char* const binaryNames[] = {KH_BINARY_OPS(KH_NAME_ITEM)};
const char* const compareNames[] = {KH_COMPARE_OPS(KH_NAME_ITEM)};
const char* const reduceNames[] = {KH_REDUCE_OPS(KH_NAME_ITEM)};

template <class Op>
Op operation(const Call& call, size_t field) {
  return static_cast<Op>(call.integer(field, 0, static_cast<int>(Op::Count) - 1));
}

// [op, n, a, b]; in, out
void unary(Call& call) {
  const auto op = operation<UnaryOp>(call, 0);
  const int64_t n = call.integer(1);
  const float a = static_cast<float>(call.real(2)), b = static_cast<float>(call.real(3));
  const float* in = call.floats(1, n);
  float* out = call.floats(2, n);
  Engine& engine = call.engine();
  forBlocks(engine, n, block, [&](int64_t begin, int64_t end) { engine.base->unary(op, in + begin, out + begin, end - begin, a, b); });
}

// A broadcast of two arrays, its axes already merged in TypeScript: [op, rank, dims..., a strides..., b strides...].
struct Broadcast {
  int rank;
  int64_t dims[maxRank];
  int64_t aStrides[maxRank], bStrides[maxRank];
  int64_t size, aLength, bLength;

  explicit Broadcast(const Call& call) {
    rank = static_cast<int>(call.integer(1, 1, maxRank));
    size = aLength = bLength = 1;
    for (int i = 0; i < rank; i++) {
      dims[i] = call.integer(2 + i, 0);
      aStrides[i] = call.integer(2 + rank + i, 0);
      bStrides[i] = call.integer(2 + 2 * rank + i, 0);
      size = product({size, dims[i]});
    }
    if (size == 0) {
      aLength = bLength = 0;
      return;
    }
    for (int i = 0; i < rank; i++) {
      aLength += product({dims[i] - 1, aStrides[i]});
      bLength += product({dims[i] - 1, bStrides[i]});
    }
    if (aStrides[rank - 1] > 1 || bStrides[rank - 1] > 1) {
      throw std::invalid_argument("the last axis of a broadcast must have stride 0 or 1");
    }
  }

  // Calls body(a offset, b offset, out offset, n) for every run along the last axis (in blocks where there is one axis).
  template <class F>
  void run(Engine& engine, F&& body) const {
    if (size == 0) return;
    const int64_t inner = dims[rank - 1];
    const int as = static_cast<int>(aStrides[rank - 1]), bs = static_cast<int>(bStrides[rank - 1]);
    if (rank == 1) {
      forBlocks(engine, inner, block, [&](int64_t begin, int64_t end) { body(begin * as, begin * bs, begin, end - begin); });
      return;
    }
    const int64_t rows = size / inner;
    const int64_t rowsPerBlock = inner >= block ? 1 : block / inner;
    forBlocks(engine, rows, rowsPerBlock, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) {
        int64_t rest = row, aAt = 0, bAt = 0;
        for (int axis = rank - 2; axis >= 0; axis--) {
          const int64_t index = rest % dims[axis];
          rest /= dims[axis];
          aAt += index * aStrides[axis];
          bAt += index * bStrides[axis];
        }
        body(aAt, bAt, row * inner, inner);
      }
    });
  }
};

// broadcast; a, b, out
void binary(Call& call) {
  const auto op = operation<BinaryOp>(call, 0);
  const Broadcast shape(call);
  const float* a = call.floats(1, shape.aLength);
  const float* b = call.floats(2, shape.bLength);
  float* out = call.floats(3, shape.size);
  Engine& engine = call.engine();
  const int as = static_cast<int>(shape.aStrides[shape.rank - 1]), bs = static_cast<int>(shape.bStrides[shape.rank - 1]);
  shape.run(engine, [&](int64_t aAt, int64_t bAt, int64_t at, int64_t n) {
    engine.base->binary(op, a + aAt, as, b + bAt, bs, out + at, n);
  });
}

void compare(Call& call) {
  const auto op = operation<CompareOp>(call, 0);
  const Broadcast shape(call);
  const float* a = call.floats(1, shape.aLength);
  const float* b = call.floats(2, shape.bLength);
  uint8_t* out = call.bytes(3, shape.size);
  Engine& engine = call.engine();
  const int as = static_cast<int>(shape.aStrides[shape.rank - 1]), bs = static_cast<int>(shape.bStrides[shape.rank - 1]);
  shape.run(engine, [&](int64_t aAt, int64_t bAt, int64_t at, int64_t n) {
    engine.base->compare(op, a + aAt, as, b + bAt, bs, out + at, n);
  });
}

// [n]; out, in...
void addN(Call& call) {
  const int64_t n = call.integer(0);
  float* out = call.floats(1, n);
  const float* in[8];
  const int count = static_cast<int>(call.argumentCount()) - 2;
  if (count < 1 || count > 8) throw std::invalid_argument("addN takes 1 to 8 arrays");
  for (int k = 0; k < count; k++) in[k] = call.floats(2 + k, n);
  Engine& engine = call.engine();
  forBlocks(engine, n, block, [&](int64_t begin, int64_t end) {
    const float* part[8];
    for (int k = 0; k < count; k++) part[k] = in[k] + begin;
    engine.base->addN(part, count, out + begin, end - begin);
  });
}

// [n, value]; out
void fill(Call& call) {
  const int64_t n = call.integer(0);
  call.engine().base->fill(call.floats(1, n), static_cast<float>(call.real(1)), n);
}

// [n]; in (Int32Array), out
void castFromInt(Call& call) {
  const int64_t n = call.integer(0);
  call.engine().base->castFromInt(call.ints(1, n), call.floats(2, n), n);
}

// [n]; in (Uint8Array), out
void castFromBool(Call& call) {
  const int64_t n = call.integer(0);
  call.engine().base->castFromBool(call.bytes(1, n), call.floats(2, n), n);
}

// [op, outer, reduce, inner, scale]; in, out
void reduce(Call& call) {
  const auto op = operation<ReduceOp>(call, 0);
  const int64_t outer = call.integer(1), reduced = call.integer(2, 1), inner = call.integer(3);
  const float scale = static_cast<float>(call.real(4));
  const float* in = call.floats(1, product({outer, reduced, inner}));
  float* out = call.floats(2, product({outer, inner}));
  Engine& engine = call.engine();
  const int64_t perBlock = reduced * inner >= block ? 1 : block / (reduced * inner + 1) + 1;
  forBlocks(engine, outer, perBlock, [&](int64_t begin, int64_t end) {
    engine.base->reduce(op, in + begin * reduced * inner, out + begin * inner, end - begin, reduced, inner, scale);
  });
}

// [rank, in offset, out offset, dims..., in strides..., out strides...]; in, out
void copy(Call& call) {
  StridedCopy desc;
  desc.rank = static_cast<int>(call.integer(0, 0, maxRank));
  const int64_t inAt = call.integer(1), outAt = call.integer(2);
  int64_t inLength = inAt + 1, outLength = outAt + 1, size = 1;
  for (int i = 0; i < desc.rank; i++) {
    desc.dims[i] = call.integer(3 + i, 0);
    desc.inStrides[i] = call.integer(3 + desc.rank + i, 0);
    desc.outStrides[i] = call.integer(3 + 2 * desc.rank + i, 0);
    size = product({size, desc.dims[i]});
  }
  if (size == 0) return;
  for (int i = 0; i < desc.rank; i++) {
    inLength += product({desc.dims[i] - 1, desc.inStrides[i]});
    outLength += product({desc.dims[i] - 1, desc.outStrides[i]});
  }
  const float* in = call.floats(1, inLength) + inAt;
  float* out = call.floats(2, outLength) + outAt;
  Engine& engine = call.engine();
  if (desc.rank < 2) return engine.base->copy(desc, in, out);
  const int64_t rest = size / desc.dims[0];
  forBlocks(engine, desc.dims[0], rest >= block ? 1 : block / rest + 1, [&](int64_t begin, int64_t end) {
    StridedCopy part = desc;
    part.dims[0] = end - begin;
    engine.base->copy(part, in + begin * desc.inStrides[0], out + begin * desc.outStrides[0]);
  });
}

// [rows, classes, logarithm]; in, out
void softmax(Call& call) {
  const int64_t r = call.integer(0), c = call.integer(1, 1);
  const bool logarithm = call.flag(2);
  const float* in = call.floats(1, product({r, c}));
  float* out = call.floats(2, product({r, c}));
  Engine& engine = call.engine();
  forBlocks(engine, r, block / c + 1, [&](int64_t begin, int64_t end) {
    engine.base->softmax(in + begin * c, out + begin * c, end - begin, c, logarithm);
  });
}

constexpr Export functions[] = {
    {"unary", entry<unary>},
    {"binary", entry<binary>},
    {"compare", entry<compare>},
    {"addN", entry<addN>},
    {"fill", entry<fill>},
    {"castFromInt", entry<castFromInt>},
    {"castFromBool", entry<castFromBool>},
    {"reduce", entry<reduce>},
    {"copy", entry<copy>},
    {"softmax", entry<softmax>},
};

template <size_t n>
constexpr size_t length(const char* const (&)[n]) {
  return n;
}

}  // namespace

void exportElementwise(napi_env env, napi_value exports) {
  setFunctions(env, exports, functions, sizeof functions / sizeof *functions);
  setNames(env, exports, "unaryOps", unaryNames, length(unaryNames));
  setNames(env, exports, "binaryOps", binaryNames, length(binaryNames));
  setNames(env, exports, "compareOps", compareNames, length(compareNames));
  setNames(env, exports, "reduceOps", reduceNames, length(reduceNames));
}

}  // namespace kh
