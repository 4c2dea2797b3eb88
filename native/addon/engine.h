// What one JavaScript thread holds of the engine: the tables of its instruction set, threads and scratch memory.
#pragma once

#include <memory>

#include "../kernels/base-table.h"
#include "../kernels/conv-table.h"
#include "../threads/context.h"

namespace kh {

struct Engine {
  const char* isa;
  const BaseTable* base;
  const ConvTable* conv;
  std::unique_ptr<Context> context;

  Engine();
  void setThreads(int threads);
};

// Calls body(begin, end) over [0, n) in blocks of `block` elements, spread over the threads. Blocks do not depend on the number of
// threads, so neither do results.
template <class F>
void forBlocks(Engine& engine, int64_t n, int64_t block, F&& body) {
  if (n <= block || engine.context->threads() == 1) {
    if (n > 0) body(int64_t{0}, n);
    return;
  }
  const int count = static_cast<int>((n + block - 1) / block);
  engine.context->parallel(count, [&](int item, int) {
    const int64_t begin = item * block;
    body(begin, begin + block < n ? begin + block : n);
  });
}

}  // namespace kh
