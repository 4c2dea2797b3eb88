// What a kernel call runs in: a few threads and scratch memory. One Context per addon instance (one per
// JavaScript thread); a Context is never shared by two callers at the same time.
#pragma once

#include <cstddef>

namespace kh {

/** Scratch memory that is handed out like a stack and kept between calls. 64-byte aligned. */
class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /** `bytes` of uninitialised memory, valid until the mark taken before it is released. */
  void* take(size_t bytes);
  float* floats(size_t count) { return static_cast<float*>(take(count * sizeof(float))); }
  int* ints(size_t count) { return static_cast<int*>(take(count * sizeof(int))); }

  struct Mark { int chunk; size_t used; };
  Mark mark() const { return {current_, used_}; }
  void release(Mark mark) { current_ = mark.chunk; used_ = mark.used; }
  /** Returns memory beyond `keepBytes` to the system; only when nothing is taken. */
  void trim(size_t keepBytes);

 private:
  static constexpr int kMaxChunks = 48;
  struct Chunk { char* base; size_t size; };
  Chunk chunks_[kMaxChunks] = {};
  int count_ = 0;
  int current_ = 0;
  size_t used_ = 0;
};

/** Takes a mark now and releases it at the end of the block. */
class ArenaScope {
 public:
  explicit ArenaScope(Arena& arena) : arena_(arena), mark_(arena.mark()) {}
  ~ArenaScope() { arena_.release(mark_); }
  ArenaScope(const ArenaScope&) = delete;
  ArenaScope& operator=(const ArenaScope&) = delete;

 private:
  Arena& arena_;
  Arena::Mark mark_;
};

/**
 * Threads plus one arena per thread. Work is cut into items whose number and size depend on the problem only,
 * never on the number of threads; each item writes its own output, and partial results are combined by the
 * caller in item order. So results are identical for any number of threads.
 */
class Context {
 public:
  explicit Context(int threads = 1);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  int threads() const { return threads_; }
  Arena& arena(int worker) { return arenas_[worker]; }

  using Body = void (*)(void* closure, int item, int worker);
  /** Runs body for every item in [0, items); the caller is worker 0 and takes part. Not reentrant. */
  void run(int items, Body body, void* closure);

  /** run() for a lambda (int item, int worker). */
  template <class F>
  void parallel(int items, F&& f) {
    run(items, [](void* closure, int item, int worker) { (*static_cast<typename RemoveReference<F>::type*>(closure))(item, worker); }, &f);
  }

 private:
  template <class T> struct RemoveReference { using type = T; };
  template <class T> struct RemoveReference<T&> { using type = T; };
  struct Pool;
  int threads_;
  Arena* arenas_;
  Pool* pool_;
};

}  // namespace kh
