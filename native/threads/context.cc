#include "context.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
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

namespace {

/**
 * How long a thread looks for what it waits for before it sleeps. Between the kernels of a training step lie some tens of
 * microseconds of JavaScript, and waking a sleeper can cost as much.
 */
constexpr std::chrono::microseconds kSpin{500};

/** Looks until found() or for the time of kSpin, giving way to threads that have work; returns whether it was found. */
template <class F>
bool spinUntil(F&& found) {
  const auto end = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 64; ++i) {
      if (found()) return true;
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
    std::this_thread::yield();
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace

/**
 * Threads that wait for a kernel's items. A kernel is announced by its generation, its end by `busy` reaching zero. Both
 * sides look before they sleep, and tell the other by `sleepers` or `callerSleeps` that they do: the mutex is for sleepers
 * only. (Whoever goes to sleep sets its flag and then looks once more; whoever announces does so and then reads the flag.
 * All four are sequentially consistent, so one of them sees the other.)
 */
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
  std::atomic<int> sleepers{0};
  std::atomic<bool> callerSleeps{false};
  std::atomic<bool> stop{false};
  /** What the first item that failed threw: the caller's to throw again, once no thread works on its closure any more. */
  std::exception_ptr failure;

  void work(int worker) {
    try {
      for (int item = next.fetch_add(1); item < items; item = next.fetch_add(1)) body(closure, item, worker);
    } catch (...) {
      std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      next.store(items);
    }
  }

  /** Hands the items to all workers. */
  void announce() {
    generation.fetch_add(1);
    wakeSleepers();
  }

  void wakeSleepers() {
    if (sleepers.load() == 0) return;
    std::lock_guard<std::mutex> lock(mutex);
    wake.notify_all();
  }

  void waitForWorkers() {
    const auto idle = [&] { return busy.load() == 0; };
    if (spinUntil(idle)) return;
    std::unique_lock<std::mutex> lock(mutex);
    callerSleeps.store(true);
    done.wait(lock, idle);
    callerSleeps.store(false);
  }

  void loop(int worker) {
    unsigned seen = 0;
    const auto called = [&] { return generation.load() != seen || stop.load(); };
    for (;;) {
      if (!spinUntil(called)) {
        std::unique_lock<std::mutex> lock(mutex);
        sleepers.fetch_add(1);
        wake.wait(lock, called);
        sleepers.fetch_sub(1);
      }
      if (stop.load()) return;
      seen = generation.load();
      work(worker);
      if (busy.fetch_sub(1) == 1 && callerSleeps.load()) {
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
    pool_->stop.store(true);
    pool_->wakeSleepers();
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
  pool.body = body;
  pool.closure = closure;
  pool.items = items;
  pool.next.store(0);
  pool.busy.store(threads_ - 1);
  pool.announce();
  pool.work(0);
  pool.waitForWorkers();
  if (pool.failure) std::rethrow_exception(std::exchange(pool.failure, nullptr));
}

}  // namespace kh
