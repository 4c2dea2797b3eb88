#include "context.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace kh {
namespace {

constexpr size_t kAlign = 64;
constexpr size_t kHuge = size_t{2} << 20;

char* allocateChunk(size_t size) {
#if defined(_WIN32)
  void* p = _aligned_malloc(size, kAlign);
#else
  void* p = nullptr;
  if (posix_memalign(&p, kHuge, size) != 0) p = nullptr;
#endif
  if (!p) throw std::bad_alloc();
#if defined(__linux__)
  madvise(p, size, MADV_HUGEPAGE);  // a hint: fewer page walks while packing
#endif
  return static_cast<char*>(p);
}

void freeChunk(char* p) {
#if defined(_WIN32)
  _aligned_free(p);
#else
  std::free(p);
#endif
}

}  // namespace

Arena::~Arena() {
  for (int i = 0; i < count_; ++i) freeChunk(chunks_[i].base);
}

void* Arena::take(size_t bytes) {
  bytes = (bytes + kAlign - 1) / kAlign * kAlign;
  while (current_ < count_ && used_ + bytes > chunks_[current_].size) {
    ++current_;
    used_ = 0;
  }
  if (current_ == count_) {
    if (count_ == kMaxChunks) throw std::bad_alloc();
    size_t size = count_ ? chunks_[count_ - 1].size * 2 : kHuge;
    if (size < bytes) size = (bytes + kHuge - 1) / kHuge * kHuge;
    chunks_[count_] = {allocateChunk(size), size};
    ++count_;
    used_ = 0;
  }
  void* p = chunks_[current_].base + used_;
  used_ += bytes;
  return p;
}

void Arena::trim(size_t keepBytes) {
  if (current_ != 0 || used_ != 0) return;
  size_t total = 0;
  for (int i = 0; i < count_; ++i) total += chunks_[i].size;
  while (count_ > 0 && total > keepBytes) {
    --count_;
    total -= chunks_[count_].size;
    freeChunk(chunks_[count_].base);
  }
}

struct Context::Pool {
  std::mutex mutex;
  std::condition_variable wake, done;
  std::vector<std::thread> workers;
  Body body = nullptr;
  void* closure = nullptr;
  int items = 0;
  std::atomic<int> next{0};
  std::atomic<unsigned> generation{0};
  std::atomic<int> busy{0};
  std::atomic<bool> stop{false};

  void work(int worker) {
    for (int item = next.fetch_add(1); item < items; item = next.fetch_add(1)) body(closure, item, worker);
  }

  void loop(int worker) {
    unsigned seen = 0;
    for (;;) {
      // Kernels follow each other closely: look for the next one a little while before sleeping.
      for (int spin = 0; spin < 4000 && generation.load(std::memory_order_acquire) == seen && !stop.load(); ++spin) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      }
      {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return generation.load() != seen || stop.load(); });
        if (stop.load()) return;
        seen = generation.load();
      }
      work(worker);
      if (busy.fetch_sub(1) == 1) {
        std::lock_guard<std::mutex> lock(mutex);
        done.notify_one();
      }
    }
  }
};

Context::Context(int threads) : threads_(threads < 1 ? 1 : threads), arenas_(new Arena[threads < 1 ? 1 : threads]), pool_(nullptr) {
  if (threads_ == 1) return;
  pool_ = new Pool;
  for (int worker = 1; worker < threads_; ++worker) pool_->workers.emplace_back([this, worker] { pool_->loop(worker); });
}

Context::~Context() {
  if (pool_) {
    {
      std::lock_guard<std::mutex> lock(pool_->mutex);
      pool_->stop.store(true);
    }
    pool_->wake.notify_all();
    for (std::thread& worker : pool_->workers) worker.join();
    delete pool_;
  }
  delete[] arenas_;
}

void Context::run(int items, Body body, void* closure) {
  if (!pool_ || items <= 1) {
    for (int item = 0; item < items; ++item) body(closure, item, 0);
    return;
  }
  Pool& pool = *pool_;
  {
    std::lock_guard<std::mutex> lock(pool.mutex);
    pool.body = body;
    pool.closure = closure;
    pool.items = items;
    pool.next.store(0);
    pool.busy.store(threads_ - 1);
    pool.generation.fetch_add(1, std::memory_order_release);
  }
  pool.wake.notify_all();
  pool.work(0);
  for (int spin = 0; spin < 4000 && pool.busy.load(std::memory_order_acquire) != 0; ++spin) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  std::unique_lock<std::mutex> lock(pool.mutex);
  pool.done.wait(lock, [&] { return pool.busy.load() == 0; });
}

}  // namespace kh
